from __future__ import annotations

import copy
import warnings
from pathlib import Path

import pytest
import torch
import torch_geometric.transforms as T
from torch_geometric.data import Batch, InMemoryDataset
from torch_geometric.loader import DataLoader
from torch_geometric.nn import GraphConv
from torch_geometric.utils import to_networkx

from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence

NODES, STEPS, FEATURES = 3, 4, 2


def moving(seed: int, **changes: object) -> FaceGraphSequence:
    """Every attribute over time."""
    rng = torch.Generator().manual_seed(seed)
    parts = {
        "pos": torch.rand(NODES, STEPS, 2, generator=rng),
        "region_id": torch.tensor([4, 5, 6]),
        "y": float(seed % 2),
        "kind": "part",
        "edge_kept": torch.rand(STEPS, NODES, NODES, generator=rng) > 0.5,
        "attention": torch.rand(NODES, STEPS, 7, 7, generator=rng),
        "frame_id": torch.arange(STEPS).view(1, STEPS) + 10 * seed,
        "time": torch.arange(STEPS, dtype=torch.float64).view(1, STEPS) / 25,
        "box": torch.rand(1, STEPS, 4, generator=rng),
    }
    x = torch.randn(NODES, STEPS, FEATURES, generator=rng)
    matrices = torch.randn(STEPS, NODES, NODES, generator=rng)
    return FaceGraphSequence.from_dense(x, matrices, **{**parts, **changes})


def still(seed: int) -> FaceGraphSequence:
    """Only features and labels over time."""
    rng = torch.Generator().manual_seed(seed)
    return FaceGraphSequence.from_dense(
        torch.randn(NODES, STEPS, FEATURES, generator=rng),
        torch.randn(NODES, NODES, generator=rng),
        pos=torch.rand(NODES, 2, generator=rng),
        y=torch.randint(0, 2, (1, STEPS), generator=rng),
        edge_kept=torch.rand(NODES, NODES, generator=rng) > 0.5,
        attention=torch.rand(NODES, 7, 7, generator=rng),
        frame_id=torch.tensor([seed]),
        time=torch.tensor([0.5]),
        box=torch.rand(1, 4, generator=rng),
    )


EVERY_ATTRIBUTE = [name for name, _ in moving(0)]


def assert_equal(one: FaceGraphSequence, two: FaceGraphSequence) -> None:
    assert type(one) is type(two)
    assert set(one.keys()) == set(two.keys())
    for name, value in one:
        same = (
            torch.equal(two[name], value) if isinstance(value, torch.Tensor) else two[name] == value
        )
        assert same, name


def test_repr_names_every_attribute():
    assert repr(moving(0)) == (
        "FaceGraphSequence(x=[3, 4, 2], edge_index=[2, 9], y=[1], pos=[3, 4, 2], "
        "edge_weight=[9, 4], edge_kept=[9, 4], region_id=[3], kind='part', "
        "attention=[3, 4, 7, 7], frame_id=[1, 4], "
        "time=[1, 4], box=[1, 4, 4])"
    )


def test_rows_of_dense_matrices_receive():
    matrices = torch.tensor([[[0.0, 1.0], [2.0, 3.0]], [[4.0, 5.0], [6.0, 7.0]]])
    sequence = FaceGraphSequence.from_dense(torch.zeros(2, 2, 1), matrices)
    edges = dict(
        zip(
            map(tuple, sequence.edge_index.t().tolist()),
            sequence.edge_weight.tolist(),
            strict=True,
        )
    )
    assert edges == {(0, 0): [0, 4], (1, 0): [1, 5], (0, 1): [2, 6], (1, 1): [3, 7]}
    assert torch.equal(sequence[1].adjacency(), matrices[1])


# Time.


@pytest.mark.parametrize("step", [0, 1, 3, -1, -4])
def test_an_index_takes_one_point_in_time_of_every_attribute(step: int):
    sequence = moving(0)
    graph = sequence[step]
    assert type(graph) is FaceGraph
    assert graph.validate()
    for name in ("x", "pos", "edge_weight", "edge_kept", "attention", "frame_id", "time", "box"):
        assert torch.equal(graph[name], sequence[name][:, step]), name
    for name in ("edge_index", "region_id", "y"):
        assert torch.equal(graph[name], sequence[name]), name
    assert graph.kind == "part"


def test_what_stands_still_is_in_every_snapshot():
    sequence = still(0)
    graphs = list(sequence.snapshots())
    assert len(graphs) == STEPS
    for step, graph in enumerate(graphs):
        assert graph.validate()
        assert torch.equal(graph.x, sequence.x[:, step])
        assert torch.equal(graph.y, sequence.y[:, step])
        for name in ("pos", "edge_weight", "edge_kept", "attention", "frame_id", "time", "box"):
            assert torch.equal(graph[name], sequence[name]), name


