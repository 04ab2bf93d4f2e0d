"""Mistakes that are told before anything heavy is imported."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from graphforensics.errors import CheckpointError, MissingDataError, UnreadableMediaError

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
