"""Pictures in the HEIF container, as phones write them."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from PIL import Image

from graphforensics._optional import import_optional
from graphforensics.errors import MissingExtraError, UnreadableMediaError

_AVIF = frozenset([b"avif", b"avis"])
_HEIC = frozenset([b"heic", b"heix", b"heim", b"heis", b"mif1", b"mif2"])
# Sequences of pictures have a track, which FFmpeg reads as a video.
_SEQUENCE = frozenset([b"msf1", b"hevc", b"hevx", b"avis"])
# The longest list of brands that is looked at.
_HEAD = 512


def heif_kind(path: Path) -> str | None:
    """Return ``"heic"`` or ``"avif"`` for a still picture in that container, else ``None``.

    Raises:
        OSError: The file cannot be read.
    """
    with open(path, "rb") as file:
        head = file.read(_HEAD)
    if head[4:8] != b"ftyp":
        return None
    end = min(int.from_bytes(head[:4], "big"), len(head))
    major = head[8:12]
    brands = {major, *(head[place : place + 4] for place in range(16, end - 3, 4))}
    if brands & _AVIF:
        return "avif"
    return "heic" if brands & _HEIC and major not in _SEQUENCE else None


def open_heic(path: Path) -> Image.Image:
    """Open a HEIC picture, its tiles joined and turned as it is to be shown.

    Raises:
        UnreadableMediaError: The package that reads it is not installed.
    """
    try:
        module = import_optional("pillow_heif", "heif")
    except MissingExtraError as error:
        raise UnreadableMediaError(
            path,
            "is a HEIC picture, which the extra 'heif' reads: pip install 'graphforensics[heif]'",
        ) from error
    # Its class is used as it is: to register it would change Pillow for the whole process.
    return cast(Image.Image, module.HeifImageFile(path))
