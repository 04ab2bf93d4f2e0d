from __future__ import annotations

import numpy as np
import pytest
import torch
from torch_geometric.data import Batch, Data
from torch_geometric.utils import to_dense_batch

from graphforensics.nn import RelationImportance, dense_relation_importance, relation_importance
from tests.nn.properties import (
    check_compile_and_export,
    check_gradients,
    check_nan_shows,
    check_onnx,
    refused,
)


def complete(nodes: int) -> torch.Tensor:
    return torch.cartesian_prod(torch.arange(nodes), torch.arange(nodes)).T.flip(0)


def oracle(x: np.ndarray, edges: list[tuple[int, int]]) -> np.ndarray:
    """Eqs. 3 and 4, edge by edge."""
    received = np.zeros(len(x))
    for source, target in edges:
        received[target] += x[target] @ x[source]
    return received / received.sum()


def test_against_oracle():
    x = torch.randn(6, 4, dtype=torch.float64)
    edges = [(0, 1), (1, 2), (2, 0), (3, 3), (5, 4), (4, 5), (0, 5)]
    met = relation_importance(x, torch.tensor(edges).T)
    np.testing.assert_allclose(met.numpy(), oracle(x.numpy(), edges), atol=1e-12)


def test_literal_graph():
    x = torch.tensor([[1.0, 0], [1, 1], [0, 2]])  # products 01: 1, 12: 2, 02: 0, own: 1, 2, 4
    wanted = torch.tensor([2 / 13, 5 / 13, 6 / 13])
    torch.testing.assert_close(relation_importance(x, complete(3)), wanted)
    torch.testing.assert_close(dense_relation_importance(x @ x.T), wanted)


def test_sparse_is_dense_on_complete_graphs():
    faces = [torch.rand(nodes, 5) for nodes in (3, 1, 15)]
    batch = Batch.from_data_list([Data(x=x, edge_index=complete(len(x))) for x in faces])
    met = relation_importance(batch.x, batch.edge_index, batch.batch)
    dense = torch.cat([dense_relation_importance(x @ x.T) for x in faces])
    torch.testing.assert_close(met, dense)
    apart = [relation_importance(x, complete(len(x))) for x in faces]
    torch.testing.assert_close(met, torch.cat(apart))
    per_face, _ = to_dense_batch(met, batch.batch)
    torch.testing.assert_close(per_face.sum(1), torch.ones(3))


def test_dense_batch_is_its_matrices():
    relations = torch.rand(4, 6, 6)
    together = dense_relation_importance(relations)
    torch.testing.assert_close(together[2], dense_relation_importance(relations[2]))


def test_permuting_the_nodes_permutes_the_shares():
    x, order = torch.randn(7, 3), torch.randperm(7)
    edge_index = torch.randint(0, 7, (2, 20))
    moved = order.argsort()[edge_index]
    wanted = relation_importance(x, edge_index)[order]
    torch.testing.assert_close(relation_importance(x[order], moved), wanted)


def test_no_relations_share_alike():
    no_edges = torch.empty(2, 0, dtype=torch.long)
    assert relation_importance(torch.rand(4, 2), no_edges).tolist() == [0.25] * 4
    assert relation_importance(torch.rand(1, 2), no_edges).tolist() == [1]
    assert relation_importance(torch.rand(0, 2), no_edges).tolist() == []
    assert relation_importance(torch.zeros(2, 2), complete(2)).tolist() == [0.5, 0.5]
    assert dense_relation_importance(torch.zeros(2, 5, 5)).unique().tolist() == [pytest.approx(0.2)]
    x = torch.zeros(3, 2, requires_grad=True)
    relation_importance(x, complete(3)).sum().backward()
    assert x.grad.isfinite().all()


def test_graphs_with_and_without_relations_in_one_batch():
    x = torch.tensor([[1.0], [3.0], [5.0], [9.0], [2.0]])
    batch = torch.tensor([0, 0, 2, 2, 2])  # graph 1 has no nodes
    edge_index = torch.tensor([[0, 1, 1], [1, 0, 1]])
    met = relation_importance(x, edge_index, batch)
    torch.testing.assert_close(met, torch.tensor([3 / 15, 12 / 15, 1 / 3, 1 / 3, 1 / 3]))
    assert torch.equal(relation_importance(x, edge_index, batch, batch_size=4), met)


def test_negative_sums_are_shares_too():
    x = torch.tensor([[1.0], [-2.0], [-1.0]])
    met = relation_importance(x, torch.tensor([[0, 1], [1, 2]]))  # -2 and 2: they cancel
    torch.testing.assert_close(met, torch.full((3,), 1 / 3))
    met = relation_importance(x, torch.tensor([[0, 1, 0], [1, 2, 2]]))  # -2, then 2 - 1
    torch.testing.assert_close(met, torch.tensor([0.0, 2.0, -1.0]))


def test_half_precision_adds_up_in_single():
    x = torch.full((8, 700), 30.0, dtype=torch.float16)  # each product is 630000
    assert (relation_importance(x, complete(8)) == 0.125).all()
    assert relation_importance(x, complete(8)).dtype == torch.float16


def test_layer_properties():
    layer = RelationImportance()
    assert repr(layer) == "RelationImportance()"
    x, edge_index = torch.randn(6, 3), torch.randint(0, 6, (2, 15))
    batch = torch.tensor([0, 0, 0, 1, 1, 1])
    check_compile_and_export(layer, x, edge_index)
    check_gradients(layer, torch.rand(4, 3), complete(4))
    check_nan_shows(layer, x, complete(6))
    check_nan_shows(dense_relation_importance, torch.rand(2, 3, 3))
    compiled = torch.compile(layer, fullgraph=True, backend="aot_eager")
    wanted = relation_importance(x, edge_index, batch)
    torch.testing.assert_close(compiled(x, edge_index, batch, batch_size=2), wanted)


def test_wrong_arguments():
    index = complete(3)
    assert "[N, C] (got [3])" in refused(relation_importance, torch.rand(3), index)
    assert "[2, E] (got [3, 9])" in refused(
        relation_importance, torch.rand(3, 2), torch.zeros(3, 9).long()
    )
    assert "[N] = [3] (got [2])" in refused(
        relation_importance, torch.rand(3, 2), index, torch.tensor([0, 0])
    )
    assert "torch.int64" in refused(relation_importance, torch.ones(3, 2).long(), index)
    assert "(got [2, 3])" in refused(dense_relation_importance, torch.rand(2, 3))
    refused(dense_relation_importance, torch.tensor(1.0))


def test_onnx():
    check_onnx(RelationImportance(), torch.rand(6, 3), complete(6))
