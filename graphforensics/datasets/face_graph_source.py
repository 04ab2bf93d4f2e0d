"""From face tracks to their graphs, one after the other."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeAlias, runtime_checkable

import torch
from torch import Tensor
from torch_geometric.data import Batch

from graphforensics.data._face_data import FaceData
from graphforensics.data.input_spec import InputSpec
from graphforensics.errors import MissingDataError
from graphforensics.store.columns import SAMPLED, label_number
from graphforensics.store.face_store import FaceStore
from graphforensics.store.face_track import FaceTrack
from graphforensics.store.layout import TRACKS
from graphforensics.store.remote_path import store_path
from graphforensics.store.track_table import fingerprint, track_table

Stores: TypeAlias = "str | Path | FaceStore | Sequence[str | Path | FaceStore]"


@runtime_checkable
class GraphDetector(Protocol):
    """A detector, as far as graphs are concerned."""

    input_spec: InputSpec

    def graph(self, inputs: Tensor) -> Batch:
        """Return the graphs that verdicts are read from."""
        ...


#: Makes a graph of a track, or is a detector.
GraphBuilder: TypeAlias = "GraphDetector | Callable[[FaceTrack], FaceData]"


class FaceGraphSource:
    """The graphs of all face tracks of stores, in their order.

    Args:
        store: A store, its folder, or several.
        builder: A detector, or a function of a track.
        clips: Graphs a track, evenly over it; more than one needs a detector.
        labels: CSV of labels that counts more than the stores.

    Raises:
        StoreError: A store is damaged.
        MissingDataError: There is no track, or one has no label.
        ValueError: ``clips`` does not fit.
    """

    def __init__(
        self,
        store: Stores,
        builder: GraphBuilder,
        clips: int = 1,
        labels: str | Path | None = None,
    ) -> None:
        single = isinstance(store, (str, Path, FaceStore))
        stores: list[Any] = [store] if single else list(store)  # type: ignore[arg-type]
        self.builder, self.clips = builder, clips
        if clips < 1 or (clips > 1 and not isinstance(builder, GraphDetector)):
            raise ValueError(f"'clips' must be 1, or more with a detector (got {clips})")
        table = track_table(stores, labels)
        self.table = table.filter(table.column("track_id").is_valid())
        #: What is known of each track.
        self.rows: list[dict[str, Any]] = self.table.to_pylist()
        self._margins = {
            str(one.root): one.options.margin
            for one in (each if isinstance(each, FaceStore) else FaceStore(each) for each in stores)
        }
        if not self.rows:
            raise MissingDataError(f"no face track in {', '.join(self._margins)}")
        for row in self.rows:
            if row["label"] is None:
                raise MissingDataError(
                    f"{row['source']}: has no label; give a table with a column 'label' as 'labels'"
                )

    def __len__(self) -> int:
        return len(self.rows) * self.clips

    def __getitem__(self, number: int) -> FaceData:
        """Build a graph.

        Args:
            number: Of the track, times ``clips``, plus that of the clip.
        """
        row, clip = self.rows[number // self.clips], number % self.clips
        path = store_path(row["store"]) / TRACKS / f"{row['track_id']}.parquet"
        track = FaceTrack(path, row, self._margins[row["store"]])
        graph = self._graph(track, (clip + 0.5) / self.clips)
        graph.y = torch.tensor([float(label_number(row["label"]))])
        for name in (*SAMPLED, "track_id"):
            graph[name] = str(row[name] or "")
        return graph

    def _graph(self, track: FaceTrack, offset: float) -> FaceData:
        builder = self.builder
        if not isinstance(builder, GraphDetector):
            made: FaceData = builder(track).clone()
            return made
        inputs = builder.input_spec.normalize(track.clip(builder.input_spec, offset)[None])
        weight = next(iter(getattr(builder, "parameters", list)()), inputs)
        (graph,) = builder.graph(inputs.to(weight.device)).to_data_list()
        found: FaceData = graph.detach().cpu()
        return found

    def fingerprint(self, *more: object) -> str:
        """Hash the tracks, the builder and anything else that graphs follow from.

        A detector counts with its settings and weights, another builder by what it prints, or by
        its name.

        Args:
            *more: Count by what they print; functions by their names.
        """
        digest = hashlib.sha256(fingerprint(self.table).encode())
        for part in (self.clips, *_described(self.builder), *map(_named, more)):
            digest.update(part if isinstance(part, bytes) else repr(part).encode())
        return digest.hexdigest()[:16]


def _described(builder: GraphBuilder) -> Iterable[object]:
    if isinstance(builder, torch.nn.Module):
        yield type(builder).__qualname__
        yield getattr(builder, "config", "")
        for name, value in builder.state_dict().items():
            yield name
            yield value.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().tobytes()
    else:
        yield _named(builder)


def _named(part: object) -> object:
    # What a function prints has its place in memory.
    name = getattr(part, "__qualname__", None)
    return part if name is None else f"{getattr(part, '__module__', '')}.{name}"
