"""One encoder of faces, and a decoder of each person."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

_STRIDE = 16


class FaceNetwork(nn.Module):
    r"""Draws either of two people with what an encoder that knows both has seen.

    .. math:: \hat I_k = D_k(E(I)), \quad k \in \{0, 1\}

    The code of the shared encoder E has to serve both decoders, so it holds pose, expression and
    light, and each decoder adds its person's looks: :math:`D_1(E(I_0))` is the face of the second
    person with the expression of the first.

    Args:
        size: Side of the faces in pixels, a multiple of 16.
        width: Channels after the first convolution. Default: 32.
        code: Numbers that a face is described by. Default: 256.

    Shapes:
        ``[B, 3, size, size]`` in [0, 1], before and after.

    Raises:
        ValueError: ``size`` is no multiple of 16, or a number is not positive.

    Example:
        >>> network = FaceNetwork(32, width=8, code=16)
        >>> network(torch.rand(2, 3, 32, 32), person=1).shape
        torch.Size([2, 3, 32, 32])
    """

    def __init__(self, size: int, width: int = 32, code: int = 256) -> None:
        super().__init__()
        if size < _STRIDE or size % _STRIDE:
            raise ValueError(f"'size' must be a multiple of {_STRIDE} (got {size})")
        if width < 1 or code < 1:
            raise ValueError(f"'width' and 'code' must be positive (got {width} and {code})")
        self.size, self.width, self.code = size, width, code
        channels = [3, width, 2 * width, 4 * width, 8 * width]
        small = size // _STRIDE
        self.encoder = nn.Sequential(
            *(_Down(*pair) for pair in pairwise(channels)),
            nn.Flatten(),
            nn.Linear(8 * width * small**2, code),
            nn.Linear(code, 4 * width * small**2),
            nn.Unflatten(1, (4 * width, small, small)),
            _Up(4 * width, 4 * width),
        )
        self.decoders = nn.ModuleList(_decoder(width) for _ in range(2))

    def reset_parameters(self) -> None:
        """Draw all weights anew, from torch's generator."""
        for module in self.modules():
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                module.reset_parameters()

    def forward(self, faces: Tensor, person: int) -> Tensor:
        """Draw a person with the expressions of given faces.

        Args:
            faces: Of whomever, ``[B, 3, size, size]`` in [0, 1].
            person: Who is drawn, 0 or 1.
        """
        drawn: Tensor = self.decoders[person](self.encoder(faces))
        return drawn

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.size}, width={self.width}, code={self.code})"


class _Down(nn.Sequential):
    def __init__(self, before: int, after: int) -> None:
        super().__init__(nn.Conv2d(before, after, 5, 2, 2), nn.LeakyReLU(0.1))


class _Up(nn.Sequential):
    def __init__(self, before: int, after: int) -> None:
        convolution = nn.Conv2d(before, 4 * after, 3, padding=1)
        super().__init__(convolution, nn.LeakyReLU(0.1), nn.PixelShuffle(2))


def _decoder(width: int) -> nn.Sequential:
    half, quarter = max(1, width // 2), 2 * width
    return nn.Sequential(
        _Up(4 * width, quarter),
        _Up(quarter, width),
        _Up(width, half),
        nn.Conv2d(half, 3, 5, padding=2),
        nn.Sigmoid(),
    )


def new_network(size: int, seed: int) -> FaceNetwork:
    """Return a network whose weights a seed decides; torch's own generator stays as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return FaceNetwork(size)
