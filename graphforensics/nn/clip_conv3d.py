"""A Conv3d that avoids a wrong bfloat16 gradient of oneDNN for clips of two frames."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from graphforensics.nn.argument_checks import check_shape


class ClipConv3d(nn.Conv3d):
    r"""``torch.nn.Conv3d``, with its padding in time made explicit where there are two frames.

    On processors that compute in bfloat16, oneDNN's gradient of the weights is garbage, NaN now
    and then, for two frames, a stride of 1 and implicit padding in time (seen with torch 2.15;
    one frame, three frames, float32 and explicit padding are right). Arguments, parameters and
    numbers are those of ``torch.nn.Conv3d``.

    Shapes:
        ``[B, C, D, H, W]`` or ``[C, D, H, W]`` as in ``torch.nn.Conv3d``.

    Raises:
        ValueError: The input has another shape.

    Example:
        >>> import torch
        >>> ClipConv3d(3, 8, 3, padding=1)(torch.rand(1, 3, 2, 5, 5)).shape
        torch.Size([1, 8, 2, 5, 5])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Convolve."""
        channels = self.in_channels
        check_shape("input", input, ("B", channels, "D", "H", "W"), (channels, "D", "H", "W"))
        if isinstance(self.padding, str) or self.padding_mode != "zeros":
            return super().forward(input)
        time, height, width = self.padding
        if input.size(-3) != 2 or time == 0 or self.stride[0] != 1:
            return super().forward(input)
        padded = functional.pad(input, (0, 0, 0, 0, time, time))
        return functional.conv3d(
            padded,
            self.weight,
            self.bias,
            self.stride,
            (0, height, width),
            self.dilation,
            self.groups,
        )


def use_clip_convolutions(network: nn.Module) -> nn.Module:
    """Replace every 3-D convolution of a network, in place, by one with the same parameters.

    Args:
        network: Someone else's network.

    Returns:
        The network.
    """
    for parent in list(network.modules()):
        for name, part in list(parent.named_children()):
            if isinstance(part, nn.Conv3d) and not isinstance(part, ClipConv3d):
                setattr(parent, name, _like(part))
    return network


def _like(conv: nn.Conv3d) -> ClipConv3d:
    like = ClipConv3d(
        conv.in_channels,
        conv.out_channels,
        conv.kernel_size,  # type: ignore[arg-type]  # declared narrower than it is
        conv.stride,  # type: ignore[arg-type]
        conv.padding,  # type: ignore[arg-type]
        conv.dilation,  # type: ignore[arg-type]
        conv.groups,
        conv.bias is not None,
        conv.padding_mode,
        device="meta",
    )
    like.weight, like.bias = conv.weight, conv.bias
    return like
