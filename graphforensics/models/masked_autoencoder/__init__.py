"""A masked autoencoder: vision transformers that restore the patches they do not see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.models.masked_autoencoder.masked_autoencoder import MaskedAutoencoder
    from graphforensics.models.masked_autoencoder.patch_decoder import PatchDecoder
    from graphforensics.models.masked_autoencoder.patch_encoder import EncodedPatches, PatchEncoder
    from graphforensics.models.masked_autoencoder.patches import from_patches, to_patches
    from graphforensics.models.masked_autoencoder.positions import sincos_positions
    from graphforensics.models.masked_autoencoder.public_weights import load_public_weights
    from graphforensics.models.masked_autoencoder.sizes import SIZES, AutoencoderSize, Size
    from graphforensics.models.masked_autoencoder.vision_block import VisionBlock

__all__ = [
    "SIZES",
    "AutoencoderSize",
    "EncodedPatches",
    "MaskedAutoencoder",
    "PatchDecoder",
    "PatchEncoder",
    "Size",
    "VisionBlock",
    "from_patches",
    "load_public_weights",
    "sincos_positions",
    "to_patches",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "masked_autoencoder": "MaskedAutoencoder",
        "patch_decoder": "PatchDecoder",
        "patch_encoder": "EncodedPatches PatchEncoder",
        "patches": "from_patches to_patches",
        "positions": "sincos_positions",
        "public_weights": "load_public_weights",
        "sizes": "SIZES AutoencoderSize Size",
        "vision_block": "VisionBlock",
    },
)
