"""One face, as a detector reports it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Detection:
    """A face box and how sure the detector is of it.

    Args:
        box: ``(x0, y0, x1, y1)`` in pixels of the image, right and bottom exclusive;
            it may reach beyond the image.
        confidence: The detector's own score; larger is surer.
    """

    box: tuple[float, float, float, float]
    confidence: float
