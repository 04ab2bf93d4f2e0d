"""Pictures in another size, by Pillow's filters."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Filter = Literal["box", "bilinear", "bicubic"]
Box = tuple[float, float, float, float]

_FILTERS = {
    "box": Image.Resampling.BOX,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
}


def resize(
    image: NDArray[np.uint8],
    width: int,
    height: int,
    filter: Filter = "bilinear",
    box: Box | None = None,
    reducing_gap: float | None = None,
) -> NDArray[np.uint8]:
    """Resize a picture, with antialiasing.

    Args:
        image: RGB ``[H, W, 3]`` or grey ``[H, W]``, ``uint8``.
        width: Width of the result in pixels.
        height: Height of the result in pixels.
        filter: ``"box"`` (means over areas), ``"bilinear"`` (triangles) or ``"bicubic"``.
        box: Part of the picture that is taken, ``(x0, y0, x1, y1)`` within it; all by default.
        reducing_gap: Whole pixels are averaged first, down to this many times the size; by
            default they are not.

    Returns:
        ``[height, width, 3]`` or ``[height, width]``; not to be written to.
    """
    picture = Image.fromarray(image)
    chosen = _FILTERS[filter]
    return np.asarray(picture.resize((width, height), chosen, box=box, reducing_gap=reducing_gap))


def resize_part(image: NDArray[np.uint8], box: Box, size: int) -> NDArray[np.uint8]:
    """Resize a part of a picture, bilinearly and with antialiasing; black where it leaves it.

    Args:
        image: RGB ``[H, W, 3]`` or grey ``[H, W]``, ``uint8``.
        box: The part, ``(x0, y0, x1, y1)`` in pixels; it may reach beyond the picture.
        size: Side of the result in pixels.

    Returns:
        ``[size, size, 3]`` or ``[size, size]``; not to be written to.
    """
    left, top = (int(np.floor(edge)) for edge in box[:2])
    right, bottom = (int(np.ceil(edge)) for edge in box[2:])
    part = Image.fromarray(image).crop((left, top, max(right, left + 1), max(bottom, top + 1)))
    inner = (box[0] - left, box[1] - top, box[2] - left, box[3] - top)
    return np.asarray(part.resize((size, size), Image.Resampling.BILINEAR, box=inner))


def reduce(image: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """Average squares of ``factor`` times ``factor`` pixels; not to be written to."""
    return np.asarray(Image.fromarray(image).reduce(factor))


def to_grey(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the luma of ITU-R BT.601 of a picture ``[H, W, 3]``, as ``[H, W]``; grey stays grey.

    Not to be written to.
    """
    return np.asarray(Image.fromarray(image).convert("L"))


def shrink(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Return a copy of a picture whose longer side is at most ``side`` pixels."""
    picture = Image.fromarray(image)
    picture.thumbnail((side, side))
    return np.array(picture)
