"""The vision transformer that looks over the teacher's feature map."""

from __future__ import annotations

from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from graphforensics.nn.argument_checks import check_positive, check_shape
from graphforensics.nn.diverse_multihead_attention import DiverseMultiheadAttention


class TransformerView(NamedTuple):
    """What the transformer makes of a map.

    Args:
        token: State of the class token after the last block, ``[B, C]``.
        attention: Attention of the last block's heads, ``[B, h, 1 + N, 1 + N]``, the class token
            first.
    """

    token: Tensor
    attention: Tensor


class DiverseTransformer(nn.Module):
    r"""Transformer blocks over the places of a feature map, with a class token before them.

    .. math:: \mathbf{x} \leftarrow \mathbf{x} + \mathrm{MHA}(\mathrm{LN}(\mathbf{x})), \qquad
        \mathbf{x} \leftarrow \mathbf{x} + \mathrm{MLP}(\mathrm{LN}(\mathbf{x}))

    Sections 3.1 and 3.2 of "Learning to Mask: Towards Generalized Face Forgery Detection" (arXiv
    2212.14309v1): the feature map takes the place of the embedded patches of a vision transformer;
    class token and positions are learned. What the paper does not say is that of ViT, which it
    cites: the norm before each step and once more at the end, a GELU, four times as wide inside.

    Args:
        channels: Channels C of the map.
        places: Places N of the map.
        blocks: Number of blocks. Default: 6.
        heads: Heads of each block. Default: 6.
        head_channels: Channels of a head. Default: ``channels // heads``.
        hidden_channels: Width inside the MLP. Default: 4 times ``channels``.

    Shapes:
        ``x [B, N, C]`` to ``token [B, C]`` and ``attention [B, h, 1 + N, 1 + N]``.

    Raises:
        ValueError: A number is not positive, or the tokens have another shape.

    Example:
        >>> token, attention = DiverseTransformer(12, 4, blocks=2, heads=3)(torch.rand(2, 4, 12))
        >>> token.shape, attention.shape
        (torch.Size([2, 12]), torch.Size([2, 3, 5, 5]))
    """

    def __init__(
        self,
        channels: int,
        places: int,
        blocks: int = 6,
        heads: int = 6,
        head_channels: int | None = None,
        hidden_channels: int | None = None,
    ) -> None:
        super().__init__()
        hidden = 4 * channels if hidden_channels is None else hidden_channels
        check_positive(
            channels=channels, places=places, blocks=blocks, heads=heads, hidden_channels=hidden
        )
        if heads > channels and head_channels is None:
            raise ValueError(f"'heads' must be at most the {channels} channels (got {heads})")
        self.channels = channels
        self.places = places
        self.class_token = nn.Parameter(torch.empty(1, 1, channels))
        self.position = nn.Parameter(torch.empty(1, 1 + places, channels))
        self.blocks = nn.ModuleList(
            _Block(channels, heads, head_channels, hidden) for _ in range(blocks)
        )
        self.norm = nn.LayerNorm(channels)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw everything anew."""
        for learned in (self.class_token, self.position):
            nn.init.normal_(learned, std=0.02)
        for block in self.blocks:
            cast(_Block, block).reset_parameters()
        self.norm.reset_parameters()

    def forward(self, x: Tensor) -> TransformerView:
        """Return the class token's last state and the last block's attention."""
        check_shape("x", x, ("B", self.places, self.channels))
        x = torch.cat([self.class_token.expand(x.size(0), -1, -1), x], 1) + self.position
        attention = x
        for block in self.blocks:
            x, attention = block(x)
        return TransformerView(self.norm(x[:, 0]), attention)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.channels}, {self.places}, blocks={len(self.blocks)})"


class _Block(nn.Module):
    def __init__(self, channels: int, heads: int, head_channels: int | None, hidden: int) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(channels)
        self.attend = DiverseMultiheadAttention(channels, heads, head_channels)
        self.feed_forward_norm = nn.LayerNorm(channels)
        self.widen = nn.Linear(channels, hidden)
        self.narrow = nn.Linear(hidden, channels)

    def reset_parameters(self) -> None:
        for layer in self.children():
            cast(nn.Linear, layer).reset_parameters()

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        attended, attention = self.attend(self.attention_norm(x))
        x = x + attended
        fed = self.narrow(functional.gelu(self.widen(self.feed_forward_norm(x))))
        return x + fed, attention
