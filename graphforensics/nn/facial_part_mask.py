"""Hide a share of one facial part, for an autoencoder to restore."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

import torch
from torch import Generator, Tensor, nn

from graphforensics.nn.argument_checks import check_share, check_word
from graphforensics.nn.random_draw import draw_uniform
from graphforensics.nn.visible_tokens import visible_first
from graphforensics.regions.facial_parts import FACIAL_PARTS

PartMaskStrategy = Literal["random_part", "eyes", "cheeks_and_nose", "lips", "random_patches"]


class PartMask(NamedTuple):
    """What :class:`FacialPartMask` returns.

    Shapes:
        ``mask [B, L]`` (bool): True where a patch is hidden. ``part [B]``: the part it was taken
        from, -1 for all patches. ``order [B, L]``: ids of the patches, the visible ones first,
        raster order among them. ``visible [B]``: how many those are.
    """

    mask: Tensor
    part: Tensor
    order: Tensor
    visible: Tensor


def facial_part_mask(
    parts: Tensor,
    ratio: float = 0.5,
    strategy: PartMaskStrategy = "random_part",
    generator: Generator | None = None,
) -> PartMask:
    r"""Choose a facial part of each face and hide a share of its patches.

    .. math:: \lvert \{ p \in M_i : p \text{ hidden} \} \rvert
        = \lfloor M_r \lvert M_i \rvert + \tfrac{1}{2} \rfloor, \qquad i \sim U\{1, 2, 3\}

    Lines 5 and 6 of algorithm 1 of "DeepfakeMAE: Facial Part Consistency Aware Masked Autoencoder
    for Deepfake Video Detection" (arXiv 2303.01740). Faces of one batch hide different
    numbers of patches; none is rounded to another's. A part without patches is never chosen at
    random; named, it hides nothing.

    Args:
        parts: Which patches belong to each part: eyes, cheek and nose, lips
            (:func:`graphforensics.regions.facial_parts` makes them from landmarks).
        ratio: Share of the chosen patches to hide. Default: 0.5.
        strategy: ``"random_part"``, the name of a part (``"eyes"``, ``"cheeks_and_nose"``,
            ``"lips"``), or ``"random_patches"`` to choose among all patches: the columns of
            table 5. Default: ``"random_part"``.
        generator: Source of randomness. Default: the global one.

    Shapes:
        ``parts [B, P, L]``, bool; P is 3 where a part is named.

    Raises:
        ValueError: ``ratio`` is not in [0, 1], the strategy is unknown, or the parts have another
            shape or are not bool.

    Example:
        >>> parts = torch.tensor([[[True, True, False, False], [False, False, True, True]]])
        >>> facial_part_mask(parts, ratio=0.5).mask.sum().item()
        1
    """
    _check_arguments(ratio, strategy)
    _check_parts(parts, strategy)
    part = _chosen_part(parts, strategy, generator)
    if strategy == "random_patches":
        chosen = torch.ones_like(parts[:, 0])
    else:
        wide = part.view(-1, 1, 1).expand(-1, 1, parts.size(2))
        chosen = parts.gather(1, wide).squeeze(1)
    # In float64 the share of any count of patches is exact to the half that rounds up.
    hidden = (chosen.sum(1, keepdim=True).double() * ratio + 0.5).floor()
    drawn = draw_uniform(chosen.shape, parts.device, generator)
    # Twice sorted is the rank: what is not chosen ranks behind everything that is.
    rank = torch.where(chosen, drawn, 2).argsort(1).argsort(1)
    mask = rank < hidden
    return PartMask(mask, part, visible_first(mask), (~mask).sum(1))


class FacialPartMask(nn.Module):
    r"""Hide a share of one facial part; the Module twin of :func:`facial_part_mask`.

    .. math:: \lvert \{ p \in M_i : p \text{ hidden} \} \rvert
        = \lfloor M_r \lvert M_i \rvert + \tfrac{1}{2} \rfloor, \qquad i \sim U\{1, 2, 3\}

    It hides in evaluation as well: an autoencoder's error on unseen faces needs it.

    Args:
        ratio: Share of the chosen patches to hide. Default: 0.5.
        strategy: ``"random_part"``, ``"eyes"``, ``"cheeks_and_nose"``, ``"lips"`` or
            ``"random_patches"``. Default: ``"random_part"``.

    Shapes:
        ``parts [B, P, L]``, bool; the output is :class:`PartMask`.

    Raises:
        ValueError: ``ratio`` is not in [0, 1], the strategy is unknown, or the parts have another
            shape or are not bool.

    Example:
        >>> parts = torch.zeros(2, 3, 9, dtype=torch.bool)
        >>> parts[:, 0, :4], parts[:, 1, 4:6], parts[:, 2, 6:] = True, True, True
        >>> FacialPartMask(strategy="eyes")(parts).visible.tolist()
        [7, 7]
    """

    def __init__(self, ratio: float = 0.5, strategy: PartMaskStrategy = "random_part") -> None:
        super().__init__()
        _check_arguments(ratio, strategy)
        self.ratio = ratio
        self.strategy: PartMaskStrategy = strategy

    def reset_parameters(self) -> None:
        """Do nothing: there is nothing to learn."""

    def forward(self, parts: Tensor, generator: Generator | None = None) -> PartMask:
        """Return which patches to hide.

        Args:
            parts: Which patches belong to each part.
            generator: Source of randomness. Default: the global one.
        """
        return facial_part_mask(parts, self.ratio, self.strategy, generator)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(ratio={self.ratio}, strategy={self.strategy!r})"


def _chosen_part(parts: Tensor, strategy: str, generator: Generator | None) -> Tensor:
    faces = parts.size(0)
    if strategy in FACIAL_PARTS:
        return torch.full((faces,), FACIAL_PARTS.index(strategy), device=parts.device)
    if strategy == "random_patches":
        return torch.full((faces,), -1, device=parts.device)
    # The largest of independent uniform numbers is each part's with the same probability.
    drawn = draw_uniform(parts.shape[:2], parts.device, generator)
    return torch.where(parts.any(2), drawn, -1).argmax(1)


def _check_arguments(ratio: float, strategy: str) -> None:
    check_share("ratio", ratio)
    check_word("strategy", strategy, get_args(PartMaskStrategy))


def _check_parts(parts: Tensor, strategy: str) -> None:
    fits = parts.dim() == 3 and parts.numel() > 0
    if not fits or (strategy in FACIAL_PARTS and parts.size(1) != len(FACIAL_PARTS)):
        wanted = len(FACIAL_PARTS) if strategy in FACIAL_PARTS else "P"
        raise ValueError(f"'parts' must be [B, {wanted}, L] (got {list(parts.shape)})")
    if parts.dtype != torch.bool:
        raise ValueError(f"'parts' must be bool (got {parts.dtype})")
