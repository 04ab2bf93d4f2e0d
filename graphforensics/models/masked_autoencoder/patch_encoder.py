"""A vision transformer that sees some of a picture's patches."""

from __future__ import annotations

from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from graphforensics.models.masked_autoencoder.positions import sincos_positions
from graphforensics.models.masked_autoencoder.vision_block import (
    EPSILON,
    VisionBlock,
    reset_layer,
)
from graphforensics.nn.argument_checks import check_positive
from graphforensics.nn.visible_tokens import visible_tokens

# Own code because: timm's VisionTransformer with PatchDropout drops as many patches of every
# picture, at random; here a mask says which, and pictures of one batch may show different numbers.


class EncodedPatches(NamedTuple):
    """What :class:`PatchEncoder` returns.

    Shapes:
        ``tokens [B, 1 + V, C]``: the class token, then the visible patches. ``token_id [B, V]``:
        which patch each one is. ``present [B, V]`` (bool): False where a face shows fewer than V;
        such a token means nothing.
    """

    tokens: Tensor
    token_id: Tensor
    present: Tensor


class PatchEncoder(nn.Module):
    r"""The vision transformer of a masked autoencoder, applied to the visible patches only.

    Pictures of one batch may show different numbers of patches: for attention they are padded, and
    no token attends to what is not there, so that each picture is encoded as if alone; linear
    layers see the tokens that are there, except where a graph is compiled. The parameters have
    the names of timm's ``VisionTransformer``; the positions are fixed.

    Args:
        channels: Channels C of a token.
        blocks: Transformer blocks.
        heads: Heads of each block.
        size: Side of the pictures in pixels.
        patch: Side of a patch in pixels. Default: 16.

    Shapes:
        ``images [B, 3, size, size]``, ``mask [B, P]`` (bool, True where hidden); the output is
        :class:`EncodedPatches`.

    Raises:
        ValueError: The patch does not divide the size, or a number is out of range.

    Example:
        >>> encoder = PatchEncoder(16, blocks=1, heads=2, size=8, patch=4)
        >>> mask = torch.tensor([[True, False, False, True], [True, True, True, False]])
        >>> encoder(torch.rand(2, 3, 8, 8), mask).present.tolist()
        [[True, True], [True, False]]
    """

    pos_embed: Tensor

    def __init__(
        self, channels: int, blocks: int, heads: int, size: int = 224, patch: int = 16
    ) -> None:
        super().__init__()
        check_positive(blocks=blocks, size=size, patch=patch)
        if size % patch:
            raise ValueError(f"'size' must be a multiple of 'patch' = {patch} (got {size})")
        self.channels, self.size, self.patch = channels, size, patch
        self.grid = size // patch
        self.patch_embed = nn.ModuleDict({"proj": nn.Conv2d(3, channels, patch, patch)})
        self.cls_token = nn.Parameter(torch.empty(1, 1, channels))
        self.register_buffer("pos_embed", sincos_positions(channels, self.grid))
        self.blocks = nn.ModuleList([VisionBlock(channels, heads) for _ in range(blocks)])
        self.norm = nn.LayerNorm(channels, EPSILON)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw all weights anew, as MAE does; positions are fixed."""
        self.blocks.apply(reset_layer)
        self.norm.reset_parameters()
        cut = cast(nn.Conv2d, self.patch_embed["proj"])
        nn.init.xavier_uniform_(cut.weight.view(self.channels, -1))
        nn.init.zeros_(cast(Tensor, cut.bias))
        nn.init.normal_(self.cls_token, std=0.02)

    def forward(
        self, images: Tensor, mask: Tensor | None = None, length: int | None = None
    ) -> EncodedPatches:
        """Encode the patches that show.

        Args:
            images: Pictures.
            mask: True where a patch is hidden. Default: all show.
            length: As in :func:`~graphforensics.nn.visible_tokens`.
        """
        self._check(images)
        embedded = self.patch_embed["proj"](images).flatten(2).transpose(1, 2)
        embedded = embedded + self.pos_embed[:, 1:]
        every = mask is None
        if mask is None:
            mask = torch.zeros(embedded.shape[:2], dtype=torch.bool, device=embedded.device)
        shown = visible_tokens(embedded, mask, embedded.size(1) if every else length)
        first = (self.cls_token + self.pos_embed[:, :1]).expand(images.size(0), -1, -1)
        tokens = torch.cat([first.to(shown.tokens), shown.tokens], dim=1)
        present = None if every else _attended(shown.present)
        return EncodedPatches(self._encode(tokens, present), shown.token_id, shown.present)

    def _encode(self, tokens: Tensor, present: Tensor | None) -> Tensor:
        rows = None
        if present is not None and not torch.compiler.is_compiling():
            # What pads a picture is left out of the linear layers, which are nearly all the cost.
            rows = present.flatten().nonzero().squeeze(1)
            tokens = tokens.flatten(0, 1).index_select(0, rows)
        for block in self.blocks:
            tokens = block(tokens, present, rows)
        tokens = self.norm(tokens)
        if rows is None or present is None:
            return tokens
        padded = tokens.new_zeros(present.numel(), tokens.size(1))
        return padded.index_copy(0, rows, tokens).view(*present.shape, -1)

    def _check(self, images: Tensor) -> None:
        wanted = (3, self.size, self.size)
        if images.dim() != 4 or tuple(images.shape[1:]) != wanted:
            axes = ", ".join(map(str, wanted))
            raise ValueError(f"'images' must be [B, {axes}] (got {list(images.shape)})")

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({self.channels}, blocks={len(self.blocks)}, size={self.size}, "
            f"patch={self.patch})"
        )


def _attended(present: Tensor) -> Tensor | None:
    """Return the key mask, the class token included; none is faster where all show the same."""
    if not torch.compiler.is_compiling() and bool(present.all()):
        return None
    return torch.cat([torch.ones_like(present[:, :1]), present], dim=1)
