"""PyTorch Geometric's transforms on face graphs: each edge keeps what belongs to it."""

from __future__ import annotations

import copy
import io
import pickle

import pytest
import torch
from torch_geometric import transforms as T
from torch_geometric.data import Batch, Data
from torch_geometric.data.data import DataEdgeAttr, DataTensorAttr
from torch_geometric.data.storage import GlobalStorage

from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence
from graphforensics.visualization import networkx_graph

EVERY_EDGE = [(j, i) for i in range(3) for j in range(3)]
KEPT = {pair: sum(pair) % 2 == 0 for pair in EVERY_EDGE}
WEIGHT = {pair: 3.0 * pair[0] + pair[1] + 1 for pair in EVERY_EDGE}


def face(nodes: int = 3) -> FaceGraph:
    """The weights and flags above, in a matrix whose rows receive."""
    rows = range(nodes)
    matrix = torch.tensor([[WEIGHT[j, i] for j in rows] for i in rows])
    kept = torch.tensor([[KEPT[j, i] for j in rows] for i in rows])
    return FaceGraph.from_dense(torch.arange(nodes * 1.0)[:, None], matrix, edge_kept=kept)


def carried(graph: Data) -> list[tuple[tuple[int, int], float, bool]]:
    pairs = [tuple(pair) for pair in graph.edge_index.t().tolist()]
    return list(zip(pairs, graph.edge_weight.tolist(), graph.edge_kept.tolist(), strict=True))


@pytest.mark.parametrize("attr", ["edge_attr", "edge_weight", "edge_kept"])
def test_removed_loops_take_their_weights_and_flags_along(attr):
    out = T.RemoveSelfLoops(attr)(face())
    assert carried(out) == [(p, WEIGHT[p], KEPT[p]) for p in EVERY_EDGE if p[0] != p[1]]
    assert out.validate()
    drawn = networkx_graph(out)
    assert {pair: drawn.edges[pair]["kept"] for pair in drawn.edges} == {
        pair: KEPT[pair] for pair in EVERY_EDGE if pair[0] != pair[1]
    }


def test_added_loops_are_kept_and_weigh_what_was_asked_for():
    out = T.AddSelfLoops(fill_value=7.0)(T.RemoveSelfLoops()(face()))
    assert out.validate()
    assert carried(out)[-3:] == [((i, i), 7.0, True) for i in range(3)]
    assert carried(out)[:-3] == [(p, WEIGHT[p], KEPT[p]) for p in EVERY_EDGE if p[0] != p[1]]
    # Told of another attribute, the weights are those that graph layers take for none.
    assert T.AddSelfLoops("edge_attr")(face()).edge_weight[-3:].tolist() == [1, 1, 1]


def test_remaining_loops_keep_their_flags_in_another_order():
    out = T.AddRemainingSelfLoops("edge_weight")(face())
    assert sorted(carried(out)) == sorted((p, WEIGHT[p], KEPT[p]) for p in EVERY_EDGE)


@pytest.mark.parametrize(("reduce", "weigh"), [("add", lambda a, b: a + b), ("max", max)])
def test_undirected_graphs_keep_what_either_direction_keeps(reduce, weigh):
    out = T.ToUndirected(reduce=reduce)(face())
    assert out.validate()
    assert {pair: (weight, kept) for pair, weight, kept in carried(out)} == {
        (j, i): (weigh(WEIGHT[j, i], WEIGHT[i, j]), KEPT[j, i] or KEPT[i, j]) for j, i in EVERY_EDGE
    }
    assert T.ToUndirected(reduce="mean")(face()).edge_kept.dtype == torch.bool


def test_a_batch_still_falls_apart():
    batch = Batch.from_data_list([face(3), face(2)])
    out = T.RemoveSelfLoops()(batch)
    for one, nodes in zip(out.to_data_list(), (3, 2), strict=True):
        assert carried(one) == carried(T.RemoveSelfLoops()(face(nodes)))
        assert type(one) is FaceGraph
    assert [carried(one) for one in batch.to_data_list()] == [carried(face(3)), carried(face(2))]
    undirected = T.ToUndirected()(batch).to_data_list()[1]
    assert carried(undirected) == carried(T.ToUndirected()(face(2)))


def test_a_batch_whose_edges_are_out_of_order_says_so():
    """The loops of both graphs come last."""
    out = T.AddSelfLoops()(Batch.from_data_list([face(3), face(2)]))
    assert out.validate()
    with pytest.raises(RuntimeError, match="Cannot reconstruct"):
        out.to_data_list()