@pytest.mark.parametrize("part", [slice(1, 3), slice(None), slice(-2, None), slice(0, 4, 2)])
@pytest.mark.parametrize("make", [moving, still])
def test_a_slice_is_a_sequence(part: slice, make):
    sequence = make(0)
    got = sequence[part]
    steps = range(STEPS)[part]
    assert (type(got), len(got)) == (FaceGraphSequence, len(steps))
    assert got.validate()
    for mine, step in zip(got.snapshots(), steps, strict=True):
        assert_equal(mine, sequence[step])


def test_length_index_and_names_live_side_by_side():
    sequence = moving(0)
    assert len(sequence) == sequence.num_snapshots == STEPS
    assert sequence["x"] is sequence.x
    assert "x" in sequence
    assert dict(sequence)["x"] is sequence.x
    assert sequence.num_nodes == NODES
    assert len(FaceGraphSequence()) == 0
    with pytest.raises(IndexError, match="snapshot 4 of a sequence of 4"):
        sequence[4]
    with pytest.raises(IndexError, match="snapshot -5"):
        sequence[-5]
    with pytest.raises(TypeError):
        sequence[1.0]


def test_as_many_nodes_as_snapshots_and_edges_are_no_trouble():
    # N = E = T = 4: sizes alone could not tell which axis is which.
    edges = torch.tensor([[0, 1, 2, 3], [1, 2, 3, 0]])
    weight, pos = torch.randn(4, 4), torch.rand(4, 4, 2)
    sequence = FaceGraphSequence(torch.randn(4, 4, 4), edges, weight, pos)
    assert sequence.validate()
    assert torch.equal(sequence[2].edge_weight, weight[:, 2])
    one, two = Batch.from_data_list([sequence, sequence]).to_data_list()
    assert_equal(one, sequence)
    assert_equal(two, sequence)


def test_an_attribute_of_ones_own_is_in_every_snapshot_as_it_is():
    sequence = moving(0, prior=torch.rand(NODES, STEPS), video="a.mp4")
    assert torch.equal(sequence[1].prior, sequence.prior)
    assert sequence[1].video == "a.mp4"


# Batching.


@pytest.mark.parametrize("name", EVERY_ATTRIBUTE)
@pytest.mark.parametrize("make", [moving, still])
def test_batching_shifts_node_numbers_and_nothing_else(name: str, make):
    one, two = make(0), make(1)
    got = next(iter(DataLoader([one, two], batch_size=2)))[name]
    if name == "kind":
        assert got == [one.kind, two.kind]
    elif name == "edge_index":
        assert torch.equal(got, torch.cat([one.edge_index, two.edge_index + NODES], dim=1))
    else:
        assert torch.equal(got, torch.cat([one[name], two[name]]))


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("x", (6, 4, 2)),
        ("edge_index", (2, 18)),
        ("edge_weight", (18, 4)),
        ("edge_kept", (18, 4)),
        ("pos", (6, 4, 2)),
        ("region_id", (6,)),
        ("y", (2,)),
        ("attention", (6, 4, 7, 7)),
        ("frame_id", (2, 4)),
        ("time", (2, 4)),
        ("box", (2, 4, 4)),
    ],
)
def test_shape_in_a_batch(name: str, shape: tuple[int, ...]):
    batch = Batch.from_data_list([moving(0), moving(1)])
    assert tuple(batch[name].shape) == shape
    assert batch.validate()


@pytest.mark.parametrize("make", [moving, still])
def test_a_batch_comes_apart_into_what_went_in(make):
    given = [make(seed) for seed in range(3)]
    batch = Batch.from_data_list(given)
    assert (batch.num_graphs, len(batch), batch.num_snapshots) == (3, 3, STEPS)
    for got, sequence in zip(batch.to_data_list(), given, strict=True):
        assert_equal(got, sequence)
        assert len(got) == STEPS
    assert_equal(batch[1], given[1])
    assert_equal(batch[1:][0], given[1])


def test_loader_with_a_worker_holds_the_same():
    given = [moving(seed) for seed in range(4)]
    batches = list(DataLoader(given, batch_size=2, num_workers=1))
    for got, sequence in zip([s for b in batches for s in b.to_data_list()], given, strict=True):
        assert_equal(got, sequence)


