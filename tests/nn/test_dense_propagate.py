from __future__ import annotations

import numpy as np
import pytest
import torch
from torch_geometric.nn.conv.gcn_conv import gcn_norm
from torch_geometric.utils import dense_to_sparse

from graphforensics.nn import EdgeSum, dense_propagate


def complete(adj: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    nodes = adj.size(0)
    index = torch.arange(nodes)
    return torch.stack([index.repeat(nodes), index.repeat_interleave(nodes)]), adj.flatten()


def test_literal():
    adj = torch.tensor([[0.0, 2.0, 0.0], [0.0, 0.0, 0.0], [1.0, -1.0, 3.0]])
    x = torch.tensor([[1.0], [5.0], [7.0]])
    assert dense_propagate(x, adj).tolist() == [[10], [0], [17]]
    assert EdgeSum()(x, *complete(adj)).tolist() == [[10], [0], [17]]


@pytest.mark.parametrize("normalize", [False, True])
def test_against_numpy(normalize):
    adj, x = torch.randn(5, 5).double(), torch.randn(5, 3).double()
    matrix = adj.numpy()
    if normalize:
        matrix = matrix + np.eye(5)
        degree = matrix.sum(1)
        scale = np.zeros(5)
        scale[degree > 0] = degree[degree > 0] ** -0.5
        matrix = scale[:, None] * matrix * scale[None, :]
    assert np.allclose(dense_propagate(x, adj, normalize).numpy(), matrix @ x.numpy())
    assert np.allclose(EdgeSum(normalize)(x, *complete(adj)).numpy(), matrix @ x.numpy())


def test_normalisation_is_that_of_pyg_where_both_are_defined():
    adj = torch.rand(6, 6).double().fill_diagonal_(0)
    x = torch.randn(6, 2).double()
    # dense_to_sparse gives (row, column): transposed, the row receives.
    edge_index, weight = dense_to_sparse(adj.t())
    edge_index, weight = gcn_norm(edge_index, weight, 6, dtype=torch.float64)
    wanted = EdgeSum()(x, edge_index, weight)
    assert torch.allclose(dense_propagate(x, adj, True), wanted)


def test_negative_row_sums_neither_send_nor_receive():
    adj = torch.tensor([[0.0, -5.0], [1.0, 0.0]])  # degrees -4 and 2
    x = torch.tensor([[1.0], [3.0]])
    assert dense_propagate(x, adj, True).flatten().tolist() == pytest.approx([0, 1.5])
    assert EdgeSum(True)(x, *complete(adj)).flatten().tolist() == pytest.approx([0, 1.5])


@pytest.mark.parametrize("normalize", [False, True])
def test_batches_of_matrices_and_time(normalize):
    adj, x = torch.rand(2, 4, 4), torch.rand(2, 5, 4, 3)
    out = dense_propagate(x, adj, normalize)
    for b in range(2):
        for t in range(5):
            assert torch.allclose(out[b, t], dense_propagate(x[b, t], adj[b], normalize), atol=1e-6)


@pytest.mark.parametrize("normalize", [False, True])
def test_parallel_edges_add_up_and_missing_weights_are_ones(normalize):
    edge_index = torch.tensor([[0, 0, 2], [1, 1, 1]])
    x = torch.rand(3, 2)
    adj = torch.zeros(3, 3)
    adj[1, 0], adj[1, 2] = 2, 1
    assert torch.allclose(EdgeSum(normalize)(x, edge_index), dense_propagate(x, adj, normalize))


@pytest.mark.parametrize("normalize", [False, True])
def test_gradcheck(normalize):
    adj = torch.rand(3, 3, dtype=torch.float64, requires_grad=True)
    x = torch.randn(3, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x, a: dense_propagate(x, a, normalize), (x, adj))
    edge_sum = EdgeSum(normalize)
    assert torch.autograd.gradcheck(lambda x, a: edge_sum(x, *complete(a)), (x, adj))


def test_repr():
    assert repr(EdgeSum()) == "EdgeSum()"
    assert repr(EdgeSum(normalize=True)) == "EdgeSum(normalize=True)"
