"""Blurred masks of faces, drawn from geometry for a whole batch at once."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from graphforensics.tamper.masks.mask_plan import CELLS, MaskPlan
from graphforensics.tamper.recipe.recipe_batch import RecipeBatch

#: Share of a Gaussian beyond two standard deviations to one side, where the blur ends.
_TAIL = 0.5 * math.erfc(2 / math.sqrt(2))
#: Below it a weight is nothing. Smaller ones still would be too small for fast arithmetic.
_LEAST = 1e-9


def soft_masks(landmarks: Tensor, size: tuple[int, int], recipe: RecipeBatch) -> Tensor:
    r"""Draw hulls of landmarks, moved and bent, without the removed regions, blurred.

    .. math:: \mathbf{M}_p = \frac{1}{\max} \Big[\frac{(1 - R_{+\varepsilon \rho}) \odot
        [d(q(x)) \le -e] \ast g_{\rho / 2} - \tau}{1 - 2 \tau} \Big]_0^1

    with the distance d to the hull's border (:func:`hull_planes`), the place q(x) in the source
    that comes to lie at x, the erosion e, the removed ellipses R, widened by the blur's radius
    :math:`\rho`, and :math:`\tau = \Phi(-2)`: the blur ends after its radius. It is computed on a
    grid of 96 cells in the face's window; the Gaussian that blurs also interpolates.

    Args:
        landmarks: Usable ones, in pixels.
        size: Height and width of the masks.
        recipe: B recipes on the landmarks' device.

    Shapes:
        ``landmarks [B, 68, 2]``; the output is ``[B, H, W]``, whole numbers from 0 to 255 in
        ``float32``; all zero where nothing of the face is left in the picture.
    """
    return draw_masks(MaskPlan.of(landmarks, recipe, bool(recipe.removed.any())), size)


def draw_masks(plan: MaskPlan, size: tuple[int, int]) -> Tensor:
    """Draw the planned masks, as :func:`soft_masks` says, ``[B, H, W]``."""
    (across, one), (down, other) = (_weights(plan, axis, size[1 - axis]) for axis in (0, 1))
    # All factors on the smaller of the two products.
    factor = one * other / (1 - 2 * _TAIL)
    masks = (down @ _core(plan)).mul_(factor) @ across.transpose(1, 2)
    masks.sub_(_TAIL / (1 - 2 * _TAIL)).clamp_(0, 1)
    top = masks.amax((1, 2), keepdim=True)
    return masks.mul_(255 / torch.where(top > 0, top, 1)).round_()


def _core(plan: MaskPlan) -> Tensor:
    """Draw hulls less regions on the windows' cells, ``[B, n, n]``."""
    x, y = _places(plan)
    flat = plan.low.new_full((len(x), 1, CELLS * CELLS), -1)
    cell = (plan.extent.mean(1) / CELLS).view(-1, 1, 1)
    terms = torch.cat([x, y, flat, plan.field.flatten(2)], dim=1)
    core = (plan.borders @ terms).amax(1, keepdim=True).div_(-cell).add_(0.5).clamp_(0, 1)
    if plan.ellipses.size(1):
        powers = torch.cat([x * x, x * y, y * y, x, y, flat.neg_()], dim=1)
        away = (plan.ellipses @ powers).amin(1, keepdim=True)
        core.mul_(away.div_(cell).add_(0.5).clamp_(0, 1))
    return core.view(-1, CELLS, CELLS)


def _places(plan: MaskPlan) -> tuple[Tensor, Tensor]:
    """Return x and y of the cells' middles relative to the faces' centres, ``[B, 1, n n]``."""
    steps = (torch.arange(CELLS, device=plan.low.device) + 0.5) / CELLS
    ends = (plan.low - plan.centre).unsqueeze(2) + plan.extent.unsqueeze(2) * steps
    x = ends[:, 0].unsqueeze(1).expand(-1, CELLS, -1)
    y = ends[:, 1].unsqueeze(2).expand(-1, -1, CELLS)
    return x.reshape(len(x), 1, -1), y.reshape(len(y), 1, -1)


def _weights(plan: MaskPlan, axis: int, length: int) -> tuple[Tensor, Tensor]:
    """Return what each cell along an axis gives to each pixel ``[B, length, n]``, and the factor
    ``[B, 1, 1]`` with which it sums to 1 over all cells, also those beyond the window.
    """
    cell = plan.extent[:, axis] / CELLS
    # A cell's own width blurs as well.
    spread = (plan.radius / 2).square() - cell.square() / 12
    spread = torch.maximum(spread, (cell / 2).square())
    steps = torch.arange(CELLS, device=cell.device) + 0.5
    middle = plan.low[:, axis].unsqueeze(1) + cell.unsqueeze(1) * steps
    pixel = torch.arange(length, device=cell.device, dtype=cell.dtype)
    unit = (0.5 / spread).sqrt().unsqueeze(1)
    away = (pixel * unit).unsqueeze(2) - (middle * unit).unsqueeze(1)
    weight = away.mul_(away).neg_().clamp_min_(math.log(_LEAST)).exp_()
    return weight, (cell / (2 * math.pi * spread).sqrt()).view(-1, 1, 1)