def test_snapshots_of_a_batch_are_batches_of_snapshots():
    given = [moving(0), moving(1)]
    together = Batch.from_data_list(given)
    layer = GraphConv(FEATURES, 5)
    for step, graph in enumerate(together.snapshots()):
        wanted = Batch.from_data_list([sequence[step] for sequence in given])
        for name in EVERY_ATTRIBUTE:
            same = graph[name] == wanted[name]
            assert same.all() if isinstance(same, torch.Tensor) else same, name
        assert torch.equal(graph.batch, wanted.batch)
        got = layer(graph.x, graph.edge_index, graph.edge_weight)
        alone = [layer(s[step].x, s.edge_index, s[step].edge_weight) for s in given]
        torch.testing.assert_close(got, torch.cat(alone))


# PyTorch Geometric's transforms and tools, copies, files.


def test_transforms_take_edges_over_time_along():
    sequence = FaceGraphSequence(
        torch.zeros(3, 2, 1),
        torch.tensor([[0, 1], [1, 2]]),
        torch.tensor([[1.0, 2.0], [3.0, 4.0]]),
    )
    got = T.ToUndirected()(sequence)
    assert got.edge_index.tolist() == [[0, 1, 1, 2], [1, 0, 2, 1]]
    assert got.edge_weight.tolist() == [[1, 2], [1, 2], [3, 4], [3, 4]]
    got = T.AddSelfLoops(attr="edge_weight", fill_value=1.0)(got)
    assert type(got) is FaceGraphSequence
    assert got.edge_weight[4:].tolist() == [[1, 1]] * 3
    assert got.validate()


def test_networkx_carries_weights_over_time():
    sequence = moving(0)
    got = to_networkx(sequence, node_attrs=["pos"], edge_attrs=["edge_weight"])
    assert [got.nodes[n]["pos"] for n in got] == sequence.pos.tolist()
    source, target = sequence.edge_index[:, 5].tolist()
    assert got.edges[source, target]["edge_weight"] == sequence.edge_weight[5].tolist()


def test_copies_are_as_deep_as_they_say():
    sequence = moving(0)
    for got in (copy.copy(sequence), sequence.clone(), copy.deepcopy(sequence), sequence.to("cpu")):
        assert_equal(got, sequence)
    assert copy.copy(sequence).x.data_ptr() == sequence.x.data_ptr()
    assert sequence.clone().x.data_ptr() != sequence.x.data_ptr()
    for name, value in sequence.to("meta"):
        assert not isinstance(value, torch.Tensor) or value.device.type == "meta", name


def test_a_data_set_is_saved_and_loaded_without_running_a_pickle(tmp_path: Path):
    given = [moving(seed) for seed in range(3)]
    InMemoryDataset.save(given, str(tmp_path / "sequences.pt"))
    data = InMemoryDataset()
    with warnings.catch_warnings(), torch.serialization.safe_globals([FaceGraphSequence]):
        # PyG warns before it falls back to running the pickle.
        warnings.filterwarnings("error", message="Weights only load failed")
        data.load(str(tmp_path / "sequences.pt"))
    assert len(data) == 3
    for got, sequence in zip(data, given, strict=True):
        assert_equal(got, sequence)


# Validation.


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("x", torch.zeros(3, 2), r"'x' must be \[N, T, C\] = \[3, T, C\] \(got \[3, 2\]\)"),
        ("pos", torch.zeros(3, 3, 2), r"\[N, T, 2\] = \[3, 4, 2\] or \[N, 2\] = \[3, 2\] \(got"),
        (
            "edge_weight",
            torch.zeros(9, 3),
            r"\[E, T\] = \[9, 4\] or \[E\] = \[9\] \(got \[9, 3\]\)",
        ),
        ("edge_kept", torch.ones(9, 4), r"'edge_kept' must be bool"),
        ("region_id", torch.zeros(3, 4), r"'region_id' must be \[N\] = \[3\]"),
        ("y", torch.zeros(2), r"'y' must be \[B, T\] = \[1, 4\] or \[N, T\] = \[3, 4\] or"),
        ("time", torch.zeros(4), r"'time' must be \[B, T\] = \[1, 4\] or \[B\] = \[1\]"),
        ("kind", "nose", "'kind' must be one of"),
    ],
)
def test_validate_says_what_was_wanted_and_what_was_met(name: str, value: object, message: str):
    sequence = moving(0)
    sequence[name] = value
    assert sequence.validate(raise_on_error=False) is False
    with pytest.raises(ValueError, match=message):
        sequence.validate()


def test_from_dense_refuses_other_shapes():
    with pytest.raises(ValueError, match=r"'x' must be \[N, T, C\]"):
        FaceGraphSequence.from_dense(torch.zeros(3, 2), torch.zeros(3, 3))
    with pytest.raises(ValueError, match=r"N = 3 and T = 4 \(got \[2, 3, 3\]\)"):
        FaceGraphSequence.from_dense(torch.zeros(3, 4, 1), torch.zeros(2, 3, 3))
