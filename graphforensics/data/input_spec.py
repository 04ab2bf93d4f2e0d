"""What a detector wants to be fed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

InputKind = Literal["image", "frames", "clip"]


@dataclass(frozen=True)
class InputSpec:
    r"""The pixels that a detector takes, so that one loader serves all detectors.

    Args:
        kind: ``"image"`` is one face ``[3, H, W]``; ``"frames"`` are ``frames``
            single faces of one track, evenly over it, ``[frames, 3, H, W]``;
            ``"clip"`` are ``snippets`` runs of ``frames`` consecutive faces,
            evenly over the track, ``[snippets, 3, frames, H, W]``.
        size: Side of the square crop in pixels.
        snippets: Number of snippets T (1 unless ``kind="clip"``).
        frames: Number of frames, or of frames a snippet, D (1 for an image).
        mean: Mean of each of the three RGB channels, of pixels in [0, 1].
        std: Standard deviation of each channel, likewise.
        margin: Side of the crop over the side of the face's box.

    Raises:
        ValueError: ``kind`` is unknown, or a number is not positive.

    Example:
        >>> spec = InputSpec("clip", size=112, snippets=5, frames=20)
        >>> spec.shape
        (5, 3, 20, 112, 112)
    """

    kind: InputKind
    size: int
    snippets: int = 1
    frames: int = 1
    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    std: tuple[float, float, float] = (0.229, 0.224, 0.225)
    margin: float = 1.3

    def __post_init__(self) -> None:
        if self.kind not in ("image", "frames", "clip"):
            raise ValueError(f"'kind' must be image, frames or clip (got {self.kind!r})")
        for name in ("size", "snippets", "frames", "margin"):
            if getattr(self, name) <= 0:
                raise ValueError(f"'{name}' must be positive (got {getattr(self, name)})")

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one sample, without the batch axis."""
        square = (self.size, self.size)
        if self.kind == "image":
            return (3, *square)
        if self.kind == "frames":
            return (self.frames, 3, *square)
        return (self.snippets, 3, self.frames, *square)

    def normalize(self, pixels: Tensor) -> Tensor:
        """Turn bytes into what the network sees: ``(pixels / 255 - mean) / std``.

        Args:
            pixels: ``uint8`` of :attr:`shape`, with or without a batch axis before it.

        Returns:
            ``float32`` of the same shape, on the same device.

        Raises:
            ValueError: The trailing axes are not those of :attr:`shape`.
        """
        wanted = self.shape
        if tuple(pixels.shape[-len(wanted) :]) != wanted:
            raise ValueError(f"'pixels' must end in {wanted} (got {tuple(pixels.shape)})")
        after_channel = 3 if self.kind == "clip" else 2
        axes = (3, *(1,) * after_channel)
        mean = torch.tensor(self.mean, device=pixels.device).view(axes)
        std = torch.tensor(self.std, device=pixels.device).view(axes)
        return (pixels.float() / 255 - mean) / std
