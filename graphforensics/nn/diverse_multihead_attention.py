"""Self-attention that shows where each of its heads looks."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from graphforensics.nn.argument_checks import check_positive, check_shape


class DiverseMultiheadAttention(nn.Module):
    r"""Multi-head self-attention that hands out the attention of every head.

    .. math:: \mathbf{A}_i = \mathrm{softmax}(\mathbf{Q}_i \mathbf{K}_i^{\top} / \sqrt{c / h}),
        \qquad \mathbf{x}^{\prime} = [\mathbf{A}_1 \mathbf{V}_1; \dots; \mathbf{A}_h \mathbf{V}_h]
        \mathbf{W}

    Eq. 1 of "Learning to Mask: Towards Generalized Face Forgery Detection" (arXiv 2212.14309v1).
    The heads' mean is eq. 2 (:func:`~graphforensics.nn.class_attention_map`), and
    :func:`~graphforensics.nn.loss.attention_diversity_loss` is eq. 3. The divisor is the root of
    c / h as written, even where h does not divide c and a head is narrower.

    Args:
        channels: Channels c of a token. Default: 2048.
        heads: Number of heads h. Default: 6.
        head_channels: Channels of a head. Default: ``channels // heads``, 341.

    Shapes:
        ``x [B, L, C]``; output ``[B, L, C]`` and the attention ``[B, h, L, L]``, whose rows add up
        to 1.

    Raises:
        ValueError: A number is not positive, or the tokens have another shape.

    Example:
        >>> attend = DiverseMultiheadAttention(32, heads=6)
        >>> output, attention = attend(torch.rand(2, 50, 32))
        >>> output.shape, attention.shape
        (torch.Size([2, 50, 32]), torch.Size([2, 6, 50, 50]))
    """

    def __init__(
        self, channels: int = 2048, heads: int = 6, head_channels: int | None = None
    ) -> None:
        super().__init__()
        check_positive(channels=channels, heads=heads)
        width = channels // heads if head_channels is None else head_channels
        check_positive(head_channels=width)
        self.channels = channels
        self.heads = heads
        self.head_channels = width
        self.query = nn.Linear(channels, heads * width)
        self.key = nn.Linear(channels, heads * width)
        self.value = nn.Linear(channels, heads * width)
        self.project = nn.Linear(heads * width, channels)

    def reset_parameters(self) -> None:
        """Draw the four linear layers anew."""
        for layer in (self.query, self.key, self.value, self.project):
            layer.reset_parameters()

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the tokens and where each head of each token looked."""
        check_shape("x", x, ("B", "L", self.channels))
        # Scaled before the product, which would leave half precision.
        scaled = self.query(x) * (self.channels / self.heads) ** -0.5
        query, key, value = (self._split(part) for part in (scaled, self.key(x), self.value(x)))
        attention = (query @ key.transpose(-2, -1)).softmax(-1)
        mixed = (attention @ value).transpose(1, 2).flatten(2)
        return self.project(mixed), attention

    def _split(self, x: Tensor) -> Tensor:
        return torch.unflatten(x, -1, (self.heads, self.head_channels)).transpose(1, 2)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.channels}, heads={self.heads})"
