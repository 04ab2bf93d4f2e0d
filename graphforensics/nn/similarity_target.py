"""How alike patches should be, given which pixels are forged."""

from __future__ import annotations

import torch
from torch import Tensor

from graphforensics.nn.argument_checks import check_positive, check_shape
from graphforensics.nn.patch_similarity import PatchCut, cut_at, patch_edges


def similarity_target(
    mask: Tensor, k: int = 5, grid: tuple[int, int] | None = None, cut: PatchCut = "pad"
) -> Tensor:
    r"""Tell how alike every two patches are in being forged.

    .. math:: s_{ij} = 1 - (p_i - p_j)^2, \qquad
        p_i = \frac{1}{\lvert \mathbf{m}_i \rvert} \sum_{\mathbf{m}_i} \mathbf{M}

    Eqs. 8 and 9 of "Local Relation Learning for Face Forgery Detection" (AAAI 2021). The mean is
    over a patch's pixels, not over what was added to make k divide the sides; a patch of nothing
    else is not forged.

    Args:
        mask: 1 (or True) where a pixel is forged, 0 where it is real.
        k: Patches along each side. Default: 5.
        grid: Height and width of the feature map whose patches are compared: the mask is cut where
            the places of its patches end, so that both speak of the same pixels. Default: the
            mask's own.
        cut: How the map is cut, as in :func:`~graphforensics.nn.patch_similarity`. Default:
            ``"pad"``.

    Shapes:
        ``mask [B, H, W]`` or ``[B, 1, H, W]``, output ``[B, k*k, k*k]`` in [0, 1].

    Raises:
        ValueError: ``k`` or a side of the grid is not positive, or the mask has another shape or
            holds integers, of which no one can tell whether 1 or 255 is the whole.

    Example:
        >>> mask = torch.tensor([[True, False], [False, False]]).view(1, 2, 2)
        >>> similarity_target(mask, k=2)[0, 0].tolist()
        [1.0, 0.0, 0.0, 0.0]
    """
    check_positive(k=k)
    check_shape("mask", mask, ("B", "H", "W"), ("B", 1, "H", "W"))
    if mask.dtype != torch.bool and not mask.is_floating_point():
        raise ValueError(f"'mask' must be bool or floating point (got {mask.dtype})")
    plane = mask.unsqueeze(1) if mask.dim() == 3 else mask
    plane = plane if plane.dtype == torch.float64 else plane.float()
    height, width = grid or plane.shape[-2:]
    check_positive(grid=min(height, width))
    rows = _pixel_edges(height, plane.size(2), k, cut)
    columns = _pixel_edges(width, plane.size(3), k, cut)
    pixels = cut_at(torch.ones_like(plane[:1]), rows, columns).sum(-1)
    share = cut_at(plane, rows, columns).sum(-1) / pixels.clamp(min=1)
    return 1 - (share.unsqueeze(2) - share.unsqueeze(1)).square()


def _pixel_edges(places: int, pixels: int, k: int, cut: PatchCut) -> list[int]:
    """Return the first pixel of each patch; a pixel on a border is of the patch before it."""
    return [-(-edge * pixels // places) for edge in patch_edges(places, k, cut)]
