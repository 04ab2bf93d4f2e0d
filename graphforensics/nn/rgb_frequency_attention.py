"""Where to look in an image and where in its frequencies."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from graphforensics.nn.argument_checks import check_positive, check_shape


class RGBFrequencyAttention(nn.Module):
    r"""Gate the RGB and the frequency stream by what both of them show.

    .. math::
        \mathbf{V} &= \mathrm{ReLU}(\mathrm{BN}(\mathrm{Conv}_{1 \times 1}
        ([\mathbf{U}_1; \mathbf{U}_2]))) \\
        \mathbf{A} &= \sigma(\mathrm{Conv}_{3 \times 3}(\mathbf{V})), \qquad
        \mathbf{U}^{\prime}_1 = \mathbf{A}_1 \odot \mathbf{U}_1, \quad
        \mathbf{U}^{\prime}_2 = \mathbf{A}_2 \odot \mathbf{U}_2

    Eqs. 4 and 5 of "Local Relation Learning for Face Forgery Detection" (AAAI 2021). The sum of
    the two outputs is the fused map of eq. 6.

    Args:
        channels: Channels C of each stream.

    Shapes:
        ``rgb [B, C, H, W]`` and ``frequency [B, C, H, W]``, output two maps of the same shape.

    Raises:
        ValueError: ``channels`` is not positive, or a stream has another shape.

    Example:
        >>> gate = RGBFrequencyAttention(8)
        >>> rgb, frequency = gate(torch.rand(2, 8, 7, 7), torch.rand(2, 8, 7, 7))
        >>> (rgb + frequency).shape
        torch.Size([2, 8, 7, 7])
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        check_positive(channels=channels)
        self.channels = channels
        self.fuse = nn.Conv2d(2 * channels, 2 * channels, 1, bias=False)
        self.norm = nn.BatchNorm2d(2 * channels)
        self.look = nn.Conv2d(2 * channels, 2, 3, padding=1)

    def reset_parameters(self) -> None:
        """Draw the convolutions anew and reset the normalisation."""
        self.fuse.reset_parameters()
        self.norm.reset_parameters()
        self.look.reset_parameters()

    def forward(self, rgb: Tensor, frequency: Tensor) -> tuple[Tensor, Tensor]:
        """Return both streams, gated."""
        on_rgb, on_frequency = self.attention(rgb, frequency).chunk(2, dim=1)
        return on_rgb * rgb, on_frequency * frequency

    def attention(self, rgb: Tensor, frequency: Tensor) -> Tensor:
        """Return the two attention maps, ``[B, 2, H, W]`` in [0, 1], RGB first."""
        check_shape("rgb", rgb, ("B", self.channels, "H", "W"))
        check_shape("frequency", frequency, tuple(rgb.shape))
        both = self.norm(self.fuse(torch.cat([rgb, frequency], dim=1))).relu()
        maps: Tensor = self.look(both).sigmoid()
        return maps

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.channels})"
