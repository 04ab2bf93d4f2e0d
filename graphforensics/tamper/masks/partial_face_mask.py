"""Masks of faces without the regions of random action units."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn

from graphforensics.regions import ACTION_UNITS
from graphforensics.regions._checks import check_landmarks, size_pair
from graphforensics.regions.usable_landmarks import replace_unusable, usable_landmarks
from graphforensics.tamper._checks import check_seeds
from graphforensics.tamper.masks.soft_mask import soft_masks
from graphforensics.tamper.self_blend.recipe_batch import RecipeBatch
from graphforensics.tamper.self_blend.seeded_draw import draw_seeds
from graphforensics.tamper.self_blend.self_blend_recipe import SelfBlendRecipe


class FaceMask(NamedTuple):
    """Masks, and what they leave out.

    Attributes:
        mask: From 0 to 1 in steps of 1 / 255, ``float32 [B, 1, H, W]``.
        removed: Action units without their regions, ``bool [B, 15]``, in the order of
            :data:`graphforensics.regions.ACTION_UNITS`.
        valid: Where the landmarks show a face and some of it is left, ``bool [B]``; elsewhere the
            mask is 0 and nothing is removed.
    """

    mask: Tensor
    removed: Tensor
    valid: Tensor


@torch.no_grad()
def partial_face_mask(
    landmarks: Tensor,
    size: int | tuple[int, int],
    removed: Tensor | None = None,
    blur: float = 0.02,
    erosion: float = 0.02,
    forehead: float = 0.0,
) -> FaceMask:
    r"""Draw the hull of a face's landmarks without some action units' regions, blurred.

    .. math:: \mathbf{M}_p = G_\sigma \ast \big(\mathbf{M}_f \setminus \mathbf{R}\big)

    Section 3.3 of "AUNet: Learning Relations Between Action Units for Face Forgery Detection"
    (CVPR 2023). The blur reaches ``blur`` to either side and then ends; the regions are widened
    by as much, and with ``erosion`` at least ``blur`` the hull is drawn in by as much: the mask is
    exactly 0 in the regions and beyond the hull, so that what it blends stays unchanged there.

    Args:
        landmarks: In pixels, iBUG order.
        size: Side, or (height, width), of the masks.
        removed: Whose regions to leave out. Default: none, the plain hull.
        blur: Radius of the Gaussian, two standard deviations, as a share of the face's crop
            (the landmarks' box, 1.3 times as long). Default: 0.02.
        erosion: How far the hull's rim is drawn in, as such a share. Default: 0.02.
        forehead: How far to lift the brows' landmarks, in distances from eye to brow. Default: 0,
            the paper's.

    Shapes:
        ``landmarks [B, 68, 2]``, ``removed [B, 15]`` (``bool``); see :class:`FaceMask`.

    Raises:
        ValueError: A wrong shape or a negative share.

    Example:
        >>> landmarks = 40 + 140 * torch.rand(2, 68, 2)
        >>> partial_face_mask(landmarks, 224).mask.shape
        torch.Size([2, 1, 224, 224])
    """
    check_landmarks(landmarks)
    if landmarks.dim() != 3:
        raise ValueError(f"'landmarks' must be [B, 68, 2] (got {list(landmarks.shape)})")
    _check_shares(blur=blur, erosion=erosion, forehead=forehead)
    height, width = size_pair("size", size)
    count, units = landmarks.size(0), len(ACTION_UNITS)
    if removed is None:
        removed = torch.zeros(count, units, dtype=torch.bool, device=landmarks.device)
    if tuple(removed.shape) != (count, units) or removed.dtype != torch.bool:
        met = f"{removed.dtype} {list(removed.shape)}"
        raise ValueError(f"'removed' must be bool [{count}, {units}] (got {met})")
    still = SelfBlendRecipe(blur=blur, erosion=erosion, forehead=forehead)
    recipe = RecipeBatch.from_recipes([still]).to(landmarks.device).repeat(count)
    usable = usable_landmarks(landmarks, (height, width))
    faces = replace_unusable(landmarks.float(), usable, (height, width))
    with torch.autocast(landmarks.device.type, enabled=False):
        masks = soft_masks(faces, (height, width), replace(recipe, removed=removed))
    valid = usable & (masks.amax((1, 2)) > 0)
    masks.mul_(valid.view(-1, 1, 1)).div_(255)
    return FaceMask(masks.unsqueeze(1), removed & valid.unsqueeze(1), valid)


class PartialFaceMask(nn.Module):
    r"""Draw masks of faces without random action units; the Module of
    :func:`partial_face_mask`.

    .. math:: \mathbf{M}_p = G_\sigma \ast \big(\mathbf{M}_f \setminus \mathbf{R}\big)

    Each action unit is taken out with probability one half, and always one at least.

    Args:
        size: Side, or (height, width), of the masks.
        partial: Take action units out; without it the mask is the plain hull :math:`\mathbf{M}_f`,
            the ablation of the paper's table 4. Default: True.
        blur: As in :func:`partial_face_mask`. Default: 0.02.
        erosion: As in :func:`partial_face_mask`. Default: 0.02.
        forehead: As in :func:`partial_face_mask`. Default: 0.

    Shapes:
        ``landmarks [B, 68, 2]``; see :class:`FaceMask`.

    Raises:
        ValueError: A wrong shape, a negative share, or both of ``seeds`` and ``generator``.

    Example:
        >>> masked = PartialFaceMask(224)(40 + 140 * torch.rand(2, 68, 2), torch.tensor([1, 2]))
        >>> masked.mask.shape, masked.removed.any(1).tolist()
        (torch.Size([2, 1, 224, 224]), [True, True])
    """

    def __init__(
        self,
        size: int | tuple[int, int],
        partial: bool = True,
        blur: float = 0.02,
        erosion: float = 0.02,
        forehead: float = 0.0,
    ) -> None:
        super().__init__()
        _check_shares(blur=blur, erosion=erosion, forehead=forehead)
        self.size = size_pair("size", size)
        self.partial = partial
        self.blur = blur
        self.erosion = erosion
        self.forehead = forehead

    def reset_parameters(self) -> None:
        """Do nothing: there is nothing to learn."""

    def forward(
        self, landmarks: Tensor, seeds: Tensor | None = None, generator: Generator | None = None
    ) -> FaceMask:
        """Draw a mask a face.

        Args:
            landmarks: In pixels, iBUG order.
            seeds: ``int64 [B]``; which action units a face loses depends on its seed alone.
            generator: Draws the seeds where none are given; default: torch's global one.
        """
        if seeds is not None and generator is not None:
            raise ValueError("give at most one of 'seeds' and 'generator'")
        removed = None
        if self.partial:
            seeds = draw_seeds(len(landmarks), generator) if seeds is None else seeds
            check_seeds(seeds, len(landmarks))
            removed = RecipeBatch.draw(seeds, partial=True).removed.to(landmarks.device)
        return partial_face_mask(
            landmarks, self.size, removed, self.blur, self.erosion, self.forehead
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.size}, partial={self.partial})"


def _check_shares(**shares: float) -> None:
    for name, share in shares.items():
        if not share >= 0:
            raise ValueError(f"'{name}' must not be negative (got {share})")
