"""The branch of DeepfakeMAE that maps a face to what the autoencoder makes of it."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from graphforensics.nn.argument_checks import called_here, check_positive
from graphforensics.nn.encoder import TimmEncoder


class MappedFaces(NamedTuple):
    """What :class:`MappingNetwork` returns.

    Shapes:
        ``logit [B]``; ``mapped [B, 3, s, s]``, s being a quarter of the size.
    """

    logit: Tensor
    mapped: Tensor


class MappingNetwork(nn.Module):
    r"""A convolutional network that draws a small face, and a linear classifier of the drawing.

    The maps of the stem's first three residual stages are enlarged to the first's size (56 x 56 at
    224 pixels) and put one behind the other; three convolutions, each with batch normalisation,
    make 3 channels of them; a linear layer reads the verdict from the n numbers of the drawing m,

    .. math:: y = w^\top m / \sqrt{n} + b, \qquad w_i \sim \mathcal{U}(-1, 1).

    Section 3.2.2 of "DeepfakeMAE" (arXiv 2303.01740). The normalisation of the third convolution
    and the root are ours. Neither changes what the network can say; without the root the
    curvature of the cross-entropy grows with n, and meta-learning's inner steps of 0.01 and the
    paper's outer ones of 0.1 are too long.

    Args:
        encoder: Any network of timm whose stages 1 to 3 have strides 4, 8 and 16. Default:
            ``"resnet18"``.
        weights: As in :class:`~graphforensics.nn.TimmEncoder`. Default: random.
        channels: Channels between the convolutions. Default: 128.
        size: Side of the images in pixels. Default: 224.

    Shapes:
        ``images [B, 3, size, size]``; the output is :class:`MappedFaces`.

    Raises:
        ValueError: A number is not positive, or the first stage has another stride.

    Example:
        >>> said = MappingNetwork("resnet10t", channels=8, size=64)(torch.rand(2, 3, 64, 64))
        >>> said.logit.shape, said.mapped.shape
        (torch.Size([2]), torch.Size([2, 3, 16, 16]))
    """

    def __init__(
        self,
        encoder: str = "resnet18",
        weights: str | None = None,
        channels: int = 128,
        size: int = 224,
    ) -> None:
        super().__init__()
        check_positive(mapping_channels=channels, size=size)
        with called_here(name="mapping_encoder", out_indices="mapping_encoder"):
            self.encoder = TimmEncoder(encoder, weights, (1, 2, 3))
        if self.encoder.strides != (4, 8, 16):
            raise ValueError(
                f"'mapping_encoder' must have strides 4, 8 and 16 (got {self.encoder.strides})"
            )
        self.side = -(-size // 4)
        self.draw = nn.Sequential(
            *_step(sum(self.encoder.channels), channels),
            *_step(channels, channels),
            *_step(channels, 3)[:2],
        )
        self.classifier = nn.Linear(3 * self.side**2, 1)
        nn.init.uniform_(self.classifier.weight, -1, 1)

    def forward(self, images: Tensor) -> MappedFaces:
        """Return the verdict and the drawing it was read from."""
        maps = self.encoder(images)
        grown = [
            functional.interpolate(one, (self.side, self.side), mode="bilinear") for one in maps
        ]
        mapped = self.draw(torch.cat(grown, dim=1))
        with torch.autocast(images.device.type, enabled=False):
            numbers = mapped.flatten(1).to(self.classifier.weight.dtype)
            logit = self.classifier(numbers / math.sqrt(numbers.size(1)))
        return MappedFaces(logit.squeeze(1), mapped)


def _step(channels: int, wanted: int) -> tuple[nn.Module, nn.Module, nn.Module]:
    return (
        nn.Conv2d(channels, wanted, 3, padding=1, bias=False),
        nn.BatchNorm2d(wanted),
        nn.ReLU(),
    )
