"""The tokens that a mask leaves, batched although their numbers differ."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from graphforensics.nn.argument_checks import check_shape


class VisibleTokens(NamedTuple):
    """What :func:`visible_tokens` returns.

    Shapes:
        ``tokens [B, V, C]``, 0 where padded. ``token_id [B, V]``: where each one stood. ``present
        [B, V]`` (bool): False where padded, the key mask for attention.
    """

    tokens: Tensor
    token_id: Tensor
    present: Tensor


def visible_tokens(tokens: Tensor, mask: Tensor, length: int | None = None) -> VisibleTokens:
    """Drop the hidden tokens and pad every face to the same number.

    Args:
        tokens: Tokens of all patches.
        mask: True where a token is hidden (:class:`~graphforensics.nn.FacialPartMask`).
        length: Number V to pad to. Default: that of the face that shows most, which depends on
            the data; give one for ``torch.compile`` with ``fullgraph=True`` and ``torch.export``.

    Shapes:
        ``tokens [B, L, C]``, ``mask [B, L]`` (bool); the output is :class:`VisibleTokens`.

    Raises:
        ValueError: A shape is not one of these, the mask is not bool, or ``length`` is too large.
            A smaller one than is visible raises in eager mode.

    Example:
        >>> mask = torch.tensor([[False, True, False], [True, True, False]])
        >>> shown = visible_tokens(torch.arange(6.0).view(2, 3, 1), mask)
        >>> shown.tokens.squeeze(2).tolist(), shown.present.tolist()
        ([[0.0, 2.0], [5.0, 0.0]], [[True, True], [True, False]])
    """
    check_shape("tokens", tokens, ("B", "L", "C"))
    check_shape("mask", mask, tuple(tokens.shape[:2]))
    if mask.dtype != torch.bool:
        raise ValueError(f"'mask' must be bool (got {mask.dtype})")
    counts = (~mask).sum(1)
    most = _length(counts, length, mask.size(1))
    token_id = visible_first(mask)[:, :most]
    present = torch.arange(most, device=mask.device) < counts.unsqueeze(1)
    picked = tokens.gather(1, token_id.unsqueeze(2).expand(-1, -1, tokens.size(2)))
    return VisibleTokens(torch.where(present.unsqueeze(2), picked, 0), token_id, present)


def visible_first(mask: Tensor) -> Tensor:
    """Return the ids of all tokens, those that show first, each kind in its order.

    Args:
        mask: True where a token is hidden, ``[B, L]``.

    Example:
        >>> visible_first(torch.tensor([[True, False, True, False]])).tolist()
        [[1, 3, 0, 2]]
    """
    # Distinct keys need no stable sort, which ONNX does not have.
    tokens = mask.size(1)
    return (torch.arange(tokens, device=mask.device) + mask.long() * tokens).argsort(1)


def _length(counts: Tensor, length: int | None, patches: int) -> int:
    if length is None:
        return int(counts.max())
    if length > patches:
        raise ValueError(f"'length' must be at most {patches} (got {length})")
    if not torch.compiler.is_compiling() and int(counts.max()) > length:
        raise ValueError(
            f"'length' must be at least {int(counts.max())}, what shows (got {length})"
        )
    return length
