"""Face graphs of a store as a PyTorch Geometric data set, on the disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch_geometric.data import Dataset

from graphforensics._files import whole_file
from graphforensics.data._face_data import FaceData
from graphforensics.datasets.face_graph_dataset import _CLASSES, Change
from graphforensics.datasets.face_graph_source import FaceGraphSource, GraphBuilder, Stores
from graphforensics.errors import StoreError


class FaceGraphFolder(Dataset):  # type: ignore[misc]  # untyped upstream
    """The graphs of a store's face tracks, a file each, for sets that do not fit into memory.

    Graphs and :attr:`rows` are those of :class:`FaceGraphDataset`. A run that was stopped goes on
    where it was: a file that is there is whole, and is not made again.

    Args:
        store: As for :class:`FaceGraphDataset`.
        builder: As for :class:`FaceGraphDataset`.
        root: Folder of the graphs, which lie below ``processed``.
        transform: Called with each graph that is asked for.
        pre_transform: Called with each graph once, before it is written.
        clips: Graphs a track.
        labels: CSV of labels that counts more than the stores.
        force_reload: Build the graphs again.

    Raises:
        StoreError: A store, or a file of a graph when it is read, is damaged.
        MissingDataError: There is no track, or one has no label.
        ValueError: ``clips`` does not fit.

    Example:
        >>> FaceGraphFolder("faces", LandmarkGraphs(16), "graphs")[0]  # doctest: +SKIP
    """

    def __init__(
        self,
        store: Stores,
        builder: GraphBuilder,
        root: str | Path,
        transform: Change | None = None,
        pre_transform: Change | None = None,
        *,
        clips: int = 1,
        labels: str | Path | None = None,
        force_reload: bool = False,
    ) -> None:
        self._source = FaceGraphSource(store, builder, clips, labels)
        self._mark = self._source.fingerprint(pre_transform)
        rows = self._source.rows
        #: What is known of each graph's track.
        self.rows: list[dict[str, Any]] = [row for row in rows for _ in range(clips)]
        super().__init__(str(root), transform, pre_transform, log=False, force_reload=force_reload)

    @property
    def processed_file_names(self) -> list[str]:
        """Names of the graphs' files."""
        return [f"{self._mark}/{number:07d}.pt" for number in range(len(self._source))]

    def _process(self) -> None:
        self.process()

    def process(self) -> None:
        """Build the graphs that are not there, and write each, whole or not at all."""
        (Path(self.processed_dir) / self._mark).mkdir(parents=True, exist_ok=True)
        for number in range(len(self._source)):
            path = self._path(number)
            if path.is_file() and not self.force_reload:
                continue
            graph = self._source[number]
            graph = graph if self.pre_transform is None else self.pre_transform(graph)
            with whole_file(path) as partial:
                torch.save((type(graph).__name__, graph.to_dict()), partial)

    def len(self) -> int:
        """Count the graphs."""
        return len(self._source)

    def get(self, idx: int) -> FaceData:
        """Read a graph.

        Args:
            idx: Its number.
        """
        path = self._path(idx)
        try:
            name, values = torch.load(path, weights_only=True)
            graph: FaceData = _CLASSES[name].from_dict(values)
        except Exception as error:
            # Damaged bytes make the reader fail in any way.
            raise StoreError(
                f"{path}: damaged ({type(error).__name__}); delete it, and open the data set again"
            ) from error
        return graph

    def _path(self, number: int) -> Path:
        return Path(self.processed_dir) / self._mark / f"{number:07d}.pt"
