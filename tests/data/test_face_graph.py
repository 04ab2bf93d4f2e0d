from __future__ import annotations

import copy
import warnings
from pathlib import Path

import networkx as nx
import pytest
import torch
import torch_geometric.transforms as T
from torch_geometric.data import Batch, InMemoryDataset
from torch_geometric.explain import Explainer, GNNExplainer
from torch_geometric.loader import DataLoader
from torch_geometric.nn import GCNConv, GraphConv
from torch_geometric.utils import to_dense_adj, to_networkx

from graphforensics.data.face_graph import FaceGraph

NODES, FEATURES = 3, 2


def face(seed: int, **changes: object) -> FaceGraph:
    """The complete graph of three nodes with every attribute that the library knows."""
    rng = torch.Generator().manual_seed(seed)
    parts = {
        "pos": torch.rand(NODES, 2, generator=rng),
        "region_id": torch.tensor([4, 5, 6]),
        "y": float(seed % 2),
        "kind": "patch",
        "edge_kept": torch.rand(NODES, NODES, generator=rng) > 0.5,
        "attention": torch.rand(NODES, 7, 7, generator=rng),
        "frame_id": torch.tensor([10 + seed]),
        "time": torch.tensor([seed / 25], dtype=torch.float64),
        "box": torch.rand(1, 4, generator=rng),
    }
    x = torch.randn(NODES, FEATURES, generator=rng)
    matrix = torch.randn(NODES, NODES, generator=rng)
    return FaceGraph.from_dense(x, matrix, **{**parts, **changes})


EVERY_ATTRIBUTE = [name for name, _ in face(0)]


def assert_equal(one: FaceGraph, two: FaceGraph) -> None:
    assert type(one) is type(two)
    assert set(one.keys()) == set(two.keys())
    for name, value in one:
        same = (
            torch.equal(two[name], value) if isinstance(value, torch.Tensor) else two[name] == value
        )
        assert same, name


def test_repr_names_every_attribute():
    assert repr(face(0)) == (
        "FaceGraph(x=[3, 2], edge_index=[2, 9], y=[1], pos=[3, 2], edge_weight=[9], edge_kept=[9], "
        "region_id=[3], kind='patch', attention=[3, 7, 7], frame_id=[1], time=[1], box=[1, 4])"
    )


def test_rows_of_a_dense_matrix_receive():
    matrix = torch.tensor([[0.0, 1.0], [2.0, 3.0]])
    graph = FaceGraph.from_dense(torch.zeros(2, 1), matrix, edge_kept=matrix > 0)
    edges = dict(zip(map(tuple, graph.edge_index.t().tolist()), graph.edge_weight, strict=True))
    assert edges == {(0, 0): 0.0, (1, 0): 1.0, (0, 1): 2.0, (1, 1): 3.0}
    assert graph.edge_kept.tolist() == [False, True, True, True]
    assert graph.region_id.tolist() == [0, 1]
    assert torch.equal(graph.adjacency(), matrix)
    # PyG's dense matrices have a row for the source.
    dense = to_dense_adj(graph.edge_index, edge_attr=graph.edge_weight)[0]
    assert torch.equal(dense.t(), matrix)


def test_a_weighted_layer_sums_over_the_rows_of_the_matrix():
    graph = face(1)
    layer = GraphConv(FEATURES, FEATURES, bias=False)
    with torch.no_grad():
        layer.lin_rel.weight.copy_(torch.eye(FEATURES))
        layer.lin_root.weight.zero_()
        got = layer(graph.x, graph.edge_index, graph.edge_weight)
    torch.testing.assert_close(got, graph.adjacency() @ graph.x)


def test_adjacency_adds_parallel_edges_and_counts_edges_without_weights():
    edges = torch.tensor([[0, 0, 1], [1, 1, 0]])
    graph = FaceGraph(torch.zeros(2, 1), edges, torch.tensor([1.0, 2.0, 4.0]))
    assert graph.adjacency().tolist() == [[0, 4], [3, 0]]
    assert FaceGraph(torch.zeros(2, 1), edges).adjacency().tolist() == [[0, 1], [2, 0]]


def test_gradients_reach_the_matrix():
    matrix = torch.randn(NODES, NODES, requires_grad=True)
    FaceGraph.from_dense(torch.randn(NODES, 1), matrix).edge_weight[4].backward()
    assert matrix.grad.tolist() == [[0, 0, 0], [0, 1, 0], [0, 0, 0]]


@pytest.mark.parametrize("given", [1, 1.0, True, torch.tensor(1)])
def test_a_number_is_a_label_of_the_graph(given: object):
    graph = face(0, y=given)
    assert graph.y.shape == (1,)
    assert graph.y.item() == 1


# Batching: what each attribute must look like in a batch of two, written out by hand.


