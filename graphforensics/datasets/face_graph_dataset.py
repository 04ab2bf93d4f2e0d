"""Face graphs of a store as a PyTorch Geometric data set, in memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch_geometric.data import InMemoryDataset

from graphforensics._files import whole_file
from graphforensics.data._face_data import FaceData
from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence
from graphforensics.datasets.face_graph_source import FaceGraphSource, GraphBuilder, Stores
from graphforensics.errors import StoreError

_CLASSES = {cls.__name__: cls for cls in (FaceGraph, FaceGraphSequence)}
Change = Callable[[Any], Any]


class FaceGraphDataset(InMemoryDataset):  # type: ignore[misc]  # untyped upstream
    """The graphs of a store's face tracks, all in memory.

    A graph has ``y [1]`` (1 fake, 0 real) and the strings ``track_id``, ``video``, ``identity``,
    ``manipulation``, ``dataset`` and ``quality``, empty where unknown. :attr:`rows` has the same of
    each graph; :func:`~graphforensics.splits.identity_split` parts them by people.

    Args:
        store: A :class:`~graphforensics.store.FaceStore`, its folder, or several.
        builder: A detector, whose graphs are kept as they are judged, or a function from a
            :class:`~graphforensics.store.FaceTrack` to a graph, such as
            :class:`~graphforensics.datasets.LandmarkGraphs`.
        root: Where the graphs are kept for the next time, below ``processed``; nowhere by default.
            Graphs of other tracks, builders or weights have another file. Functions count
            by their names: after a change of one, give ``force_reload``.
        transform: Called with each graph that is asked for.
        pre_transform: Called with each graph once, before it is kept.
        pre_filter: Graphs for which it is false are left out.
        clips: Graphs a track, evenly over it; more than one needs a detector.
        labels: CSV of labels that counts more than the stores.
        force_reload: Build the graphs again.

    Raises:
        StoreError: A store, or a file below ``root``, is damaged.
        MissingDataError: There is no track, or one has no label.
        ValueError: ``clips`` does not fit.

    Example:
        >>> from torch_geometric.loader import DataLoader
        >>> from graphforensics.datasets import FaceGraphDataset, LandmarkGraphs
        >>> dataset = FaceGraphDataset("faces", LandmarkGraphs())  # doctest: +SKIP
        >>> batch = next(iter(DataLoader(dataset, batch_size=8)))  # doctest: +SKIP
    """

    def __init__(
        self,
        store: Stores,
        builder: GraphBuilder,
        root: str | Path | None = None,
        transform: Change | None = None,
        pre_transform: Change | None = None,
        pre_filter: Callable[[Any], bool] | None = None,
        *,
        clips: int = 1,
        labels: str | Path | None = None,
        force_reload: bool = False,
    ) -> None:
        self._source = FaceGraphSource(store, builder, clips, labels)
        self._mark = self._source.fingerprint(pre_transform, pre_filter)
        place = None if root is None else str(root)
        super().__init__(
            place, transform, pre_transform, pre_filter, log=False, force_reload=force_reload
        )
        if root is None:
            graphs, numbers = self._build()
            self.data, self.slices = self.collate(graphs)
        else:
            numbers = self._load()
        rows = self._source.rows
        #: What is known of each graph's track.
        self.rows: list[dict[str, Any]] = [rows[number // clips] for number in numbers]

    @property
    def has_process(self) -> bool:
        """Whether graphs are kept on the disk."""
        return self._mark is not None and isinstance(self.root, str) and self.root != "???"

    @property
    def processed_file_names(self) -> list[str]:
        """Name of the file of these graphs."""
        return [f"face_graphs_{self._mark}.pt"]

    def _process(self) -> None:
        # PyTorch Geometric's own would read pickles and compare what the file's name tells here.
        if not self.force_reload and Path(self.processed_paths[0]).is_file():
            return
        Path(self.processed_dir).mkdir(parents=True, exist_ok=True)
        self.process()

    def process(self) -> None:
        """Build all graphs and write them, whole or not at all."""
        graphs, numbers = self._build()
        data, slices = self.collate(graphs)
        content = (type(data).__name__, data.to_dict(), dict(slices), numbers)
        with whole_file(self.processed_paths[0]) as partial:
            torch.save(content, partial)

    def _load(self) -> list[int]:
        path = self.processed_paths[0]
        try:
            name, values, self.slices, numbers = torch.load(path, weights_only=True)
            self.data = _CLASSES[name].from_dict(values)
        except Exception as error:
            # Damaged bytes make the reader fail in any way.
            raise StoreError(
                f"{path}: damaged ({type(error).__name__}); delete it, or give force_reload=True"
            ) from error
        kept: list[int] = numbers
        return kept

    def _build(self) -> tuple[list[FaceData], list[int]]:
        graphs, numbers = [], []
        for number in range(len(self._source)):
            graph = self._source[number]
            if self.pre_filter is not None and not self.pre_filter(graph):
                continue
            graphs.append(graph if self.pre_transform is None else self.pre_transform(graph))
            numbers.append(number)
        if not graphs:
            raise ValueError("'pre_filter' leaves no graph")
        return graphs, numbers
