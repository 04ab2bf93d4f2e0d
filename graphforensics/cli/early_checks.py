"""Mistakes that are told before anything heavy is imported."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from graphforensics.errors import (
    CheckpointError,
    MissingDataError,
    OutputError,
    UnreadableMediaError,
)

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(::|://)")
#: Kinds of device that torch knows by name, whether or not they are there.
_DEVICE = re.compile(r"(cpu|cuda|mps|xpu|hpu|mtia|xla|ipu|privateuseone)(:\d+)?")


def require_media(path: str | Path) -> None:
    """Say that a video or image is not there.

    Raises:
        UnreadableMediaError: It is a URL, or there is no such file.
    """
    if _URL.match(str(path)):
        raise UnreadableMediaError(path, "is a URL; media are read from files: download it first")
    try:
        there = Path(path).exists()
    except (OSError, ValueError) as error:
        raise UnreadableMediaError(path, f"cannot be opened ({error})") from error
    if not there:
        raise UnreadableMediaError(path, "no such file")


def require_model(place: str | Path) -> None:
    """Say that a trained detector is not there.

    Raises:
        CheckpointError: There is no such file or folder.
    """
    if Path(place).exists():
        return
    if re.fullmatch(r"[a-z_]+", str(place)):
        raise CheckpointError(
            f"'--model {place}' names a kind of detector, or a file that is not there; give a "
            "trained one: a folder RUN/best or a .ckpt file of 'graphforensics train'"
        )
    raise CheckpointError(f"{place}: no such file or folder")


def require_device(name: str | None) -> None:
    """Say that no device has such a name; whether it is there is seen later.

    Raises:
        ValueError: torch knows no such kind of device.
    """
    if name is not None and not _DEVICE.fullmatch(name):
        raise ValueError(f"'--device {name}' cannot be used (there is no such kind of device)")


def require_stores(places: Iterable[str | Path]) -> None:
    """Say that a local face store is not there.

    Raises:
        MissingDataError: There is no such folder.
    """
    for place in places:
        if not _URL.match(str(place)) and not Path(place).exists():
            raise MissingDataError(f"{place}: no such folder; give face stores of 'extract'")


def require_tables(*places: str | Path | None) -> None:
    """Say that a table or a split is not there; ``None`` and words of the options are passed over.

    Raises:
        MissingDataError: There is no such file.
    """
    for place in places:
        if place is not None and not Path(place).exists():
            raise MissingDataError(f"{place}: cannot be read (no such file or directory)")


def require_other_files(outputs: Iterable[str | Path | None], inputs: Iterable[str | Path]) -> None:
    """Refuse to write over what is read; ``None`` is passed over.

    Raises:
        OutputError: An output is one of the inputs.
    """
    given = [Path(place) for place in inputs if Path(place).is_file()]
    for output in (place for place in outputs if place):
        there = Path(output)
        if there.is_file() and any(there.samefile(place) for place in given):
            raise OutputError(f"{output}: is also read; write to another file")


def require_journal(path: str | Path | None) -> None:
    """Refuse a file to go on from that is something else.

    Raises:
        OutputError: It is not empty, and its first line is no entry of a journal.
    """
    if path is None or not Path(path).is_file():
        return
    with open(path, "rb") as file:
        line = file.readline(1 << 20)
    if line and not line.lstrip().startswith(b"{"):
        raise OutputError(f"{path}: holds something else than what 'detect' went through")
