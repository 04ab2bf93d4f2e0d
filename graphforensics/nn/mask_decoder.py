"""From feature maps to the forged pixels."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from graphforensics.nn.argument_checks import check_positive, check_shape, wrong_argument
from graphforensics.nn.multi_scale_fusion import resized


class MaskDecoder(nn.Module):
    r"""Tell from maps of several depths which pixels are forged.

    The paper ("Local Relation Learning for Face Forgery Detection", AAAI 2021, section 3.4) names
    a decoder and draws none. This one adds the maps from deep to shallow, each brought to
    ``hidden`` channels, and enlarges the sum twice by two with a convolution each, then to the
    image's size.

    Args:
        channels: Channels of each map, from shallow to deep.
        hidden: Channels that all are brought to, halved at each enlargement. Default: 64.

    Shapes:
        As many maps ``[B, C_l, H_l, W_l]`` as ``channels``; the output is ``[B, 1, *size]``, before
        the sigmoid, four times the first map's size by default.

    Raises:
        ValueError: A number is not positive, or the maps are others than those announced.

    Example:
        >>> import torch
        >>> decoder = MaskDecoder([8, 16], hidden=4)
        >>> decoder(torch.rand(1, 8, 8, 8), torch.rand(1, 16, 4, 4), size=(60, 60)).shape
        torch.Size([1, 1, 60, 60])
    """

    def __init__(self, channels: Sequence[int], hidden: int = 64) -> None:
        super().__init__()
        check_positive(maps=len(channels), hidden=hidden, channels=min(channels, default=1))
        self.channels = tuple(channels)
        self.hidden = hidden
        half, quarter = max(1, hidden // 2), max(1, hidden // 4)
        self.bring = nn.ModuleList(nn.Conv2d(c, hidden, 1) for c in channels)
        self.smooth = nn.ModuleList(
            _convolve(*pair) for pair in ((hidden, hidden), (hidden, half), (half, quarter))
        )
        self.look = nn.Conv2d(quarter, 1, 1)

    def reset_parameters(self) -> None:
        """Draw the convolutions anew and reset the normalisations."""
        for part in self.modules():
            if isinstance(part, (nn.Conv2d, nn.BatchNorm2d)):
                part.reset_parameters()

    def forward(self, *maps: Tensor, size: Sequence[int] | None = None) -> Tensor:
        """Return the logit of each pixel of an image of ``size``."""
        if len(maps) != len(self.channels):
            raise wrong_argument("maps", f"must be {len(self.channels)} (got {len(maps)})")
        for one, channels in zip(maps, self.channels, strict=True):
            check_shape("maps", one, (maps[0].size(0), channels, "H", "W"))
        brought = [bring(one) for bring, one in zip(self.bring, maps, strict=True)]
        joined = brought.pop()
        for one in reversed(brought):
            joined = one + resized(joined, one.shape[-2:])
        for number, smooth in enumerate(self.smooth):
            joined = smooth(_doubled(joined) if number else joined)
        logit: Tensor = self.look(joined)
        return logit if size is None else resized(logit, size)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self.channels)}, hidden={self.hidden})"


def _doubled(maps: Tensor) -> Tensor:
    return resized(maps, (2 * maps.size(-2), 2 * maps.size(-1)))


def _convolve(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
    )
