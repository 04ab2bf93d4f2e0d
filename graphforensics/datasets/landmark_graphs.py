"""Graphs of the landmarks of a face track."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import numpy as np
import torch
from torch import Tensor

from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence
from graphforensics.data.landmark_graph import landmark_graph
from graphforensics.datasets.action_unit_table import ActionUnitTable
from graphforensics.errors import MissingDataError
from graphforensics.regions.landmark_edges import LandmarkEdges
from graphforensics.store.columns import label_number
from graphforensics.store.face_track import FaceTrack


@dataclass(frozen=True)
class LandmarkGraphs:
    """Turns a face track into a graph of its 68 landmarks; no picture is read.

    Args:
        frames: Frames of a graph, evenly over the track: 1 gives a
            :class:`~graphforensics.data.FaceGraph` of the middle frame, more a
            :class:`~graphforensics.data.FaceGraphSequence`. A shorter track repeats frames.
        edges: ``"delaunay"`` or ``"anatomical"``
            (:func:`~graphforensics.regions.landmark_edges`). Only the latter are the same in every
            graph.
        action_units: Folder with a table a file, ``anna.csv`` for ``real/anna.mp4``, or a mapping
            from names of sources to tables
            (:class:`~graphforensics.datasets.ActionUnitTable`): the intensities become features.

    Raises:
        ValueError: ``frames`` is below 1.
        MissingDataError: When called: a file has no table.

    Example:
        >>> from graphforensics.data import FaceStore
        >>> LandmarkGraphs(frames=8)(FaceStore("faces")[0]).x.shape  # doctest: +SKIP
        torch.Size([68, 8, 2])
    """

    frames: int = 1
    edges: LandmarkEdges = "delaunay"
    action_units: str | Path | Mapping[str, str | Path] | None = None
    _tables: dict[str, ActionUnitTable] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if self.frames < 1:
            raise ValueError(f"'frames' must be at least 1 (got {self.frames})")
        if self.edges not in ("delaunay", "anatomical"):
            raise ValueError(f"'edges' must be 'delaunay' or 'anatomical' (got {self.edges!r})")

    def __call__(self, track: FaceTrack) -> FaceGraph | FaceGraphSequence:
        """Build the graph of a track.

        Args:
            track: The track.
        """
        rows = ((np.arange(self.frames) + 0.5) * track.frames / self.frames).astype(int)
        points = track.landmarks[rows]
        features = None if self.action_units is None else self._intensities(track, rows)
        if self.frames == 1:
            points, features = points[0], None if features is None else features[:, 0]
        label = None if track.label is None else label_number(track.label)
        graph = landmark_graph(points, label, self.edges, features)
        numbers, times = track.numbers[rows], track.times[rows]
        graph.frame_id = _over_time(numbers.astype(np.int64), self.frames)
        graph.time = _over_time(times.astype(np.float32), self.frames)
        return graph

    def _intensities(
        self, track: FaceTrack, rows: np.ndarray[tuple[int], np.dtype[np.int_]]
    ) -> Tensor:
        path = self._table(track.source)
        table = self._tables.get(str(path)) or ActionUnitTable(path)
        self._tables[str(path)] = table
        boxes = track.boxes[rows].astype(np.float64)
        centres = (boxes[:, :2] + boxes[:, 2:]) / 2
        return table.landmark_features(table.intensities(track.numbers[rows], centres))

    def _table(self, source: str) -> Path:
        given = self.action_units
        if isinstance(given, Mapping):
            if source not in given:
                raise MissingDataError(f"'action_units' has no table of {source}")
            return Path(given[source])
        folder, name = Path(str(given)), PurePosixPath(source)
        # Files of one stem in two folders have tables in such folders.
        ends = [PurePosixPath(*name.parts[start:]) for start in range(len(name.parts))]
        tried = [folder / end.with_suffix(".csv") for end in ends if not end.is_absolute()]
        for path in tried:
            if path.is_file():
                return path
        raise MissingDataError(f"{source}: has no table of action units at {tried[-1]}")


def _over_time(values: np.ndarray[tuple[int], np.dtype[np.generic]], frames: int) -> Tensor:
    tensor = torch.from_numpy(np.ascontiguousarray(values))
    return tensor if frames == 1 else tensor[None]