@pytest.mark.parametrize("name", EVERY_ATTRIBUTE)
def test_batching_shifts_node_numbers_and_nothing_else(name: str):
    one, two = face(0), face(1)
    got = next(iter(DataLoader([one, two], batch_size=2)))[name]
    if name == "kind":
        assert got == ["patch", "patch"]
    elif name == "edge_index":
        assert torch.equal(got, torch.cat([one.edge_index, two.edge_index + NODES], dim=1))
    else:
        assert torch.equal(got, torch.cat([one[name], two[name]]))


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("x", (6, 2)),
        ("edge_index", (2, 18)),
        ("edge_weight", (18,)),
        ("edge_kept", (18,)),
        ("pos", (6, 2)),
        ("region_id", (6,)),
        ("y", (2,)),
        ("attention", (6, 7, 7)),
        ("frame_id", (2,)),
        ("time", (2,)),
        ("box", (2, 4)),
    ],
)
def test_shape_in_a_batch(name: str, shape: tuple[int, ...]):
    batch = Batch.from_data_list([face(0), face(1)])
    assert tuple(batch[name].shape) == shape
    assert batch.validate()


@pytest.mark.parametrize("nodes", [1, 2, 3])
def test_a_batch_comes_apart_into_what_went_in(nodes: int):
    # With one node, nodes, edges and graphs are equally many.
    given = [
        FaceGraph.from_dense(torch.randn(n, 2), torch.randn(n, n), y=1, time=torch.rand(1))
        for n in (nodes, 2, nodes)
    ]
    batch = Batch.from_data_list(given)
    assert batch.num_graphs == len(batch) == 3
    for got, graph in zip(batch.to_data_list(), given, strict=True):
        assert_equal(got, graph)
        assert got.validate()
    assert_equal(batch[1], given[1])


def test_loader_workers_and_pinned_batches_hold_the_same():
    given = [face(seed) for seed in range(4)]
    batches = list(DataLoader(given, batch_size=2, num_workers=1))
    for got, graph in zip([g for b in batches for g in b.to_data_list()], given, strict=True):
        assert_equal(got, graph)


def test_a_graph_made_attribute_by_attribute_batches_too():
    graph = FaceGraph()
    for name, value in face(0):
        graph[name] = value
    assert_equal(Batch.from_data_list([graph, graph])[1], face(0))


# PyTorch Geometric's transforms and tools.


def test_to_undirected_takes_weights_and_masks_along():
    graph = FaceGraph(
        torch.zeros(3, 1),
        torch.tensor([[0, 1], [1, 2]]),
        torch.tensor([1.5, 2.5]),
        edge_kept=torch.tensor([True, False]),
    )
    got = T.ToUndirected()(graph)
    assert type(got) is FaceGraph
    assert got.edge_index.tolist() == [[0, 1, 1, 2], [1, 0, 2, 1]]
    assert got.edge_weight.tolist() == [1.5, 1.5, 2.5, 2.5]
    assert got.edge_kept.tolist() == [True, True, False, False]
    assert got.validate()


def test_add_self_loops_pads_the_attribute_that_it_is_told_and_validate_sees_the_other():
    graph = FaceGraph(torch.zeros(2, 1), torch.tensor([[0], [1]]), torch.tensor([3.0]))
    got = T.AddSelfLoops(attr="edge_weight", fill_value=1.0)(graph)
    assert got.edge_weight.tolist() == [3.0, 1.0, 1.0]
    assert got.validate()
    got.edge_kept = torch.tensor([True])
    with pytest.raises(ValueError, match=r"'edge_kept' must be \[E\] = \[3\] \(got \[1\]\)"):
        got.validate()


@pytest.mark.parametrize(
    "transform",
    [
        T.Cartesian(cat=False),
        T.Distance(cat=False),
        T.Constant(),
        T.NormalizeFeatures(),
        T.Center(),
    ],
    ids=lambda transform: type(transform).__name__,
)
def test_transforms_leave_what_they_do_not_own(transform: T.BaseTransform):
    got = transform(face(0))
    assert type(got) is FaceGraph
    for name in ("edge_index", "edge_weight", "edge_kept", "region_id", "attention", "y", "box"):
        assert torch.equal(got[name], face(0)[name]), name


def test_subgraph_takes_nodes_and_edges_along():
    got = face(0).subgraph(torch.tensor([0, 2]))
    assert torch.equal(got.pos, face(0).pos[[0, 2]])
    assert torch.equal(got.adjacency(), face(0).adjacency()[[0, 2]][:, [0, 2]])
    assert got.edge_kept.shape == (4,)
    assert torch.equal(got.box, face(0).box)
    assert got.validate()


def test_networkx_carries_places_and_weights():
    graph = face(0)
    got = to_networkx(
        graph, node_attrs=["pos", "region_id"], edge_attrs=["edge_weight", "edge_kept"]
    )
    assert isinstance(got, nx.DiGraph)
    assert [got.nodes[n]["pos"] for n in got] == graph.pos.tolist()
    assert [got.nodes[n]["region_id"] for n in got] == [4, 5, 6]
    matrix = graph.adjacency()
    assert got.number_of_edges() == 9
    for source, target, part in got.edges(data=True):
        assert part["edge_weight"] == matrix[target, source].item()


