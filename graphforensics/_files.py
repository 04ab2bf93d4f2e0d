"""Result files that are whole or absent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from graphforensics.errors import OutputError


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """Give a place beside ``path`` to write to, and rename it when all is written.

    Whatever goes wrong, the file that was at ``path`` before stays, and nothing stays beside it.

    Args:
        path: The file.

    Raises:
        OutputError: The file cannot be written; the message names it.

    Example:
        >>> import tempfile
        >>> place = Path(tempfile.mkdtemp(), "figures.txt")
        >>> with whole_file(place) as partial:
        ...     _ = partial.write_text("0.91")
        >>> [file.name for file in place.parent.iterdir()]
        ['figures.txt']
    """
    place = Path(path)
    partial = place.with_name(f".{place.name}.partial")
    try:
        yield partial
        partial.replace(place)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OutputError(f"{path}: cannot be written ({reason})") from error
    finally:
        with suppress(OSError):
            partial.unlink()


def write_whole(path: str | Path, text: str) -> None:
    """Write a text file, whole or not at all.

    Args:
        path: The file.
        text: What it is to hold.

    Raises:
        OutputError: The file cannot be written.
    """
    with whole_file(path) as partial:
        # A file's name need not be UTF-8; JSON reads the escapes as what they stand for.
        partial.write_bytes(text.encode("utf-8", "backslashreplace"))
