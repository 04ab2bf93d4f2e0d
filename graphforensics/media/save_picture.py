"""Pixels as an image file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from graphforensics._files import whole_file
from graphforensics.errors import OutputError


def save_picture(image: NDArray[np.uint8], path: str | Path) -> None:
    """Write an image file, whole or not at all; its ending names the format.

    Args:
        image: RGB.
        path: The file.

    Shapes:
        ``image [H, W, 3]``.

    Raises:
        OutputError: The file cannot be written, or its ending is of no image format.
    """
    format = picture_format(path)
    with whole_file(path) as partial:
        Image.fromarray(image).save(partial, format=format)


def picture_format(path: str | Path) -> str:
    """Return Pillow's name of the format that a file's ending stands for.

    Raises:
        OutputError: The ending is of no image format.
    """
    ending = Path(path).suffix.lower()
    format = Image.registered_extensions().get(ending)
    if format not in Image.SAVE:
        told = f"its ending {ending!r} is of no image format; use .png"
        raise OutputError(f"{path}: cannot be written ({told})")
    return str(format)
