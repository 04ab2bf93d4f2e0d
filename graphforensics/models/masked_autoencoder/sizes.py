"""The sizes that a masked autoencoder comes in."""

from __future__ import annotations

from typing import Literal, NamedTuple

#: Names of the sizes, as timm has them.
Size = Literal["tiny", "small", "base", "large"]


class AutoencoderSize(NamedTuple):
    """Widths and depths of both transformers.

    Args:
        channels: Channels of the encoder's tokens.
        blocks: Its blocks.
        heads: Heads of each.
        decoder_channels: Channels of the decoder's tokens.
        decoder_blocks: Its blocks.
        decoder_heads: Heads of each.
    """

    channels: int
    blocks: int
    heads: int
    decoder_channels: int
    decoder_blocks: int
    decoder_heads: int


#: The encoders are timm's ViT of the same name; the decoders of base and large are MAE's own.
SIZES: dict[str, AutoencoderSize] = {
    "tiny": AutoencoderSize(192, 12, 3, 128, 4, 4),
    "small": AutoencoderSize(384, 12, 6, 256, 4, 8),
    "base": AutoencoderSize(768, 12, 12, 512, 8, 16),
    "large": AutoencoderSize(1024, 24, 16, 512, 8, 16),
}
