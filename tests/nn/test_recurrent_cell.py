from __future__ import annotations

import pytest
import torch
from torch import nn
from torch_geometric.nn import GCNConv

from graphforensics.nn import DenseTGCNCell, LearnedEdges, RecurrentCell, TGCNCell
from tests.nn.properties import assert_close, check_gradients, check_nan_shows, refused


class Sum(nn.Module):
    """Adds up what arrives; its state is ``h`` alone, or ``(h, steps)``."""

    def __init__(self, tuples: bool = False) -> None:
        super().__init__()
        self.tuples = tuples

    def forward(self, x, edge_index, edge_weight, h=None, steps=None):
        h = torch.zeros_like(x) if h is None else h
        h = h.index_add(0, edge_index[1], edge_weight[:, None] * x[edge_index[0]])
        if not self.tuples:
            return h
        steps = torch.zeros(()) if steps is None else steps
        return h + 10 * steps, steps + 1


class Seen(nn.Module):
    """Says how many edges it was given, and the smallest weight."""

    def forward(self, x, edge_index, edge_weight, *_):
        return x.new_tensor([[edge_weight.numel(), edge_weight.min()]]).expand(x.size(0), 2)


def complete(adj: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    return LearnedEdges(adj.size(0)).edge_index, adj.flatten()


def test_literal_states_of_one_tensor_and_of_two():
    x = torch.tensor([[[1.0], [2.0], [3.0]], [[0.0], [0.0], [0.0]]])  # two nodes, three steps
    edge = torch.tensor([[0], [1]]), torch.tensor([2.0])
    assert RecurrentCell(Sum())(x, *edge)[1].flatten().tolist() == [2, 6, 12]
    assert RecurrentCell(Sum())(x, edge[0])[1].flatten().tolist() == [1, 3, 6]
    # 10 * 0, then 10 * 1 and 10 * 2 on top; the second tensor is handed back, not read out.
    assert RecurrentCell(Sum(tuples=True))(x, *edge)[1].flatten().tolist() == [2, 16, 42]


@pytest.mark.parametrize("normalize", [False, True])
def test_with_our_own_cell_it_is_our_own_path(normalize):
    dense = DenseTGCNCell(5, 3, normalize)
    cell = RecurrentCell(TGCNCell.sharing(dense))
    x, adj = torch.randn(2, 6, 4, 5), torch.randn(4, 4)
    assert_close(cell.forward_dense(x, adj), dense.forward_sequence(x, adj), 1e-5)
    each = torch.randn(2, 4, 4)
    assert_close(cell.forward_dense(x, each), dense.forward_sequence(x, each), 1e-5)
    assert_close(
        cell(x[0].transpose(0, 1), *complete(adj)).transpose(0, 1),
        cell.forward_dense(x[:1], adj)[0],
    )


def test_weights_that_change_over_time():
    cell = RecurrentCell(TGCNCell(5, 3))
    x, index, weight = torch.randn(4, 3, 5), torch.randint(0, 4, (2, 9)), torch.rand(9, 3)
    assert_close(cell(x, index, weight), cell.cell.forward_sequence(x, index, weight), 1e-5)


def test_negative_edges_and_those_of_zero_are_left_out():
    x, index = torch.rand(2, 1, 2), torch.tensor([[0, 1, 0, 1], [0, 0, 1, 1]])
    weight = torch.tensor([0.0, -1.0, 2.0, 3.0])
    assert RecurrentCell(Seen())(x, index, weight)[0, 0].tolist() == [2, 2]
    assert RecurrentCell(Seen(), signed=True)(x, index, weight)[0, 0].tolist() == [3, -1]
    assert RecurrentCell(TGCNCell(2, 2)).signed
    over_time = torch.stack([weight, weight + 1.5], 1)
    got = RecurrentCell(Seen())(x.expand(2, 2, 2), index, over_time)
    assert got[0].tolist() == [[2, 2], [4, 0.5]]


class Convolve(nn.Module):
    """A cell with PyG's normalisation."""

    def __init__(self, cached: bool = False) -> None:
        super().__init__()
        self.in_channels, self.out_channels = 5, 3
        self.input = GCNConv(5, 3, cached=cached)
        self.state = GCNConv(3, 3)

    def forward(self, x, edge_index, edge_weight=None, h=None):
        new = self.input(x, edge_index, edge_weight)
        return new if h is None else torch.tanh(new + self.state(h, edge_index, edge_weight))


def test_cells_that_normalise_by_a_root_get_no_nan_from_negative_edges():
    x = torch.randn(2, 3, 4, 5)
    for seed in range(20):
        torch.manual_seed(seed)
        adj = torch.randn(4, 4, requires_grad=True)
        RecurrentCell(Convolve()).forward_dense(x, adj).sum().backward()
        assert adj.grad.isfinite().all()
        assert (adj.grad[adj < 0] == 0).all()
    negative = torch.full((4, 4), -1.0)
    assert RecurrentCell(Convolve()).forward_dense(x, negative).isfinite().all()
    assert RecurrentCell(Convolve(), signed=True).forward_dense(x, negative).isnan().any()


def test_an_edge_of_zero_is_an_edge_left_out():
    cell = RecurrentCell(Convolve())
    x, (index, weight) = torch.randn(4, 2, 5), complete(torch.rand(4, 4))
    kept = torch.rand(16) > 0.4
    assert_close(cell(x, index, weight * kept), cell(x, index[:, kept], weight[kept]))


def test_permutation_batches_gradients_and_nan():
    cell, order = RecurrentCell(Convolve()), torch.randperm(4)
    x, adj = torch.randn(3, 2, 4, 5), torch.rand(4, 4)
    whole = cell.forward_dense(x, adj)
    assert_close(cell.forward_dense(x[:, :, order], adj[order][:, order]), whole[:, :, order], 1e-5)
    for sample in range(3):
        assert_close(cell.forward_dense(x[sample : sample + 1], adj), whole[sample : sample + 1])
    index, weight = complete(adj)
    check_gradients(cell, x[0].transpose(0, 1), index, weight)
    check_nan_shows(cell, x[0].transpose(0, 1), index, weight)


def test_nothing_to_relate():
    cell = RecurrentCell(Convolve())
    none = torch.empty(2, 0, dtype=torch.long)
    assert cell(torch.rand(1, 2, 5), none).isfinite().all()
    assert cell(torch.rand(4, 2, 5), none, torch.empty(0)).shape == (4, 2, 3)
    assert cell.forward_dense(torch.rand(2, 3, 1, 5), torch.zeros(1, 1)).isfinite().all()


def test_reset_parameters_and_repr():
    cell = RecurrentCell(Convolve())
    nn.init.zeros_(cell.cell.input.lin.weight)
    cell.reset_parameters()
    assert cell.cell.input.lin.weight.ne(0).all()
    assert repr(cell) == "RecurrentCell(Convolve(5, 3), signed=False)"
    assert repr(RecurrentCell(TGCNCell(8, 4))) == "RecurrentCell(TGCNCell(8, 4), signed=True)"
    assert (RecurrentCell(Seen()).in_channels, RecurrentCell(Seen()).hidden_channels) == (
        None,
        None,
    )


class Returns(nn.Module):
    def __init__(self, value) -> None:
        super().__init__()
        self.value = value

    def forward(self, *_):
        return self.value


def test_wrong_cells_and_shapes():
    index = torch.tensor([[0], [1]])
    assert "DenseTGCNCell(5, 3)" in refused(RecurrentCell, DenseTGCNCell(5, 3))
    assert "Convolve with cached=True" in refused(RecurrentCell, Convolve(cached=True))
    cell, x = RecurrentCell(Convolve()), torch.rand(2, 3, 5)
    assert "[N, T, 5] (got [2, 5])" in refused(cell, x[:, 0], index)
    assert "[N, T, 5] (got [2, 0, 5])" in refused(cell, x[:, :0], index)
    assert "'edge_weight' must be [1] or [1, 3] (got [2])" in refused(cell, x, index, torch.rand(2))
    assert "[2, 2] or [1, 2, 2] (got [3, 3])" in refused(
        cell.forward_dense, x.transpose(0, 1)[None], torch.rand(3, 3)
    )
    assert "(got [None])" in refused(RecurrentCell(Returns(None)), x, index)
    assert "(got [])" in refused(RecurrentCell(Returns(())), x, index)
    assert "[2, H] first (got [3, 1])" in refused(
        RecurrentCell(Returns(torch.rand(3, 1))), x, index
    )
