"""The split of the run that a detector comes from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from graphforensics.splits.split import identity_groups
from graphforensics.splits.split_file import find_parts
from graphforensics.store.track_table import track_table


@dataclass(frozen=True)
class RunSplit:
    """Where the tracks of stores stand in a run's ``split.json``.

    Args:
        path: The file.
        table: Every track of the stores.
        parts: Positions of the rows of each part.
    """

    path: Path
    table: pa.Table
    parts: dict[str, list[int]]

    @property
    def fits(self) -> bool:
        """Whether the stores hold any track that the run saw."""
        return any(self.parts.values())

    def trained_videos(self, tracks: pa.Table) -> int:
        """Count the videos among ``tracks`` that show people of the training part.

        Args:
            tracks: Rows of the same stores.
        """
        rows = self.table.to_pylist()
        groups = identity_groups(rows).tolist()
        trained = {groups[position] for position in self.parts.get("train", [])}
        seen = {_track(row) for row, group in zip(rows, groups, strict=True) if group in trained}
        return len({_video(row) for row in tracks.to_pylist() if _track(row) in seen})


def split_file_of(model: str | Path) -> Path | None:
    """Return ``split.json`` beside a detector of a run, as RUN/best has it; ``None`` without one.

    Args:
        model: Folder or checkpoint of the detector.
    """
    place = Path(model).absolute().parent / "split.json"
    return place if place.is_file() else None


def run_split(
    model: str | Path, stores: Iterable[str | Path], labels: str | Path | None = None
) -> RunSplit | None:
    """Find the tracks of stores in the split of the run that a detector comes from.

    Args:
        model: Folder or checkpoint of the detector.
        stores: Folders of face stores.
        labels: CSV of labels that counts more than what the stores say.

    Returns:
        ``None`` for a detector that lies in no run.

    Raises:
        MissingDataError: The file is damaged, or a label is missing.
        StoreError: A store is damaged.
    """
    path = split_file_of(model)
    if path is None:
        return None
    table = track_table(list(dict.fromkeys(str(store) for store in stores)), labels)
    return RunSplit(path, table, find_parts(path, table.to_pylist(), required=()))


def _track(row: dict[str, object]) -> tuple[object, ...]:
    return row["store"], row["source"], row["track_id"]


def _video(row: dict[str, object]) -> tuple[object, ...]:
    return tuple(row[name] for name in ("dataset", "manipulation", "video", "quality"))
