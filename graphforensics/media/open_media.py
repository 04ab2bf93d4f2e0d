"""A file opened for reading, whatever it holds."""

from __future__ import annotations

import stat
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Protocol

from graphforensics.errors import UnreadableMediaError
from graphforensics.media.jpeg_sequence import is_jpeg_sequence
from graphforensics.media.media_info import MediaInfo
from graphforensics.media.picture import Picture
from graphforensics.media.picture_file import PictureFile, is_picture
from graphforensics.media.video_file import VideoFile


class Media(Protocol):
    """A video, an image or an animation."""

    info: MediaInfo

    def pictures(self, numbers: Collection[int] | None = None) -> Iterator[Picture]:
        """Decode the frames of these numbers, all by default, in presentation order."""
        ...


def open_media(path: str | Path) -> Media:
    """Find out what a file is and when its frames are shown.

    Raises:
        UnreadableMediaError: It is missing, empty, damaged, or neither video nor image.
    """
    path = Path(path)
    _check_file(path)
    if not is_picture(path):
        return VideoFile(path)
    # A raw video of JPEG images begins as the first of them does.
    return VideoFile(path, "mjpeg") if is_jpeg_sequence(path) else PictureFile(path)


def _check_file(path: Path) -> None:
    try:
        status = path.stat()
    except FileNotFoundError:
        raise UnreadableMediaError(path, "no such file") from None
    except (OSError, ValueError) as error:
        raise UnreadableMediaError(path, f"cannot be opened ({error})") from error
    if stat.S_ISDIR(status.st_mode):
        raise UnreadableMediaError(path, "is a folder, not a video or an image")
    if not stat.S_ISREG(status.st_mode):
        # Reading a pipe or a device could wait for ever.
        raise UnreadableMediaError(path, "is not a regular file")
    if status.st_size == 0:
        raise UnreadableMediaError(path, "is empty (0 bytes)")
