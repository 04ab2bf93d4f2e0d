"""A folder of face tracks."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphforensics._text import shown
from graphforensics.errors import StoreError
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.face_track import FaceTrack
from graphforensics.store.layout import MANIFEST, TRACKS, VERSION, read_header
from graphforensics.store.manifest import manifest_table, read_manifest, read_records
from graphforensics.store.remote_path import RemotePath, store_path


class FaceStore:
    """The face tracks that ``graphforensics extract`` found, one Parquet file a track.

    Opening reads the header; the manifest is read when it is first needed, and a track when
    its pixels or landmarks are. A store whose run was killed has no manifest: its tracks are
    then listed from the records of the sources that were done, with a warning.

    Args:
        root: Folder of the store, or a URL that fsspec knows: ``"s3://bucket/faces"``.

    Raises:
        StoreError: There is no store at ``root``, or it is damaged; the message names the file.
        StoreVersionError: A newer version of the library wrote it.

    Example:
        >>> store = FaceStore("faces")  # doctest: +SKIP
        >>> [track.source for track in store if track.label == "fake"]  # doctest: +SKIP
        ['fake/anna.mp4']
    """

    version = VERSION

    def __init__(self, root: str | Path | RemotePath) -> None:
        self.root = store_path(root)
        self.options: ExtractionOptions = read_header(self.root)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.root)!r}, tracks={len(self)})"

    def __len__(self) -> int:
        return len(self._track_rows)

    def __getitem__(self, track: int | str) -> FaceTrack:
        """Return a track by its place in the manifest or by its ``track_id``.

        Raises:
            IndexError: There is no track of that number.
            KeyError: There is no track of that name.
        """
        place = self._places[track] if isinstance(track, str) else range(len(self))[track]
        row = self.manifest.slice(int(self._track_rows[place]), 1).to_pylist()[0]
        return FaceTrack(
            self.root / TRACKS / f"{row['track_id']}.parquet", row, self.options.margin
        )

    def __iter__(self) -> Iterator[FaceTrack]:
        return (self[place] for place in range(len(self)))

    def __contains__(self, track: object) -> bool:
        return track in self._places

    def __getstate__(self) -> dict[str, Any]:
        # What is cached is read again where the store is sent to: cheaper than to send it.
        return {"root": self.root, "options": self.options}

    @cached_property
    def manifest(self) -> pa.Table:
        """A row a track, and a row for each source without one, ordered by source.

        Columns: ``track_id`` (null without a track), ``source``, ``status`` ("ok", "no_face",
        "failed"), ``reason``, ``label``, ``identity``, ``manipulation``, ``dataset``, ``video``,
        ``origin``, ``mask``, ``quality`` (compression), ``split`` (official), ``frames``,
        ``ok_frames``, ``segments``, ``first_time``, ``last_time``, ``source_frames``,
        ``source_faceless``, ``sha256``.
        """
        table = read_manifest(self.root)
        if table is None:
            warnings.warn(
                f"{shown(self.root)}: no manifest: the last extraction was stopped, or is still at "
                "work; run it again to finish it",
                stacklevel=2,
            )
            table = manifest_table(read_records(self.root))
        return table

    def verify(self) -> list[StoreError]:
        """Read every row of every track, and compare the records of the sources with the manifest.

        Returns:
            What is wrong, one error a damaged track or source; each names its file. Nothing is
            wrong where the list is empty: all pages of the tracks and all images have checksums.
        """
        problems = [error for track in self if (error := _problem(track)) is not None]
        try:
            written = manifest_table(read_records(self.root))
        except StoreError as error:
            return [*problems, error]
        if written.column("track_id").drop_null() != self.manifest.column("track_id").drop_null():
            problems.append(
                StoreError(
                    f"{self.root / MANIFEST}: does not list the tracks that are there; delete it "
                    "and run extract again, which rebuilds it"
                )
            )
        return problems

    @property
    def track_ids(self) -> list[str]:
        """Names of all tracks, in order."""
        return list(self._places)

    @property
    def sources(self) -> list[str]:
        """Names of all source files, with or without a track, in order."""
        names: list[str] = pc.unique(self.manifest.column("source")).to_pylist()
        return names

    @cached_property
    def _track_rows(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        return np.flatnonzero(self.manifest.column("track_id").is_valid().to_numpy())

    @cached_property
    def _places(self) -> dict[str, int]:
        names = self.manifest.column("track_id").drop_null().to_pylist()
        return {name: place for place, name in enumerate(names)}


def _problem(track: FaceTrack) -> StoreError | None:
    try:
        track.verify()
    except StoreError as error:
        return error
    return None
