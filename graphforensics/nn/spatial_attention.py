"""Where in each frame each region lies, without looking at the frames beside it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from graphforensics.nn.argument_checks import check_positive, check_shape


class SpatialAttention(nn.Module):
    r"""An attention map for each region from single frames, averaged over the snippet.

    The 2-D variant of :class:`~graphforensics.nn.SpatioTemporalAttention`: its two blocks have
    3 x 3 convolutions and see one frame at a time. Ablation "spatial attention" (table IV) and
    image variant (RQ3) of "Masked Relation Learning for DeepFake Detection" (IEEE TIFS 2023).

    .. math:: \mathbf{F}_A = \frac{1}{D} \sum_d
        \mathrm{Block}_2(\mathrm{Block}_1(\mathbf{F}_{O, d}))
        \in \mathbb{R}_{\ge 0}^{N \times H \times W}

    Args:
        in_channels: Channels of the features, C.
        regions: Number of maps N. Default: 12.
        hidden_channels: Channels between the blocks. Default: ``in_channels``.

    Shapes:
        ``features [B, C, H, W]`` or ``[B, C, D, H, W]``, output ``[B, N, H, W]``.

    Raises:
        ValueError: A number is not positive, or the features have another shape.

    Example:
        >>> attention = SpatialAttention(16, regions=4)
        >>> attention(torch.rand(2, 16, 7, 7)).shape, attention(torch.rand(2, 16, 5, 7, 7)).shape
        (torch.Size([2, 4, 7, 7]), torch.Size([2, 4, 7, 7]))
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
            nn.Conv2d(in_channels, hidden, 3, padding=1, bias=False),
            nn.BatchNorm2d(hidden),
            nn.ReLU(),
            nn.Conv2d(hidden, regions, 3, padding=1, bias=False),
            nn.BatchNorm2d(regions),
            nn.ReLU(),
        )

    def reset_parameters(self) -> None:
        """Draw the convolutions anew and reset the normalisations."""
        for layer in self.blocks:
            if isinstance(layer, nn.Conv2d | nn.BatchNorm2d):
                layer.reset_parameters()

    def forward(self, features: Tensor) -> Tensor:
        """Return the maps, none of them negative."""
        channels = self.in_channels
        check_shape("features", features, ("B", channels, "H", "W"), ("B", channels, "D", "H", "W"))
        clip = features.unsqueeze(2) if features.dim() == 4 else features
        frames = clip.transpose(1, 2).flatten(0, 1)
        maps: Tensor = self.blocks(frames)
        return torch.unflatten(maps, 0, (clip.size(0), -1)).mean(1)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.in_channels}, regions={self.regions})"
