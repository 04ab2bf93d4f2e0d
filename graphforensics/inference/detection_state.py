"""What a run over many files has done, so that a rerun goes on from there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graphforensics import __version__
from graphforensics.errors import OutputError
from graphforensics.models.calibration import CALIBRATION, file_hash, weights_hash


class DetectionState:
    """A file of JSON lines, one a judged file, to which each result is added as it is there.

    A result counts again while the file's size and time of change, the weights, the calibration,
    the options and the library's version are the same. A line that a killed run left unfinished
    is passed over.

    Args:
        path: The file; made with the first result. ``None`` keeps nothing.
        settings: Hash of what besides the file decides the result; see :func:`settings_hash`.

    Raises:
        OutputError: The file cannot be read.
    """

    def __init__(self, path: str | Path | None, settings: str) -> None:
        self._path = None if path is None else Path(path)
        self._settings = settings
        self._known: dict[str, dict[str, Any]] = {}
        if self._path is not None and self._path.exists():
            for line in self._text().splitlines():
                entry = _entry(line)
                if entry is not None:
                    self._known[entry["file"]] = entry

    def find(self, file: Path) -> dict[str, Any] | None:
        """Return the result of a file that was judged as it is now, else ``None``."""
        entry = self._known.get(str(file.absolute()))
        if entry is None or entry["settings"] != self._settings or entry["stamp"] != _stamp(file):
            return None
        result: dict[str, Any] = entry["result"]
        return result

    def add(self, file: Path, result: Mapping[str, Any]) -> None:
        """Add a result.

        Raises:
            OutputError: The file cannot be written.
        """
        if self._path is None:
            return
        entry = {
            "file": str(file.absolute()),
            "stamp": _stamp(file),
            "settings": self._settings,
            "result": dict(result),
        }
        line = json.dumps(entry, allow_nan=False)
        try:
            with open(self._path, "ab+") as written:
                # What a killed run left unfinished must not swallow this line.
                end = written.seek(0, 2)
                if end:
                    written.seek(end - 1)
                    line = line if written.read(1) == b"\n" else f"\n{line}"
                written.write(line.encode() + b"\n")
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise OutputError(f"{self._path}: cannot be written ({reason})") from error

    def _text(self) -> str:
        try:
            return Path(str(self._path)).read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise OutputError(f"{self._path}: cannot be read ({error.strerror})") from error


def settings_hash(model: str | Path, **options: Any) -> str:
    """Hash the weights, their calibration, the options and the library's version.

    Args:
        model: Folder of ``save_pretrained``, or a checkpoint.
        **options: Whatever else decides a result, as JSON holds it.

    Raises:
        CheckpointError: There are no weights.
    """
    place = Path(model)
    weights = weights_hash(place) if place.is_dir() else file_hash(place)
    calibration = place / CALIBRATION
    learned = file_hash(calibration) if calibration.is_file() else None
    config = file_hash(place / "config.json") if place.is_dir() else None
    told = [weights, learned, config, __version__, sorted(options.items())]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _stamp(file: Path) -> list[int] | None:
    try:
        status = file.stat()
    except (OSError, ValueError):
        return None
    return [status.st_size, status.st_mtime_ns]


def _entry(line: str) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    whole = isinstance(entry, dict) and {"file", "stamp", "settings", "result"} <= set(entry)
    return entry if whole and isinstance(entry["result"], dict) else None
