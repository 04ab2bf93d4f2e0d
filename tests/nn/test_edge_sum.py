"""Sums over a list of edges; ``test_dense_propagate`` holds it against the dense form."""

from __future__ import annotations

import pytest
import torch
from torch_geometric.data import Batch, Data

from graphforensics.nn import EdgeSum, RelationConv
from tests.nn.properties import assert_close, refused


def graph(nodes: int, edges: int) -> Data:
    return Data(
        x=torch.randn(nodes, 3),
        edge_index=torch.randint(0, nodes, (2, edges)),
        edge_attr=torch.rand(edges),
    )


def test_literal_weights_that_change_over_time():
    x = torch.tensor([[[1.0], [10.0]], [[2.0], [20.0]]])  # node, step, channel
    edge_index = torch.tensor([[0, 1], [1, 1]])
    weight = torch.tensor([[3.0, -1.0], [0.5, 0.0]])
    assert EdgeSum()(x, edge_index, weight).tolist() == [[[0], [0]], [[4], [-10]]]


def test_permuting_the_nodes_permutes_the_sums():
    for normalize in (False, True):
        one, order = graph(6, 14), torch.randperm(6)
        layer = EdgeSum(normalize)
        moved = layer(one.x[order], order.argsort()[one.edge_index], one.edge_attr)
        assert_close(moved, layer(one.x, one.edge_index, one.edge_attr)[order], 1e-5)


def test_the_order_of_the_edges_does_not_matter():
    one, order = graph(5, 12), torch.randperm(12)
    shuffled = EdgeSum(True)(one.x, one.edge_index[:, order], one.edge_attr[order])
    assert_close(shuffled, EdgeSum(True)(one.x, one.edge_index, one.edge_attr), 1e-5)


def test_a_batch_of_graphs_is_the_graphs():
    graphs = [graph(4, 7), graph(1, 0), graph(6, 10)]
    batch = Batch.from_data_list(graphs)
    for normalize in (False, True):
        layer = EdgeSum(normalize)
        apart = [layer(one.x, one.edge_index, one.edge_attr) for one in graphs]
        together = layer(batch.x, batch.edge_index, batch.edge_attr)
        assert_close(together, torch.cat(apart), 1e-5)


def test_a_node_that_hears_nothing_keeps_itself_when_normalised():
    x, none = torch.randn(3, 2), torch.empty(2, 0, dtype=torch.long)
    assert_close(EdgeSum(normalize=True)(x, none), x)
    assert EdgeSum()(x, none).eq(0).all()


def test_errors_name_the_shape_met_and_the_one_wanted():
    x, edge = torch.rand(4, 3), torch.tensor([[0], [1]])
    assert "[N, C] or [N, T, C] (got [4])" in refused(EdgeSum(), x[:, 0], edge)
    assert "[2, E] (got [1, 2])" in refused(EdgeSum(), x, edge.t())
    assert "[1] (got [1, 3])" in refused(EdgeSum(), x, edge, torch.rand(1, 3))
    assert "[1] or [1, 3] (got [2])" in refused(EdgeSum(), x[:, :, None], edge, torch.rand(2))


def test_edges_between_two_sets_of_nodes_are_refused():
    edge_index = torch.tensor([[0, 1], [1, 0]])
    for layer in (EdgeSum(), RelationConv(3, 2)):
        with pytest.raises(ValueError, match=r"'x' must be one tensor, .* \(got tuple\)"):
            layer((torch.rand(2, 3), torch.rand(4, 3)), edge_index)


def test_a_hessian_of_forward_over_reverse():
    edge_index, weight = torch.tensor([[0, 1, 1], [1, 0, 1]]), torch.rand(3).double()
    layer = EdgeSum()
    hessian = torch.func.hessian(lambda x: layer(x, edge_index, weight).square().sum())
    x = torch.rand(2, 1).double()
    matrix = torch.zeros(2, 2).double().index_put((edge_index[1], edge_index[0]), weight)
    assert torch.allclose(hessian(x).view(2, 2), 2 * matrix.T @ matrix)
