"""What AUNet is put together from, and its checks."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from graphforensics.nn.art_encoder import ARTFeatures
from graphforensics.nn.encoder import StagedEncoder

#: Where features may be mixed.
Mixing = Literal["encoders", "anywhere"]

#: What patch tokens are.
PatchTokens = Literal["map", "block"]


def mixed_blocks(encoder: StagedEncoder, mixing: Mixing) -> list[str]:
    """Return the names of the image network's blocks that features may be mixed in."""
    if mixing == "encoders":
        return []
    if not encoder.staged:
        raise ValueError(f"'mixing' \"anywhere\" wants an encoder of stages (got '{encoder.name}')")
    return encoder.blocks


def tokens_of(last: ARTFeatures, patch_tokens: PatchTokens) -> Tensor:
    """Return the patch tokens ``[B, h, w, C]``."""
    if patch_tokens == "map" or last.patch_tokens is None:
        return last.features.permute(0, 2, 3, 1)
    return torch.unflatten(last.patch_tokens, 1, last.features.shape[2:])


def neck_of(channels: int, width: int | None) -> nn.Module:
    """Return what brings a map to another number of channels, None being its own."""
    if width is None:
        return nn.Identity()
    return nn.Sequential(nn.Conv2d(channels, width, 1, bias=False), nn.BatchNorm2d(width))


def check_weights(weights: dict[str, float]) -> None:
    """Raise ValueError unless all weights of the loss are finite and not negative."""
    for name, value in weights.items():
        if not 0 <= value < float("inf"):
            word = "class" if name == "classification" else name
            raise ValueError(f"'{word}_weight' must not be negative (got {value})")
