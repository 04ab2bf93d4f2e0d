"""What a store knows about one source file: the content of its ``source.json``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any, Literal, get_type_hints

from graphforensics.errors import StoreError
from graphforensics.store.extraction_report import ExtractionReport
from graphforensics.store.layout import read_json, write_json
from graphforensics.store.remote_path import StorePath

Status = Literal["ok", "no_face", "failed"]
STATUSES: tuple[Status, ...] = ("ok", "no_face", "failed")
_TRACK = re.compile(r"track_\d{3,9}")
_MENDED = "delete its folder and run extract again"
# What the manifest's columns take.
_LARGEST = 2**31 - 1


@dataclass(frozen=True)
class TrackRecord:
    """Figures of one track.

    Args:
        name: File name without its ending, ``"track_000"``.
        frames: Rows of the track.
        ok_frames: Rows among them whose face is neither too small nor too blurred.
        segments: Unbroken stretches.
        first_time: Presentation time of the first row in seconds.
        last_time: Presentation time of the last row in seconds.
    """

    name: str
    frames: int
    ok_frames: int
    segments: int
    first_time: float
    last_time: float


@dataclass(frozen=True)
class SourceRecord:
    """What became of one source file.

    Args:
        source: Name of the file (see :func:`~graphforensics.store.layout.source_name`).
        key: Folder of the source in the store.
        status: ``"ok"``, ``"no_face"`` or ``"failed"``.
        reason: Why it failed, or where a file that breaks off was cut short.
        sha256: Hash of the file's content, ``None`` when it could not be read.
        report: Frames looked at, frames without a face.
        tracks: One record a track.
        metadata: Label, identity and so on, from the metadata table.
    """

    source: str
    key: str
    status: Status
    reason: str | None = None
    sha256: str | None = None
    report: ExtractionReport = field(default_factory=ExtractionReport)
    tracks: tuple[TrackRecord, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)

    def write(self, path: StorePath) -> None:
        """Write the record as JSON, whole or not at all."""
        write_json(path, asdict(self))

    @classmethod
    def read(cls, path: StorePath) -> SourceRecord:
        """Read a record.

        Raises:
            StoreError: The file is missing or damaged.
        """
        try:
            record = cls._from_dict(read_json(path))
            if record.key != path.parent.name:
                raise ValueError(f"it is that of {record.key[:80]!r}")
        except StoreError as error:
            raise StoreError(f"{error}; {_MENDED}") from error
        except (KeyError, TypeError, ValueError) as error:
            raise StoreError(
                f"{path}: damaged source record ({error!r:.300}); {_MENDED}"
            ) from error
        return record

    @classmethod
    def _from_dict(cls, values: dict[str, Any]) -> SourceRecord:
        if values["status"] not in STATUSES:
            raise ValueError(f"unknown status {values['status']!r}")
        report = ExtractionReport(**_checked(ExtractionReport, values.pop("report")))
        tracks = tuple(TrackRecord(**_checked(TrackRecord, t)) for t in values.pop("tracks"))
        if not all(_TRACK.fullmatch(track.name) for track in tracks):
            raise ValueError("a track's name is no file name of one")
        told = dict(values.pop("metadata"))
        metadata = {_text(key): _text(str(value)) for key, value in told.items()}
        status = values.pop("status")
        known = _checked(cls, values)
        return cls(**known, status=status, report=report, tracks=tracks, metadata=metadata)


def _checked(kind: type, values: dict[str, Any]) -> dict[str, Any]:
    """Compare values that JSON held with the annotations of a class.

    Raises:
        KeyError: A name is not of the class.
        TypeError: A value is of another type.
        ValueError: A number is no count, or a text cannot be written.
    """
    hints = _hints(kind)
    for name, value in dict(values).items():
        wanted = (int, float) if hints[name] is float else hints[name]
        if isinstance(value, bool) or not isinstance(value, wanted):
            raise TypeError(f"{name} is {type(value).__name__}")
        if isinstance(value, int) and not 0 <= value <= _LARGEST:
            raise ValueError(f"{name} is {value}")
        if isinstance(value, str):
            _text(value)
    return values


@cache
def _hints(kind: type) -> dict[str, Any]:
    # Python works them out anew each time, which takes longer than to read a record.
    return get_type_hints(kind)


def _text(value: str) -> str:
    # JSON can hold halves of characters, which Parquet cannot.
    value.encode("utf-8")
    return value
