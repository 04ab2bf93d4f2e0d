"""The product against NumPy, and against the messages that it spares."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from graphforensics.nn import EdgeSum, TGCNCell
from graphforensics.nn.edge_product import edge_product, sort_edges
from tests.nn.properties import assert_close


def some_edges(steps: int | None = None) -> tuple[Tensor, Tensor, Tensor]:
    """Seven nodes, one of which neither sends nor receives; an edge that is there twice."""
    edge_index = torch.randint(0, 6, (2, 15))
    edge_index[:, 1] = edge_index[:, 0]
    shape = (15,) if steps is None else (15, steps)
    x = torch.randn(7, *shape[1:], 4, dtype=torch.float64)
    return x, edge_index, torch.randn(shape, dtype=torch.float64)


def oracle(x: np.ndarray, edge_index: np.ndarray, weight: np.ndarray) -> np.ndarray:
    summed = np.zeros_like(x)
    for edge, (source, target) in enumerate(edge_index.T):
        summed[target] += (weight[edge][..., None] if weight.ndim > 1 else weight[edge]) * x[source]
    return summed


@pytest.mark.parametrize("steps", [None, 3])
def test_against_a_loop_over_the_edges(steps):
    x, edge_index, weight = some_edges(steps)
    wanted = torch.from_numpy(oracle(x.numpy(), edge_index.numpy(), weight.numpy()))
    assert_close(edge_product(x, edge_index, weight), wanted, 1e-12)
    ordered = sort_edges(edge_index, 7)
    assert ordered.edge_index[1].diff().ge(0).all()
    assert_close(edge_product(x, ordered[0], weight[ordered.order], ordered.starts), wanted, 1e-12)


def test_one_weight_for_all_steps():
    x, edge_index, _ = some_edges(3)
    weight = torch.randn(15, dtype=torch.float64)
    wanted = [edge_product(x[:, t], edge_index, weight) for t in range(3)]
    assert_close(edge_product(x, edge_index, weight), torch.stack(wanted, 1), 1e-12)


@pytest.mark.parametrize("steps", [None, 2])
def test_gradients(steps):
    x, edge_index, weight = some_edges(steps)
    given = x.requires_grad_(), weight.requires_grad_()
    assert torch.autograd.gradcheck(lambda x, w: edge_product(x, edge_index, w), given)


@pytest.mark.parametrize("normalize", [False, True])
def test_messages_give_the_same_sums_and_gradients(normalize):
    x, edge_index, weight = some_edges(3)
    by_product, by_messages = EdgeSum(normalize), EdgeSum(normalize)
    by_messages.fuse = False
    assert by_product.fused(x)
    assert not by_messages.fused(x)
    found = []
    for layer in (by_product, by_messages):
        given = x.clone().requires_grad_(), weight.abs().requires_grad_()
        out = layer(given[0], edge_index, given[1])
        found.append((out, *torch.autograd.grad(out.square().sum(), given)))
    assert_close(found[0], found[1], 1e-10)


def test_a_cell_over_messages_gives_the_same():
    x, edge_index, weight = some_edges(3)
    cell = TGCNCell(4, 2).double()
    wanted = cell.forward_sequence(x, edge_index, weight)
    cell.edge_sum.fuse = False
    assert_close(cell.forward_sequence(x, edge_index, weight), wanted, 1e-12)


def test_who_looks_at_the_messages_gets_them():
    x, edge_index, weight = some_edges()
    layer, seen = EdgeSum(), []
    wanted = layer(x, edge_index, weight)
    handle = layer.register_message_forward_hook(lambda _, __, out: seen.append(out.shape))
    assert_close(layer(x, edge_index, weight), wanted, 1e-12)
    assert seen == [(15, 4)]
    handle.remove()
    assert layer.fused(x)
    layer.explain = True
    assert not layer.fused(x)


def test_second_derivatives_by_messages():
    x, edge_index, weight = some_edges()
    layer = EdgeSum()
    layer.fuse = False
    given = x.requires_grad_(), weight.requires_grad_()
    assert torch.autograd.gradgradcheck(lambda x, w: layer(x, edge_index, w), given)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision(dtype):
    x, edge_index, weight = some_edges()
    met = edge_product(x.to(dtype), edge_index, weight.to(dtype))
    assert met.dtype == dtype
    assert torch.allclose(met.double(), edge_product(x, edge_index, weight), atol=0.1)


@pytest.mark.parametrize(("wrong", "named"), [(7, "7"), (-1, "-1")])
@pytest.mark.parametrize("end", [0, 1])
def test_nodes_that_are_not_there(wrong, named, end):
    x, edge_index, weight = some_edges()
    edge_index[end, 4] = wrong
    with pytest.raises(IndexError, match=rf"'edge_index' must be from 0 to 6 \(got {named}\)"):
        EdgeSum()(x, edge_index, weight)


def test_no_edges_and_no_nodes():
    none = torch.empty(2, 0, dtype=torch.long)
    assert_close(edge_product(torch.rand(3, 2), none, torch.empty(0)), torch.zeros(3, 2))
    assert edge_product(torch.rand(0, 2), none, torch.empty(0)).shape == (0, 2)
