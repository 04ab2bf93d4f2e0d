"""Finding the videos and images that a user means."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from graphforensics.media.formats import MEDIA_SUFFIXES


def find_media(
    paths: Iterable[str | Path], leave_out: Iterable[Path] = ()
) -> tuple[list[Path], list[tuple[str, str]]]:
    """Turn files, folders and patterns into a list of files.

    A folder stands for all videos and images below it, told by their ending; hidden files
    and folders are passed over. A file is taken whatever its ending is, and kept in the list
    when it does not exist, so that it is reported with the rest.

    Args:
        paths: Files, folders, or patterns such as ``"clips/**/*.mp4"``.
        leave_out: Files that are not taken out of folders and patterns.

    Returns:
        The files, each once, and ``(path, reason)`` for each pattern or folder without any.
    """
    files: dict[str, Path] = {}
    empty: list[tuple[str, str]] = []
    skipped = {os.path.abspath(path) for path in leave_out}
    for path in paths:
        found, reason = _expand(Path(path))
        wanted = [file for file in found if reason is None or _absolute(file) not in skipped]
        if reason is not None and not wanted:
            empty.append((str(path), reason))
        for file in wanted:
            files.setdefault(_absolute(file), file)
    return list(files.values()), empty


def _expand(path: Path) -> tuple[list[Path], str | None]:
    """Return the files, and what to say when there are none (``None`` for a plain file)."""
    if path.is_dir():
        return sorted(_media_below(path)), "no video or image in this folder"
    if not os.path.lexists(path) and glob.has_magic(str(path)):
        matches = [Path(match) for match in sorted(glob.glob(str(path), recursive=True))]
        below = [file for match in matches if match.is_dir() for file in _media_below(match)]
        plain = [match for match in matches if not match.is_dir()]
        return sorted({*plain, *below}), "no file matches this pattern"
    return [path], None


def _media_below(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if not name.startswith(".") and Path(name).suffix.lower() in MEDIA_SUFFIXES:
                yield Path(parent, name)


def _absolute(path: Path) -> str:
    return os.path.abspath(path)
