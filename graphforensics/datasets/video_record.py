"""What a data set says about one of its videos."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields

import pyarrow as pa


@dataclass(frozen=True)
class VideoRecord:
    """One video, or one folder of frames, of a data set.

    Args:
        path: The file, relative to the root of the data set (absolute if it lies elsewhere).
        label: ``"real"`` or ``"fake"``.
        manipulation: How it was made; ``"original"`` if it is real.
        video: Name of the video, the same for no other of this data set and manipulation.
        identity: Who is seen; for a face swap the target (whose video it was) and the source
            (whose face it is), joined by ``;``. Empty if unknown.
        split: ``"train"``, ``"val"`` or ``"test"``; empty if the data set has no such thing.
        quality: Compression, such as ``"c23"``.
        origin: The real video that it was made from, like ``path``.
        mask: Video, image or folder of the forged pixels, like ``path``.
        dataset: Name of the data set.
    """

    path: str
    label: str
    manipulation: str
    video: str
    identity: str = ""
    split: str = ""
    quality: str = ""
    origin: str = ""
    mask: str = ""
    dataset: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What no other video has: data set, manipulation, video."""
        return (self.dataset, self.manipulation, self.video)


COLUMNS = tuple(field.name for field in fields(VideoRecord))


def record_table(records: Iterable[VideoRecord]) -> pa.Table:
    """Put records into an Arrow table, whose memory the workers of a loader share."""
    schema = pa.schema([(name, pa.string()) for name in COLUMNS])
    return pa.Table.from_pylist([asdict(record) for record in records], schema=schema)


def record_at(table: pa.Table, position: int) -> VideoRecord:
    """Return one record of a table."""
    row = table.slice(position, 1).to_pylist()[0]
    return VideoRecord(**{name: row[name] for name in COLUMNS})
