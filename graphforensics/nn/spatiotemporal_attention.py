"""Where in a snippet each region lies."""

from __future__ import annotations

from torch import Tensor, nn

from graphforensics.nn.argument_checks import check_positive, check_shape
from graphforensics.nn.clip_conv3d import ClipConv3d


class SpatioTemporalAttention(nn.Module):
    r"""An attention map for each region from a snippet's features.

    Two blocks of 3 x 3 x 3 convolution, batch normalisation and ReLU, C to C to N, then the mean
    over time: section III-B of "Masked Relation Learning for DeepFake Detection" (IEEE TIFS 2023).

    .. math:: \mathbf{F}_A = \frac{1}{D} \sum_d
        \mathrm{Block}_2(\mathrm{Block}_1(\mathbf{F}_O))_d
        \in \mathbb{R}_{\ge 0}^{N \times H \times W}

    Args:
        in_channels: Channels of the features, C.
        regions: Number of maps N. Default: 12.
        hidden_channels: Channels between the blocks. Default: ``in_channels``, as in the paper.

    Shapes:
        ``features [B, C, D, H, W]``, output ``[B, N, H, W]``.

    Raises:
        ValueError: A number is not positive, or the features have another shape.

    Example:
        >>> import torch
        >>> attention = SpatioTemporalAttention(16, regions=4)
        >>> attention(torch.rand(2, 16, 5, 7, 7)).shape
        torch.Size([2, 4, 7, 7])
    """

    def __init__(
        self, in_channels: int, regions: int = 12, hidden_channels: int | None = None
    ) -> None:
        super().__init__()
        hidden = in_channels if hidden_channels is None else hidden_channels
        check_positive(in_channels=in_channels, regions=regions, hidden_channels=hidden)
        self.in_channels = in_channels
        self.hidden_channels = hidden
        self.regions = regions
        self.blocks = nn.Sequential(
            ClipConv3d(in_channels, hidden, 3, padding=1, bias=False),
            nn.BatchNorm3d(hidden),
            nn.ReLU(),
            ClipConv3d(hidden, regions, 3, padding=1, bias=False),
            nn.BatchNorm3d(regions),
            nn.ReLU(),
        )

    def reset_parameters(self) -> None:
        """Draw the convolutions anew and reset the normalisations."""
        for layer in self.blocks:
            if isinstance(layer, nn.Conv3d | nn.BatchNorm3d):
                layer.reset_parameters()

    def forward(self, features: Tensor) -> Tensor:
        """Return the maps, none of them negative."""
        check_shape("features", features, ("B", self.in_channels, "D", "H", "W"))
        maps: Tensor = self.blocks(features).mean(2)
        return maps

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.in_channels}, regions={self.regions})"
