"""3 x 3 convolutions, whole or in two cheap steps."""

from __future__ import annotations

from typing import Literal, get_args

from torch import Tensor, nn

from graphforensics.nn.argument_checks import check_positive, check_word

#: ``"full"`` sees all channels at all nine places at once, ``"separable"`` one after the other.
Convolution = Literal["full", "separable"]


class SeparableConv2d(nn.Module):
    r"""A 3 x 3 convolution in two steps: mix the channels, then look around in each of them.

    .. math:: \mathbf{y}_c(p) = b_c + \sum_o d_{c, o} \, (\mathbf{W} \mathbf{x})_c (p + o)

    The separable convolution of "Xception: Deep Learning with Depthwise Separable Convolutions"
    (CVPR 2017), channels first. Its weights start with He's variance, for a ReLU behind it.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.

    Shapes:
        ``x [B, C, H, W]``, output ``[B, C', H, W]``.

    Raises:
        ValueError: A number is not positive.

    Example:
        >>> import torch
        >>> SeparableConv2d(4, 6)(torch.rand(1, 4, 5, 5)).shape
        torch.Size([1, 6, 5, 5])
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        check_positive(in_channels=in_channels, out_channels=out_channels)
        self.pointwise = nn.Conv2d(in_channels, out_channels, 1, bias=False)
        self.depthwise = nn.Conv2d(out_channels, out_channels, 3, padding=1, groups=out_channels)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw both steps anew."""
        nn.init.kaiming_normal_(self.pointwise.weight, nonlinearity="linear")
        nn.init.kaiming_normal_(self.depthwise.weight, nonlinearity="relu")
        if self.depthwise.bias is not None:
            nn.init.zeros_(self.depthwise.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Return the convolved map."""
        convolved: Tensor = self.depthwise(self.pointwise(x))
        return convolved

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.pointwise.in_channels}, {self.pointwise.out_channels})"


def conv3x3(
    in_channels: int, out_channels: int, convolution: Convolution
) -> nn.Conv2d | SeparableConv2d:
    """Return a 3 x 3 convolution that keeps the size of the map.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        convolution: ``"full"`` or ``"separable"``.

    Raises:
        ValueError: The word is unknown.

    Example:
        >>> conv3x3(4, 6, "separable")
        SeparableConv2d(4, 6)
    """
    check_word("convolution", convolution, get_args(Convolution))
    if convolution == "separable":
        return SeparableConv2d(in_channels, out_channels)
    return nn.Conv2d(in_channels, out_channels, 3, padding=1)