@pytest.mark.parametrize(
    "change",
    [
        T.RandomLinkSplit(num_val=0.2, num_test=0.2, add_negative_train_samples=False),
        T.RemoveDuplicatedEdges(),
        T.RemoveIsolatedNodes(),
        lambda graph: graph.edge_subgraph(torch.tensor([1, 5, 7])),
        lambda graph: graph.sort(),
        lambda graph: graph.coalesce(),
    ],
)
def test_other_changes_of_edges(change):
    changed = change(face())
    out = changed[0] if isinstance(changed, tuple) else changed
    assert out.num_edges > 0
    assert out.validate()
    assert all((weight, kept) == (WEIGHT[p], KEPT[p]) for p, weight, kept in carried(out))


def test_equal_edges_keep_their_order():
    edges = torch.tensor([[0, 1, 0, 0], [1, 1, 1, 0]])
    graph = FaceGraph(x=torch.zeros(2, 1), edge_index=edges, edge_weight=torch.arange(4.0))
    assert T.RemoveSelfLoops()(graph).edge_weight.tolist() == [0, 2]


def test_what_is_set_on_the_graph_is_set_as_it_is():
    graph, some = face(), torch.tensor([8, 0])
    graph.edge_index = graph.edge_index[:, some]
    graph.edge_weight = graph.edge_weight[some]
    assert graph.edge_weight.tolist() == [WEIGHT[2, 2], WEIGHT[0, 0]]
    with pytest.raises(ValueError, match=r"'edge_kept' must be \[E\] = \[2\] \(got \[9\]\)"):
        graph.validate()
    with pytest.raises(ValueError, match=r"'edge_kept' must have a row for each of 2 edges"):
        Batch.from_data_list([face(), graph])
    graph["edge_index"] = face().edge_index
    assert graph.edge_weight.numel() == 2


def test_levels_are_known_where_numbers_cannot_tell():
    """As many edges as nodes, and one of each: PyTorch Geometric goes by length."""
    ring = torch.tensor([[0, 1, 2], [1, 2, 0]])
    graph = FaceGraph(
        x=torch.zeros(3, 1), edge_index=ring, region_id=torch.arange(3), place_kept=ring[0] > 0
    )
    graph.edge_kept = ring[0] > 0
    assert set(graph.edge_attrs()) == {"edge_index", "edge_kept"}
    assert set(graph.node_attrs()) == {"x", "region_id", "place_kept"}
    one = FaceGraph.from_dense(torch.zeros(1, 2), torch.zeros(1, 1), y=1, time=torch.zeros(1))
    assert set(one.edge_attrs()) == {"edge_index", "edge_weight"}
    assert set(one.node_attrs()) == {"x", "region_id"}


@pytest.mark.parametrize(
    "again",
    [
        copy.copy,
        copy.deepcopy,
        lambda graph: pickle.loads(pickle.dumps(graph)),
        lambda graph: graph.clone(),
    ],
)
@pytest.mark.parametrize("batched", [False, True])
def test_copies_do_as_the_graph_does(again, batched):
    given = Batch.from_data_list([face(3), face(3)]) if batched else face()
    wanted = carried(T.RemoveSelfLoops()(given))
    assert carried(T.RemoveSelfLoops()(again(given))) == wanted


def test_a_graph_is_saved_as_before():
    """A loader that runs no pickle has to know FaceGraph and PyTorch Geometric's own classes."""
    place = io.BytesIO()
    torch.save(face(), place)
    place.seek(0)
    with torch.serialization.safe_globals([FaceGraph, DataEdgeAttr, DataTensorAttr, GlobalStorage]):
        loaded = torch.load(place, weights_only=True)
    assert carried(T.RemoveSelfLoops()(loaded)) == carried(T.RemoveSelfLoops()(face()))


def test_snapshots_of_a_batch_are_batches():
    def sequence(nodes: int) -> FaceGraphSequence:
        return FaceGraphSequence.from_dense(
            torch.rand(nodes, 4, 2), torch.rand(4, nodes, nodes), y=1, frame_id=torch.ones(1, 4)
        )

    sequences = [sequence(3), sequence(2)]
    snapshots = list(Batch.from_data_list(sequences).snapshots())
    assert len(snapshots) == 4
    for step, snapshot in enumerate(snapshots):
        assert isinstance(snapshot, Batch)
        assert isinstance(snapshot, FaceGraph)
        assert snapshot.num_graphs == 2
        assert snapshot.validate()
        for one, whole in zip(snapshot.to_data_list(), sequences, strict=True):
            assert type(one) is FaceGraph
            assert torch.equal(one.edge_weight, whole[step].edge_weight)
            assert torch.equal(one.edge_index, whole.edge_index)
            assert torch.equal(one.x, whole[step].x)
