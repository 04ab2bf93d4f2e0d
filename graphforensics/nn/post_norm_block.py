"""A Transformer block that normalises after each step."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from graphforensics.nn.argument_checks import check_positive, check_shape, wrong_argument


class PostNormBlock(nn.Module):
    r"""Self-attention and a feed-forward network, each with LayerNorm after the sum.

    .. math:: \mathbf{x}^{\prime} = \mathrm{LN}(\mathbf{x} + \mathrm{MSA}(\mathbf{x})), \qquad
        \mathbf{x}^{o} = \mathrm{LN}(\mathbf{x}^{\prime} + \mathrm{FFN}(\mathbf{x}^{\prime}))

    Eq. 6 of "AUNet: Learning Relations Between Action Units for Face Forgery Detection"
    (CVPR 2023); the network is two linear layers with a GELU between.

    Args:
        channels: Channels C of a token.
        heads: Attention heads; they divide ``channels``. Default: 8.
        hidden_channels: Width of the network. Default: 4 times ``channels``.

    Shapes:
        ``x [B, L, C]``, output ``[B, L, C]``.

    Raises:
        ValueError: A number is not positive, the heads do not divide the channels, or the tokens
            have another shape.

    Example:
        >>> import torch
        >>> PostNormBlock(16, heads=4)(torch.rand(2, 5, 16)).shape
        torch.Size([2, 5, 16])
    """

    def __init__(self, channels: int, heads: int = 8, hidden_channels: int | None = None) -> None:
        super().__init__()
        hidden = 4 * channels if hidden_channels is None else hidden_channels
        check_positive(channels=channels, heads=heads, hidden_channels=hidden)
        if channels % heads:
            raise wrong_argument("heads", f"must divide 'channels' = {channels} (got {heads})")
        self.channels = channels
        self.heads = heads
        self.query_key_value = nn.Linear(channels, 3 * channels)
        self.project = nn.Linear(channels, channels)
        self.attention_norm = nn.LayerNorm(channels)
        self.widen = nn.Linear(channels, hidden)
        self.narrow = nn.Linear(hidden, channels)
        self.feed_forward_norm = nn.LayerNorm(channels)

    def reset_parameters(self) -> None:
        """Draw the linear layers anew and reset the normalisations."""
        for layer in self.children():
            if isinstance(layer, nn.Linear | nn.LayerNorm):
                layer.reset_parameters()

    def forward(self, x: Tensor) -> Tensor:
        """Return the tokens after both steps."""
        check_shape("x", x, ("B", "L", self.channels))
        x = self.attention_norm(x + self._attend(x))
        fed = self.narrow(functional.gelu(self.widen(x)))
        normed: Tensor = self.feed_forward_norm(x + fed)
        return normed

    def _attend(self, x: Tensor) -> Tensor:
        split = self.query_key_value(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        attended = functional.scaled_dot_product_attention(split[0], split[1], split[2])
        projected: Tensor = self.project(attended.transpose(1, 2).flatten(2))
        return projected

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.channels}, heads={self.heads})"
