"""Small face graphs, and what every transform of relations must hold to."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.data import Data
from torch_geometric.loader import DataLoader

from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence


def face(seed: int, nodes: int = 4, **changes: object) -> FaceGraph:
    """A complete graph with every kind of attribute."""
    rng = torch.Generator().manual_seed(seed)
    edges = nodes * nodes
    parts = {
        "pos": torch.rand(nodes, 2, generator=rng),
        "y": float(seed % 2),
        "edge_kept": torch.rand(nodes, nodes, generator=rng) > 0.5,
        "attention": torch.rand(nodes, 3, 3, generator=rng),
        "frame_id": torch.tensor([seed]),
        "box": torch.rand(1, 4, generator=rng),
        "edge_attr": torch.rand(edges, 2, generator=rng),
        "strain": torch.rand(edges, generator=rng),
    }
    x = torch.randn(nodes, 3, generator=rng)
    matrix = torch.randn(nodes, nodes, generator=rng)
    return FaceGraph.from_dense(x, matrix, **{**parts, **changes})


def sequence(seed: int, nodes: int = 4, steps: int = 3) -> FaceGraphSequence:
    rng = torch.Generator().manual_seed(seed)
    return FaceGraphSequence.from_dense(
        torch.randn(nodes, steps, 3, generator=rng),
        torch.randn(steps, nodes, nodes, generator=rng),
        pos=torch.rand(nodes, steps, 2, generator=rng),
        edge_kept=torch.rand(steps, nodes, nodes, generator=rng) > 0.5,
        y=1.0,
    )


def plain(graph: FaceGraph) -> Data:
    """The same as a plain PyTorch Geometric graph."""
    return Data(**dict(iter(graph)))


def rows(graph: Data, *names: str) -> dict[tuple[int, int], tuple]:
    """What each edge (source, target) carries."""
    values = zip(*(graph[name].tolist() for name in names), strict=True)
    pairs = map(tuple, graph.edge_index.t().tolist())
    found = list(zip(pairs, values, strict=True))
    assert len(dict(found)) == len(found), "an edge came out twice"
    return dict(found)


EDGE_NAMES = ("edge_weight", "edge_kept", "edge_attr", "strain")


def assert_same(one: Data, two: Data) -> None:
    assert type(one) is type(two)
    assert set(one.keys()) == set(two.keys())
    for name, value in one:
        if isinstance(value, Tensor):
            torch.testing.assert_close(two[name], value, rtol=0, atol=0, equal_nan=True)
        else:
            assert value == two[name], name


def snapshot(graph: Data) -> Data:
    return graph.clone()


def check_relations_transform(transform) -> None:
    """Batches fall apart into transformed singles, the input stays, nodes may be renumbered."""
    graphs = [face(0), face(1, nodes=3), face(2), face(3, nodes=1)]
    before = [graph.clone() for graph in graphs]
    singles = [transform(graph) for graph in graphs]
    for graph, kept in zip(graphs, before, strict=True):
        assert_same(graph, kept)
    [batch] = DataLoader(graphs, batch_size=4)
    untouched = batch.clone()
    done = transform(batch)
    assert_same(batch, untouched)
    for graph, wanted, old in zip(done.to_data_list(), singles, graphs, strict=True):
        assert_same(graph, wanted)
        assert_same(untouched.to_data_list()[graphs.index(old)], old)
        assert wanted.validate()
    [after] = DataLoader(singles, batch_size=4)
    assert_same(after.to_data_list()[1], singles[1])
    for name in EDGE_NAMES:
        torch.testing.assert_close(after[name], done[name], rtol=0, atol=0)
    _check_renumbering(transform)
    ordinary = transform(plain(face(2)))
    assert rows(ordinary, *EDGE_NAMES) == rows(transform(face(2)), *EDGE_NAMES)


def _check_renumbering(transform) -> None:
    graph, order = face(5, nodes=5), torch.randperm(5)
    new_number = order.argsort()
    shuffle = torch.randperm(graph.num_edges)
    moved = graph.clone()
    moved.x, moved.pos = graph.x[order], graph.pos[order]
    moved.edge_index = new_number[graph.edge_index[:, shuffle]]
    for name in EDGE_NAMES:
        moved[name] = graph[name][shuffle]
    wanted = {
        (new_number[j].item(), new_number[i].item()): row
        for (j, i), row in rows(transform(graph), *EDGE_NAMES).items()
    }
    got = rows(transform(moved), *EDGE_NAMES)
    assert got.keys() == wanted.keys()
    for edge, row in got.items():
        for value, expected in zip(row, wanted[edge], strict=True):
            torch.testing.assert_close(torch.tensor(value), torch.tensor(expected))
