"""Files that commands write their results to."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from graphforensics._files import write_whole
from graphforensics.errors import OutputError


def require_folder(path: str | Path | None) -> None:
    """Say that a result could not be written before hours are spent on it.

    Raises:
        OutputError: The file's folder is not there or cannot be written to, or the file is a
            folder.
    """
    if path is None:
        return
    place = Path(path).absolute()
    if not place.parent.is_dir():
        raise OutputError(f"{path}: there is no folder {place.parent}")
    if place.is_dir():
        raise OutputError(f"{path}: is a folder, not a file")
    if not os.access(place.parent, os.W_OK):
        raise OutputError(f"{path}: cannot be written (its folder is read-only)")


def write_result(path: str | Path, text: str) -> None:
    """Write a result file, whole or not at all.

    Raises:
        OutputError: The file cannot be written.
    """
    write_whole(path, text)


def write_json(path: str | Path, values: dict[str, Any]) -> None:
    """Write figures as JSON.

    Raises:
        OutputError: The file cannot be written.
    """
    write_result(path, json.dumps(values, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
