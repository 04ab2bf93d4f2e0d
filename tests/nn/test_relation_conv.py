from __future__ import annotations

import numpy as np
import pytest
import torch

from graphforensics.nn import LearnedEdges, RelationConv


@pytest.fixture
def conv() -> RelationConv:
    conv = RelationConv(5, 3).double()
    torch.nn.init.normal_(conv.bias)
    return conv


def test_both_forms_against_numpy(conv):
    x, edges = torch.randn(4, 5).double(), torch.randn(4, 4).double()
    weight, bias = conv.weight.detach().numpy(), conv.bias.detach().numpy()
    wanted = np.maximum(edges.numpy() @ x.numpy() @ weight + bias, 0)
    assert np.allclose(conv.forward_dense(x, edges).detach().numpy(), wanted)
    index = LearnedEdges(4).edge_index
    assert np.allclose(conv(x, index, edges.flatten()).detach().numpy(), wanted)


@pytest.mark.parametrize("normalize", [False, True])
def test_batch_equals_singles_and_sparse_equals_dense_over_time(normalize):
    conv = RelationConv(5, 3, normalize)
    x, edges = torch.randn(2, 6, 4, 5), torch.randn(4, 4)
    out = conv.forward_dense(x, edges)
    index = LearnedEdges(4).edge_index
    for one, whole in zip(x, out, strict=True):
        assert torch.allclose(conv.forward_dense(one, edges), whole, atol=1e-5)
        over_edges = conv(one.transpose(0, 1), index, edges.flatten())
        assert torch.allclose(over_edges.transpose(0, 1), whole, atol=1e-5)


def test_permutation_equivariance(conv):
    x, edges, order = torch.randn(4, 5).double(), torch.randn(4, 4).double(), torch.randperm(4)
    moved = conv.forward_dense(x[order], edges[order][:, order])
    assert torch.allclose(moved, conv.forward_dense(x, edges)[order])


def test_gradcheck(conv):
    x = torch.randn(4, 5, dtype=torch.float64, requires_grad=True)
    edges = torch.randn(4, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(conv.forward_dense, (x, edges))


def test_compile_and_export():
    conv, x = RelationConv(5, 3), torch.randn(4, 5)
    index, weight = LearnedEdges(4).edge_index, torch.randn(16)
    wanted = conv(x, index, weight)
    compiled = torch.compile(conv, fullgraph=True, backend="aot_eager")
    assert torch.allclose(compiled(x, index, weight), wanted, atol=1e-6)
    exported = torch.export.export(conv, (x, index, weight)).module()
    assert torch.allclose(exported(x, index, weight), wanted, atol=1e-6)


def test_half_precision():
    out = (
        RelationConv(5, 3)
        .bfloat16()
        .forward_dense(torch.randn(4, 5).bfloat16(), torch.randn(4, 4).bfloat16())
    )
    assert out.dtype == torch.bfloat16
    assert out.isfinite().all()


def test_repr_reset_and_errors(conv):
    assert repr(conv) == "RelationConv(5, 3)"
    assert repr(RelationConv(5, 3, True)) == "RelationConv(5, 3, normalize=True)"
    conv.reset_parameters()
    assert conv.bias.eq(0).all()
    with pytest.raises(ValueError, match=r"'x' must have 5 channels .*got \[4, 6\]"):
        conv.forward_dense(torch.rand(4, 6), torch.rand(4, 4))
    with pytest.raises(ValueError, match="'out_channels' must be positive"):
        RelationConv(5, 0)
