"""Masks of fifteen facial action units, from landmarks."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from graphforensics.regions._action_unit_rules import RULES
from graphforensics.regions._checks import landmark_batch, size_pair, unbatch
from graphforensics.regions.action_unit_ellipses import fit_ellipses, invert
from graphforensics.regions.gaussian_blur import blur_valid, gaussian_kernel

#: Names of the action units, in the order of the masks' axis.
ACTION_UNITS: tuple[str, ...] = tuple(f"AU{rule.number}" for rule in RULES)

#: What each of them does to a face.
ACTION_UNIT_NAMES: tuple[str, ...] = tuple(rule.name for rule in RULES)

#: Side of the picture to which ``sigma`` refers, and below which masks are drawn finer first.
_REFERENCE, _FINEST = 224, 112


def action_unit_masks(landmarks: Tensor, size: int | tuple[int, int], sigma: float = 3.0) -> Tensor:
    r"""Draw where each of fifteen action units shows, from a face's landmarks.

    An action unit has one ellipse, or one on each side. Each is fitted to a cloud of points
    :math:`p_1 \dots p_n`, which are landmarks moved by shares of the inner-eye-corner
    distance d along the face's own axes, by its first two moments:

    .. math:: (p - \mathbf{c})^\top \mathbf{M}^{-1} (p - \mathbf{c}) \le 1, \qquad
        \mathbf{c} = \tfrac{1}{n} \textstyle\sum_i p_i, \qquad
        \mathbf{M} = \tfrac{2}{n} \textstyle\sum_i (p_i - \mathbf{c}) (p_i - \mathbf{c})^\top
        + (\rho d)^2 \mathbf{I}

    Twice the covariance gives back an ellipse from points spread evenly on its outline, and
    :math:`\rho` widens it; turning the face turns :math:`\mathbf{M}` with it. Each ellipse is
    smoothed with a Gaussian, divided by its maximum, and an action unit is the larger of its two.

    Args:
        landmarks: In pixels, iBUG order.
        size: Side, or (height, width), of the masks in pixels.
        sigma: The Gaussian's standard deviation in pixels of a picture of 224 x 224; it is
            scaled by the mean side of ``size`` over 224. Meant for crops of a face: give less
            where the face is a small part of a larger picture.

    Shapes:
        ``landmarks [68, 2]`` or ``[B, 68, 2]``; the output is ``[15, H, W]`` or
        ``[B, 15, H, W]``, from 0 to 1, action units as in :data:`ACTION_UNITS`. The maximum is 1
        where an ellipse's centre lies in the picture; an ellipse beyond the border shows what
        reaches into the picture, and a mask of zeros when nothing does.

    Raises:
        ValueError: A wrong shape or size, a negative ``sigma``, landmarks that are not finite or
            whose eyes coincide; under ``torch.compile`` and ``torch.export`` the masks of such a
            face are NaN.

    Section 4.1 of "AUNet: Learning Relations Between Action Units for Face Forgery Detection"
    (CVPR 2023); the points follow the works that it names, and are listed in
    ``graphforensics/regions/_action_unit_rules.py``.

    Example:
        >>> landmarks = torch.rand(2, 68, 2) * 224
        >>> masks = action_unit_masks(landmarks, 56)
        >>> masks.shape, ACTION_UNITS[7], ACTION_UNIT_NAMES[7]
        (torch.Size([2, 15, 56, 56]), 'AU12', 'lip corner puller')
    """
    batch = landmark_batch(landmarks)
    height, width = size_pair("size", size)
    # An ellipse of less than a pixel needs finer pixels to keep its place and shape.
    finer = math.ceil(_FINEST / min(height, width))
    spread = sigma * finer * (height + width) / 2 / _REFERENCE
    kernel = gaussian_kernel(spread, batch.device, batch.dtype)
    center, matrix = fit_ellipses((batch + 0.5) * finer - 0.5)
    inverse = invert(matrix)
    fine = (height * finer, width * finer)
    blurred = blur_valid(_draw(center, inverse, fine, kernel.numel() // 2), kernel)
    drawn = F.avg_pool2d(blurred, finer) if finer > 1 else blurred
    maps = _scale(drawn, center, inverse, fine, kernel)
    return unbatch(_merge_sides(maps), landmarks)


def _draw(center: Tensor, inverse: Tensor, size: tuple[int, int], border: int) -> Tensor:
    """Draw filled ellipses ``[B, L, H + 2 border, W + 2 border]``, 0 or 1."""
    (y, x) = (
        torch.arange(-border, side + border, device=center.device, dtype=center.dtype)
        for side in size
    )
    dx = (x - center[..., :1]).unsqueeze(-2)
    dy = (y - center[..., 1:]).unsqueeze(-1)
    return _inside(dx, dy, inverse)


def _inside(dx: Tensor, dy: Tensor, inverse: Tensor) -> Tensor:
    """Return 1 where the steps away from the centres lie within the ellipses, else 0."""
    xx, xy, yy = (inverse[..., i, j, None, None] for i, j in ((0, 0), (0, 1), (1, 1)))
    distance = (xx * dx + 2 * xy * dy) * dx + yy * dy.square()
    return (distance <= 1).to(distance.dtype)


def _scale(
    maps: Tensor, center: Tensor, inverse: Tensor, size: tuple[int, int], kernel: Tensor
) -> Tensor:
    """Divide each map by its maximum; where its centre is outside, by what it would be there."""
    radius = kernel.numel() // 2
    steps = torch.arange(-radius, radius + 1, device=maps.device, dtype=maps.dtype)
    around = _inside(steps.view(1, -1), steps.view(-1, 1), inverse)
    peak = torch.einsum("blij,i,j->bl", around, kernel, kernel)
    last = center.new_tensor([size[1], size[0]]) - 0.5
    visible = ((center >= -0.5) & (center <= last)).all(-1)
    top = torch.where(visible, maps.amax((-2, -1)), peak)
    # An ellipse that could not be fitted has no share of 1 in its centre: 0 / 0 is NaN.
    return (maps / top[..., None, None]).clamp(0, 1)


def _merge_sides(maps: Tensor) -> Tensor:
    paired = iter(range(len(RULES), maps.size(1)))
    other = [next(paired) if rule.paired else number for number, rule in enumerate(RULES)]
    return torch.maximum(maps[:, : len(RULES)], maps[:, other])
