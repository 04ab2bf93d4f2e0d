"""torchvision's multiscale vision transformers, cut into stages that give out maps."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torchvision.models.video.mvit import MViT

#: Blocks before which the tokens get fewer, and the last.
_CUTS = (0, 1, 3, 14, None)


class VideoTokens(NamedTuple):
    """A class token and the tokens of a clip, ``[B, 1 + T H W, C]``, with (T, H, W)."""

    tokens: Tensor
    size: tuple[int, int, int]

    def maps(self) -> Tensor:
        """Return the clip's tokens as maps ``[B, C, T, H, W]``; the class token is left out."""
        return torch.unflatten(self.tokens[:, 1:].transpose(1, 2), 2, self.size)


class MViTStem(nn.Module):
    """Patches, class token and positions.

    Args:
        network: The whole network.

    Shapes:
        ``clips [B, 3, D, H, W]`` to :class:`VideoTokens`.

    Raises:
        ValueError: Positions are learned one by one, and the clips have another size.
    """

    def __init__(self, network: MViT) -> None:
        super().__init__()
        self.conv_proj, self.pos_encoding = network.conv_proj, network.pos_encoding

    def forward(self, clips: Tensor) -> VideoTokens:
        """Cut clips into tokens."""
        maps = self.conv_proj(clips)
        size = (maps.size(2), maps.size(3), maps.size(4))
        wanted = (self.pos_encoding.temporal_size, *self.pos_encoding.spatial_size)
        if self.pos_encoding.spatial_pos is not None and size != wanted:
            pixels = [n * step for n, step in zip(wanted, self.conv_proj.stride, strict=True)]
            raise ValueError(
                f"'clips' must be [B, 3, {', '.join(map(str, pixels))}] for a network that learned "
                f"its positions (got {list(clips.shape)}); those of 'mvit_v2_s' are relative"
            )
        return VideoTokens(self.pos_encoding(maps.flatten(2).transpose(1, 2)), size)


class MViTStage(nn.Module):
    """Blocks of one resolution, and the final norm after the last.

    Args:
        blocks: torchvision's blocks.
        norm: The final norm, or ``None``.
    """

    def __init__(self, blocks: nn.ModuleList, norm: nn.Module | None) -> None:
        super().__init__()
        self.blocks, self.norm = blocks, norm

    def forward(self, state: VideoTokens) -> VideoTokens:
        """Pass the tokens on."""
        tokens, size = state
        for block in self.blocks:
            tokens, size = block(tokens, size)
        return VideoTokens(tokens if self.norm is None else self.norm(tokens), size)


def split_mvit(network: MViT) -> list[nn.Module]:
    """Cut a network, without its head, into four stages; the stem belongs to the first."""
    parts = [network.blocks[start:stop] for start, stop in pairwise(_CUTS)]
    norms = [None, None, None, network.norm]
    stages = [MViTStage(part, norm) for part, norm in zip(parts, norms, strict=True)]
    return [nn.Sequential(MViTStem(network), stages[0]), *stages[1:]]