def test_a_layer_and_an_explainer_of_pyg_run_on_it():
    class Model(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = GCNConv(FEATURES, 2)

        def forward(self, x, edge_index, edge_weight):
            return self.conv(x, edge_index, edge_weight)

    graph = face(0)
    explainer = Explainer(
        Model(),
        GNNExplainer(epochs=2),
        explanation_type="model",
        node_mask_type="attributes",
        edge_mask_type="object",
        model_config={"mode": "regression", "task_level": "node", "return_type": "raw"},
    )
    explanation = explainer(graph.x, graph.edge_index, edge_weight=graph.edge_weight.abs())
    assert explanation.edge_mask.shape == (9,)


# Copies and files.


def test_copies_are_as_deep_as_they_say():
    graph = face(0)
    shallow, clone, deep = copy.copy(graph), graph.clone(), copy.deepcopy(graph)
    for got in (shallow, clone, deep, graph.to("cpu"), graph.contiguous()):
        assert_equal(got, graph)
    assert shallow.x.data_ptr() == graph.x.data_ptr()
    assert clone.x.data_ptr() != graph.x.data_ptr() != deep.x.data_ptr()


def test_every_tensor_goes_to_the_device():
    got = face(0).to("meta")
    for name, value in got:
        if isinstance(value, torch.Tensor):
            assert value.device.type == "meta", name


@pytest.mark.parametrize("count", [1, 3])
def test_a_data_set_is_saved_and_loaded_without_running_a_pickle(tmp_path: Path, count: int):
    given = [face(seed) for seed in range(count)]
    InMemoryDataset.save(given, str(tmp_path / "graphs.pt"))
    data = InMemoryDataset()
    with warnings.catch_warnings(), torch.serialization.safe_globals([FaceGraph]):
        # PyG warns before it falls back to running the pickle.
        warnings.filterwarnings("error", message="Weights only load failed")
        data.load(str(tmp_path / "graphs.pt"))
    assert len(data) == count
    for got, graph in zip(data, given, strict=True):
        assert_equal(got, graph)


# Validation.


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("x", torch.zeros(3), r"'x' must be \[N, C\]"),
        ("pos", torch.zeros(3, 3), r"'pos' must be \[N, 2\] = \[3, 2\] \(got \[3, 3\]\)"),
        ("pos", torch.zeros(2, 2), r"'pos' must be \[N, 2\] = \[3, 2\] \(got \[2, 2\]\)"),
        ("edge_weight", torch.zeros(8), r"'edge_weight' must be \[E\] = \[9\] \(got \[8\]\)"),
        ("edge_weight", torch.zeros(9, 1), r"'edge_weight' must be \[E\] = \[9\]"),
        ("edge_kept", torch.ones(9), r"'edge_kept' must be bool \(got torch.float32\)"),
        ("region_id", torch.zeros(4), r"'region_id' must be \[N\] = \[3\] \(got \[4\]\)"),
        ("y", torch.zeros(2), r"'y' must be \[B\] = \[1\] or \[N\] = \[3\] \(got \[2\]\)"),
        ("box", torch.zeros(4), r"'box' must be \[B, 4\] = \[1, 4\] \(got \[4\]\)"),
        ("time", torch.zeros(3), r"'time' must be \[B\] = \[1\] \(got \[3\]\)"),
        ("attention", torch.zeros(3, 7), r"'attention' must be \[N, h, w\]"),
        ("kind", "nose", "'kind' must be one of region, patch, au, part, token"),
        ("edge_index", torch.full((2, 9), 3), "larger indices"),
        ("edge_index", torch.full((2, 9), -1), "negative indices"),
    ],
)
def test_validate_says_what_was_wanted_and_what_was_met(name: str, value: object, message: str):
    graph = face(0)
    graph[name] = value
    assert graph.validate(raise_on_error=False) is False
    with pytest.raises(ValueError, match=message):
        graph.validate()


def test_from_dense_refuses_other_shapes():
    with pytest.raises(ValueError, match=r"'x' must be \[N, C\] \(got \[3\]\)"):
        FaceGraph.from_dense(torch.zeros(3), torch.zeros(3, 3))
    with pytest.raises(
        ValueError, match=r"'adjacency' must be \[N, N\] = \[3, 3\] \(got \[2, 3\]\)"
    ):
        FaceGraph.from_dense(torch.zeros(3, 1), torch.zeros(2, 3))
    with pytest.raises(ValueError, match=r"'edge_kept' must be \[N, N\] = \[3, 3\] \(got \[9\]\)"):
        face(0, edge_kept=torch.ones(9, dtype=torch.bool))
