"""Graphs of a store in memory and on the disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch_geometric.loader import DataLoader
from torch_geometric.transforms import Constant

from graphforensics.data import FaceGraph, FaceGraphSequence
from graphforensics.datasets import FaceGraphDataset, FaceGraphFolder, LandmarkGraphs
from graphforensics.errors import MissingDataError, StoreError
from graphforensics.models import LRL
from graphforensics.splits import identity_split
from graphforensics.store import FaceStore, FaceTrack
from graphforensics.transforms import AppendPositions


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, labelled_store: Callable[..., Path]) -> Path:
    root = tmp_path_factory.mktemp("graphs") / "store"
    return labelled_store(root, people=3, faceless=1, size=64)


class Counted:
    """A builder that counts its calls."""

    def __init__(self) -> None:
        self.calls = 0

    def __repr__(self) -> str:
        return "Counted()"

    def __call__(self, track: FaceTrack) -> FaceGraph:
        self.calls += 1
        return LandmarkGraphs()(track)


def same(one: FaceGraph, other: FaceGraph) -> bool:
    values = one.to_dict(), other.to_dict()
    return values[0].keys() == values[1].keys() and all(
        torch.equal(value, values[1][name]) if torch.is_tensor(value) else value == values[1][name]
        for name, value in values[0].items()
    )


def test_graphs_labels_and_names_are_those_of_the_tracks(store: Path) -> None:
    dataset = FaceGraphDataset(store, LandmarkGraphs())
    tracks = list(FaceStore(store))
    assert len(dataset) == len(tracks) == 6
    for graph, track, row in zip(dataset, tracks, dataset.rows, strict=True):
        assert isinstance(graph, FaceGraph)
        assert graph.validate()
        assert graph.track_id == track.track_id == row["track_id"]
        assert (graph.identity, graph.y.item()) == (track.identity, track.label == "fake")
        assert torch.equal(graph.edge_index, LandmarkGraphs()(track).edge_index)
    assert not list(Path().glob("processed"))
    parts = identity_split(dataset.rows, (0.4, 0.3, 0.3))
    train = dataset[parts["train"]]
    batch = next(iter(DataLoader(train, batch_size=2)))
    assert batch.num_graphs == 2
    assert {graph.y.item() for graph in train} == {0.0, 1.0}


def test_what_was_kept_is_read_again_and_not_built(store: Path, tmp_path: Path) -> None:
    builder = Counted()
    first = FaceGraphDataset(store, builder, tmp_path)
    again = FaceGraphDataset(FaceStore(store), builder, tmp_path, transform=Constant())
    assert builder.calls == 6
    assert again[0].x.shape == (68, 3)
    again.transform = None
    assert all(map(same, first, again))
    FaceGraphDataset(store, builder, tmp_path, force_reload=True)
    FaceGraphDataset(store, builder, tmp_path, pre_transform=Constant())
    assert builder.calls == 18
    (file,) = {Path(first.processed_paths[0])}
    file.write_bytes(file.read_bytes()[:500])
    with pytest.raises(StoreError, match="give force_reload"):
        FaceGraphDataset(store, builder, tmp_path)


def test_filters_and_transforms_before(store: Path, tmp_path: Path) -> None:
    settings = {"pre_transform": AppendPositions(), "pre_filter": lambda graph: graph.y.item() == 1}
    for root in (None, tmp_path, tmp_path):
        dataset = FaceGraphDataset(store, LandmarkGraphs(4), root, **settings)
        assert len(dataset) == len(dataset.rows) == 3
        assert {row["label"] for row in dataset.rows} == {"fake"}
        assert isinstance(dataset[0], FaceGraphSequence)


def test_a_detectors_graphs(store: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = LRL(encoder="resnet10t", size=64, k=2).train()
    dataset = FaceGraphDataset(store, model, tmp_path, clips=2)
    assert model.training
    assert len(dataset) == len(dataset.rows) == 12
    track = FaceStore(store)[1]
    assert dataset[3].track_id == dataset.rows[3]["track_id"] == track.track_id
    pixels = track.clip(model.input_spec, 0.75)[None]
    wanted = model.graph(model.input_spec.normalize(pixels))[0]
    assert torch.allclose(dataset[3].x, wanted.x, atol=1e-5)
    assert not dataset[3].x.requires_grad
    # Other weights are other graphs, with a file of their own.
    with torch.no_grad():
        next(model.parameters()).add_(1)
    other = FaceGraphDataset(store, model, tmp_path, clips=2)
    assert not torch.equal(other[3].x, dataset[3].x)


def test_a_file_a_graph(store: Path, tmp_path: Path) -> None:
    builder = Counted()
    folder = FaceGraphFolder(store, builder, tmp_path, pre_transform=Constant())
    memory = FaceGraphDataset(store, builder, pre_transform=Constant())
    assert len(folder) == 6
    assert all(map(same, folder, memory))
    assert folder.rows == memory.rows
    assert len(next(iter(DataLoader(folder[[0, 3]], batch_size=2)))) == 2
    # A run that was stopped goes on; damage is told.
    place = Path(folder.processed_paths[4])
    place.unlink()
    calls = builder.calls
    assert FaceGraphFolder(store, builder, tmp_path, pre_transform=Constant())[4].y is not None
    assert builder.calls == calls + 1
    place.write_bytes(b"")
    with pytest.raises(StoreError, match=str(place)):
        folder[4]


def test_what_does_not_fit_is_told(
    store: Path, tmp_path: Path, labelled_store: Callable[..., Path]
) -> None:
    with pytest.raises(ValueError, match="'clips' must be 1, or more with a detector"):
        FaceGraphDataset(store, LandmarkGraphs(), clips=2)
    with pytest.raises(ValueError, match="leaves no graph"):
        FaceGraphDataset(store, LandmarkGraphs(), pre_filter=lambda graph: False)
    bare = labelled_store(tmp_path / "bare", people=1, known=())
    with pytest.raises(MissingDataError, match=r"fake/0.mp4: has no label"):
        FaceGraphDataset(bare, LandmarkGraphs())
    table = tmp_path / "labels.csv"
    table.write_text("file,label\nreal/0.mp4,real\nfake/0.mp4,fake\n")
    with pytest.raises(MissingDataError):
        FaceGraphDataset(bare, LandmarkGraphs(), labels=tmp_path / "none.csv")
