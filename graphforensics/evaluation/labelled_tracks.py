"""The tracks that a detector is measured on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphforensics.data.input_spec import InputSpec
from graphforensics.datasets.short_tracks import without_short_tracks
from graphforensics.errors import MissingDataError
from graphforensics.metrics import VideoScore
from graphforensics.metrics.video_scores import VIDEO_KEYS
from graphforensics.splits.split import identity_groups
from graphforensics.splits.split_file import read_split
from graphforensics.store.face_store import FaceStore
from graphforensics.store.store_check import check_stores
from graphforensics.store.track_table import fingerprint, track_table, with_manipulations


@dataclass(frozen=True)
class LabelledTracks:
    """Face tracks of stores, those a detector can judge and the files without one.

    Args:
        table: Rows of :func:`~graphforensics.store.track_table.track_table`.
        part: Part of a split that they are; ``None`` for everything in the stores.
    """

    table: pa.Table
    part: str | None

    @property
    def tracks(self) -> pa.Table:
        """The rows with a face track."""
        return self.table.filter(self.table.column("track_id").is_valid())

    @property
    def fingerprint(self) -> str:
        """Hash of what the stores say of the files."""
        return fingerprint(self.table)

    def people(self, videos: Sequence[VideoScore]) -> list[int]:
        """Number the group of people that each video shows; the bootstrap draws these."""
        rows = self.table.to_pylist()
        known: dict[Any, int] = {
            tuple(row[name] or "" for name in VIDEO_KEYS): group
            for row, group in zip(rows, identity_groups(rows).tolist(), strict=True)
        }
        return [
            known[video.dataset, video.manipulation, video.video, video.quality] for video in videos
        ]

    def faceless(self) -> list[dict[str, str]]:
        """List the files without a track, every field a string."""
        rest = self.table.filter(pc.invert(self.table.column("track_id").is_valid()))
        return [{name: str(value or "") for name, value in row.items()} for row in rest.to_pylist()]

    def frames(self) -> tuple[int, int]:
        """Count the frames that extraction looked at, and those of them without any face."""
        chosen = set(
            zip(
                self.table.column("store").to_pylist(),
                self.table.column("source").to_pylist(),
                strict=True,
            )
        )
        looked = faceless = 0
        for root in sorted({store for store, _ in chosen}):
            manifest = FaceStore(root).manifest
            names = ("source", "source_frames", "source_faceless")
            columns = (manifest.column(name).to_pylist() for name in names)
            files = {source: counts for source, *counts in zip(*columns, strict=True)}
            for source, (seen, without) in files.items():
                if (root, source) in chosen:
                    looked, faceless = looked + (seen or 0), faceless + (without or 0)
        return looked, faceless


def labelled_tracks(
    stores: Iterable[str | Path],
    spec: InputSpec,
    labels: str | Path | None = None,
    split: str | Path | None = None,
    part: str | None = None,
    default_part: str = "test",
    manipulations: Sequence[str] | None = None,
) -> LabelledTracks:
    """Read which tracks a detector is measured on.

    Args:
        stores: Folders of face stores.
        spec: What the detector takes.
        labels: CSV of labels that counts more than what the stores say.
        split: A run's ``split.json``, or ``"official"``; without one, everything in the stores.
        part: Part of the split.
        default_part: The part where a split but no part is given.
        manipulations: Keep the fakes of these only; all by default.

    Raises:
        StoreError: A store is damaged, or was cut for another kind of detector.
        MissingDataError: The split does not fit, or there is no face track.
        ValueError: ``part`` was given without ``split`` or is unknown.
    """
    roots = list(dict.fromkeys(str(store) for store in stores))
    check_stores(roots, spec)
    table = without_short_tracks(track_table(roots, labels), spec)
    chosen = None
    if split is not None:
        chosen = part or default_part
        positions = read_split(split, table.to_pylist(), required=[chosen])
        if chosen not in positions:
            raise ValueError(f"'part' must be one of {', '.join(positions)} (got {chosen!r})")
        table = table.take(pa.array(positions[chosen], pa.int64()))
    elif part is not None:
        raise ValueError(f"'part' is {part!r}, but no 'split' says who is in it")
    if manipulations is not None:
        table = with_manipulations(table, manipulations)
    if table.column("track_id").null_count == len(table):
        raise MissingDataError(f"no face track to evaluate in {', '.join(roots)}")
    return LabelledTracks(table, chosen)
