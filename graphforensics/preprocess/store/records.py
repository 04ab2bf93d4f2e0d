"""What a store knows about one source file: the content of its ``source.json``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from graphforensics.errors import StoreError
from graphforensics.preprocess.extraction_report import ExtractionReport
from graphforensics.preprocess.store.layout import read_json, write_json

Status = Literal["ok", "no_face", "failed"]
STATUSES: tuple[Status, ...] = ("ok", "no_face", "failed")


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
        source: Name of the file (see :func:`~graphforensics.preprocess.store.layout.source_name`).
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

    def write(self, path: Path) -> None:
        """Write the record as JSON, whole or not at all."""
        write_json(path, asdict(self))

    @classmethod
    def read(cls, path: Path) -> SourceRecord:
        """Read a record.

        Raises:
            StoreError: The file is missing or damaged.
        """
        values = read_json(path)
        try:
            return cls._from_dict(values)
        except (KeyError, TypeError, ValueError) as error:
            raise StoreError(f"{path}: damaged source record ({error!r})") from error

    @classmethod
    def _from_dict(cls, values: dict[str, Any]) -> SourceRecord:
        if values["status"] not in STATUSES:
            raise ValueError(f"unknown status {values['status']!r}")
        report = ExtractionReport(**values.pop("report"))
        tracks = tuple(TrackRecord(**track) for track in values.pop("tracks"))
        metadata = {str(key): str(value) for key, value in dict(values.pop("metadata")).items()}
        return cls(**values, report=report, tracks=tracks, metadata=metadata)
