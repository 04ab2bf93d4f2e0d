"""What a media file says about itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

MediaKind = Literal["video", "image", "animation"]


@dataclass(frozen=True)
class MediaInfo:
    """Size and frame times of a file, found without decoding its pixels.

    Args:
        kind: ``"video"``, ``"image"`` (one frame) or ``"animation"`` (GIF, WebP, APNG, AVIF).
        width: Width of a frame in pixels, as displayed.
        height: Height of a frame in pixels, as displayed.
        times: Presentation time of every frame in seconds ``[F]``, ``float64``, ascending from 0.
        truncated: What shows that the end of the file is missing, or ``None``.
        notes: What was done to stored frames before they are shown: deinterlaced, pixels made
            square, turned, put over white.
    """

    kind: MediaKind
    width: int
    height: int
    times: NDArray[np.float64]
    truncated: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def frames(self) -> int:
        """Number of frames."""
        return len(self.times)
