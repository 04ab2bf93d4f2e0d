"""Frames of a video, an image or an animation, as a stream."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from graphforensics.media.frame import Frame
from graphforensics.media.media_info import MediaInfo
from graphforensics.media.open_media import open_media


def probe(path: str | Path) -> MediaInfo:
    """Find the kind, the size and the frame times of a file without decoding it.

    A video is demultiplexed, not decoded (but for its first frame, which tells the
    displayed size), so that times are those of the packets and need no count in the header.
    A file whose end is cut off gives the frames that are there; ``truncated`` says so.

    Args:
        path: A video, an image, or an animated GIF, WebP, PNG or AVIF.

    Raises:
        UnreadableMediaError: The file is missing, empty, damaged, holds sound only, is
            larger than 89 megapixels a frame, or is neither video nor image.

    Example:
        >>> import tempfile, numpy as np
        >>> from graphforensics.media.write_clip import write_clip
        >>> path = tempfile.mkdtemp() + "/grey.mp4"
        >>> write_clip(path, [np.full((32, 48, 3), 128, np.uint8)] * 5, fps=10)
        5
        >>> info = probe(path)
        >>> info.kind, info.width, info.height, info.times.round(3).tolist()
        ('video', 48, 32, [0.0, 0.1, 0.2, 0.3, 0.4])
    """
    return open_media(path).info


def read_frames(path: str | Path, numbers: Collection[int] | None = None) -> Iterator[Frame]:
    """Decode a file frame by frame, in presentation order, holding one frame at a time.

    Frames are as displayed: turned the way the file says, transparent pixels over white,
    grey as three equal channels, 16 bits scaled to 8. A frame that is damaged beyond
    decoding is left out and keeps its number, so numbers always agree with
    ``probe(path).times``.

    Args:
        path: A video, an image, or an animation.
        numbers: Frame numbers to yield, all by default. Stretches between far numbers
            are skipped by seeking; the pixels are those of a full decode.

    Yields:
        One :class:`Frame` a number, ascending.

    Raises:
        UnreadableMediaError: As :func:`probe`.
        ValueError: A number is negative or past the last frame.

    Example:
        >>> import tempfile, numpy as np
        >>> from graphforensics.media.write_clip import write_clip
        >>> path = tempfile.mkdtemp() + "/grey.mp4"
        >>> write_clip(path, [np.full((32, 48, 3), 128, np.uint8)] * 5, fps=10)
        5
        >>> [(frame.number, frame.image.shape) for frame in read_frames(path, [1, 4])]
        [(1, (32, 48, 3)), (4, (32, 48, 3))]
    """
    media = open_media(path)
    for picture in media.pictures(numbers):
        yield Frame(picture.rgb(), picture.number, picture.time)
