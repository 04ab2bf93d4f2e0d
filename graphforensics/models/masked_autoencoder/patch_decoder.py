"""A small transformer that draws all patches from the tokens of some."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from graphforensics.models.masked_autoencoder.patch_encoder import EncodedPatches
from graphforensics.models.masked_autoencoder.positions import sincos_positions
from graphforensics.models.masked_autoencoder.vision_block import (
    EPSILON,
    VisionBlock,
    reset_layer,
)
from graphforensics.nn.argument_checks import check_positive

# Own code because: timm has no decoder of masked autoencoders, and that of facebookresearch/mae is
# no package; parameters have its names.


class PatchDecoder(nn.Module):
    r"""The decoder of a masked autoencoder: one learned token stands wherever a patch is hidden.

    Args:
        in_channels: Channels of the encoder's tokens.
        channels: Channels of its own.
        blocks: Transformer blocks.
        heads: Heads of each block.
        grid: Patches along each side.
        values: Numbers of a patch, ``patch * patch * 3``.

    Shapes:
        :class:`EncodedPatches` to ``[B, grid * grid, values]``, patches in raster order.

    Raises:
        ValueError: A number is out of range.

    Example:
        >>> from graphforensics.models.masked_autoencoder import PatchEncoder
        >>> encoder = PatchEncoder(16, blocks=1, heads=2, size=8, patch=4)
        >>> decoder = PatchDecoder(16, 8, blocks=1, heads=2, grid=2, values=48)
        >>> decoder(encoder(torch.rand(2, 3, 8, 8))).shape
        torch.Size([2, 4, 48])
    """

    pos_embed: Tensor

    def __init__(
        self, in_channels: int, channels: int, blocks: int, heads: int, grid: int, values: int
    ) -> None:
        super().__init__()
        check_positive(in_channels=in_channels, blocks=blocks, values=values)
        self.channels = channels
        self.embed = nn.Linear(in_channels, channels)
        self.mask_token = nn.Parameter(torch.empty(1, 1, channels))
        self.register_buffer("pos_embed", sincos_positions(channels, grid))
        self.blocks = nn.ModuleList([VisionBlock(channels, heads) for _ in range(blocks)])
        self.norm = nn.LayerNorm(channels, EPSILON)
        self.pred = nn.Linear(channels, values)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw all weights anew, as MAE does; positions are fixed."""
        self.apply(reset_layer)
        nn.init.normal_(self.mask_token, std=0.02)

    def forward(self, encoded: EncodedPatches) -> Tensor:
        """Return the pixels of every patch."""
        tokens = self.embed(encoded.tokens)
        # What pads a face's tokens stands for patches that it hides: there the mask token stays.
        shown = torch.where(encoded.present.unsqueeze(2), tokens[:, 1:], self.mask_token.to(tokens))
        patches = self.pos_embed.size(1) - 1
        hidden = self.mask_token.to(tokens).expand(len(tokens), patches, -1)
        place = encoded.token_id.unsqueeze(2).expand(-1, -1, self.channels)
        x = torch.cat([tokens[:, :1], hidden.scatter(1, place, shown)], dim=1) + self.pos_embed
        for block in self.blocks:
            x = block(x)
        drawn: Tensor = self.pred(self.norm(x[:, 1:]))
        return drawn

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.channels}, blocks={len(self.blocks)})"
