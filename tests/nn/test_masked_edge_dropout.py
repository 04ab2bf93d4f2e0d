from __future__ import annotations

import numpy as np
import pytest
import torch

from graphforensics.nn import MaskedEdgeDropout, kept_edges, masked_edge_dropout


def oracle_range(edges: np.ndarray, rate: float) -> np.ndarray:
    """Eq. 6, edge by edge, in plain Python numbers."""
    low, high = float(edges.min()), float(edges.max())
    q = low + (high - low) * rate
    return np.array([0.0 if e < q else e for e in edges.ravel()]).reshape(edges.shape)


def oracle_quantile(edges: np.ndarray, rate: float) -> np.ndarray:
    return np.where(edges < np.quantile(edges, rate), 0.0, edges)


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 0.9, 1.0])
@pytest.mark.parametrize(
    ("threshold", "oracle"), [("range", oracle_range), ("quantile", oracle_quantile)]
)
def test_minimal_against_oracle(rate, threshold, oracle):
    edges = torch.randn(7, 7, dtype=torch.float64)
    out = masked_edge_dropout(edges, rate=rate, threshold=threshold)
    assert np.array_equal(out.numpy(), oracle(edges.numpy(), rate))


def test_literal_edges():
    edges = torch.tensor([-2.0, -1.0, 0.5, 4.0])  # the range's middle is 1, the median -0.25
    assert masked_edge_dropout(edges).tolist() == [0, 0, 0, 4]
    assert masked_edge_dropout(edges, threshold="quantile").tolist() == [0, 0, 0.5, 4]
    assert kept_edges(edges, rate=0.25).tolist() == [False, False, True, True]


def test_edges_at_the_threshold_are_kept():
    assert masked_edge_dropout(torch.tensor([0.0, 1.0, 2.0])).tolist() == [0, 1, 2]
    assert kept_edges(torch.tensor([0.0, 1.0, 2.0])).tolist() == [False, True, True]


@pytest.mark.parametrize("threshold", ["range", "quantile"])
def test_rate_zero_keeps_all_and_rate_one_keeps_the_largest(threshold):
    edges = torch.randn(40)
    assert torch.equal(masked_edge_dropout(edges, rate=0.0, threshold=threshold), edges)
    kept = kept_edges(edges, rate=1.0, threshold=threshold)
    assert kept.nonzero().flatten().tolist() == [edges.argmax().item()]


@pytest.mark.parametrize("threshold", ["range", "quantile"])
def test_a_batch_equals_its_graphs(threshold):
    graphs = [torch.randn(size) * scale for size, scale in ((5, 1), (1, 9), (12, 100))]
    batch = torch.repeat_interleave(torch.arange(3), torch.tensor([5, 1, 12]))
    shuffle = torch.randperm(18)  # a batch vector need not be sorted
    together = masked_edge_dropout(
        torch.cat(graphs)[shuffle], batch[shuffle], rate=0.3, threshold=threshold
    )
    apart = [masked_edge_dropout(graph, rate=0.3, threshold=threshold) for graph in graphs]
    assert torch.equal(together, torch.cat(apart)[shuffle])


@pytest.mark.parametrize("threshold", ["range", "quantile"])
def test_graphs_without_edges_in_a_batch(threshold):
    batch = torch.tensor([1, 1, 1, 4])
    edges = torch.tensor([0.0, 1.0, 4.0, -3.0])
    for batch_size in (None, 7):
        out = masked_edge_dropout(edges, batch, threshold=threshold, batch_size=batch_size)
        assert out.tolist() == [0, 0 if threshold == "range" else 1, 4, -3]


@pytest.mark.parametrize("threshold", ["range", "quantile"])
def test_dense_batch_equals_singles_and_flat(threshold):
    edges = torch.randn(3, 6, 6) * torch.tensor([1.0, 10, 100]).view(3, 1, 1)
    together = masked_edge_dropout(edges, threshold=threshold)
    for one, whole in zip(edges, together, strict=True):
        assert torch.equal(masked_edge_dropout(one, threshold=threshold), whole)
        flat = masked_edge_dropout(one.flatten(), threshold=threshold)
        assert torch.equal(flat.view(6, 6), whole)


@pytest.mark.parametrize("threshold", ["range", "quantile"])
def test_permutation_equivariance(threshold):
    edges, order = torch.randn(6, 6), torch.randperm(6)
    out = masked_edge_dropout(edges, threshold=threshold)
    moved = masked_edge_dropout(edges[order][:, order], threshold=threshold)
    assert torch.equal(moved, out[order][:, order])


def test_random_masks_the_share_and_rescales_nothing():
    edges = torch.randn(200, 200) + 5
    out = masked_edge_dropout(edges, rate=0.3, strategy="random")
    masked = out == 0
    assert abs(masked.double().mean().item() - 0.3) < 4 * (0.3 * 0.7 / 40_000) ** 0.5
    assert torch.equal(out[~masked], edges[~masked])
    # Independent an edge: the masked shares of rows scatter as a binomial's do.
    assert abs(masked.double().mean(1).var().item() / (0.3 * 0.7 / 200) - 1) < 0.4
    assert masked_edge_dropout(edges, rate=0.0, strategy="random").equal(edges)
    assert masked_edge_dropout(edges, rate=1.0, strategy="random").eq(0).all()


def test_random_ignores_the_sign_of_an_edge():
    # The paper's pseudo-code would cut every negative edge as well.
    edges = -torch.ones(10_000)
    share = masked_edge_dropout(edges, rate=0.5, strategy="random").ne(0).float().mean()
    assert 0.45 < share < 0.55


@pytest.mark.parametrize("strategy", ["minimal", "random"])
def test_gradient_is_one_where_kept_and_zero_where_masked(strategy):
    edges = torch.randn(8, 8, requires_grad=True)
    out = masked_edge_dropout(edges, strategy=strategy)
    upstream = torch.randn(8, 8)
    out.backward(upstream)
    assert 0 < (out != 0).sum() < 64
    assert torch.equal(edges.grad, torch.where(out != 0, upstream, 0))


@pytest.mark.parametrize("threshold", ["range", "quantile"])
def test_gradcheck(threshold):
    edges = torch.randn(10, dtype=torch.float64, requires_grad=True)
    batch = torch.arange(10) % 2

    def masked(weight: torch.Tensor) -> torch.Tensor:
        return masked_edge_dropout(weight, batch, 0.37, threshold=threshold)

    assert torch.autograd.gradcheck(masked, edges)


@pytest.mark.parametrize("threshold", ["range", "quantile"])
@pytest.mark.parametrize("value", [0.1, -7.3, 0.0, 1e38])
def test_equal_edges_are_all_kept(threshold, value):
    for rate in (0.0, 0.3, 0.7, 1.0):
        for edges in (torch.full((5, 5), value), torch.full((1,), value)):
            assert kept_edges(edges, rate=rate, threshold=threshold).all()


def test_huge_edges_do_not_overflow():
    edges = torch.tensor([-3e38, 0.0, 3e38])
    assert kept_edges(edges).tolist() == [False, True, True]
    assert torch.equal(masked_edge_dropout(edges), torch.tensor([0.0, 0.0, 3e38]))


@pytest.mark.parametrize("shape", [(0,), (0, 0), (0, 4, 4), (2, 0, 0)])
@pytest.mark.parametrize("strategy", ["minimal", "random"])
def test_empty(shape, strategy):
    assert masked_edge_dropout(torch.empty(shape), strategy=strategy).shape == shape


def test_empty_batch():
    empty = torch.empty(0)
    batch = torch.empty(0, dtype=torch.long)
    assert masked_edge_dropout(empty, batch, threshold="quantile").shape == (0,)


@pytest.mark.parametrize("threshold", ["range", "quantile"])
def test_nan_shows_instead_of_being_masked_away(threshold):
    edges = torch.tensor([0.0, float("nan"), 2.0, 3.0, 7.0])
    out = masked_edge_dropout(edges, threshold=threshold)
    assert out[1].isnan()
    out = masked_edge_dropout(edges, torch.tensor([0, 0, 1, 1, 1]), threshold=threshold)
    assert out[1].isnan()
    assert out[2:].tolist() == [0, 0 if threshold == "range" else 3, 7]  # the other graph


def test_nan_survives_random_unless_drawn_never_becomes_zero():
    edges = torch.full((50,), float("nan"))
    assert masked_edge_dropout(edges, strategy="random", rate=1.0).isnan().all()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("threshold", ["range", "quantile"])
def test_half_precision(dtype, threshold):
    edges = torch.randn(9, 9).to(dtype)
    out = masked_edge_dropout(edges, threshold=threshold)
    assert out.dtype == dtype
    assert torch.equal(out[out != 0], edges[out != 0])
    assert 0 < (out != 0).sum() < 81


def test_module_masks_in_training_only_unless_asked():
    edges = torch.tensor([-1.0, 0.5, 2.0, 3.0])
    mask = MaskedEdgeDropout()
    assert mask(edges).tolist() == [0, 0, 2, 3]
    assert mask.eval()(edges) is edges
    assert mask.kept(edges).tolist() == [False, False, True, True]
    always = MaskedEdgeDropout(mask_at_inference=True).eval()
    assert always(edges).tolist() == [0, 0, 2, 3]
    assert not list(mask.parameters())
    assert not mask.state_dict()


def test_repr():
    assert repr(MaskedEdgeDropout()) == (
        "MaskedEdgeDropout(rate=0.5, strategy='minimal', threshold='range')"
    )
    assert repr(MaskedEdgeDropout(0.2, "random", mask_at_inference=True)) == (
        "MaskedEdgeDropout(rate=0.2, strategy='random', mask_at_inference=True)"
    )


@pytest.mark.parametrize("threshold", ["range", "quantile"])
def test_compile_and_export(threshold):
    mask = MaskedEdgeDropout(0.4, threshold=threshold)
    edges, batch = torch.randn(11), torch.arange(11) % 3
    wanted = mask(edges, batch)
    compiled = torch.compile(mask, fullgraph=True, backend="aot_eager")
    assert torch.equal(compiled(edges, batch, batch_size=3), wanted)
    exported = torch.export.export(mask, (edges, batch), {"batch_size": 3}).module()
    assert torch.equal(exported(edges, batch, batch_size=3), wanted)


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"rate": 1.5}, r"'rate' must be in \[0, 1\] \(got 1.5\)"),
        ({"rate": float("nan")}, r"'rate' must be in \[0, 1\] \(got nan\)"),
        ({"strategy": "max"}, r"'strategy' must be one of minimal, random \(got 'max'\)"),
        ({"threshold": "mean"}, r"'threshold' must be one of range, quantile \(got 'mean'\)"),
    ],
)
def test_wrong_arguments(keywords, message):
    with pytest.raises(ValueError, match=message):
        MaskedEdgeDropout(**keywords)
    with pytest.raises(ValueError, match=message):
        masked_edge_dropout(torch.rand(3), **keywords)


@pytest.mark.parametrize("shape", [(), (2, 3), (2, 3, 4), (1, 2, 3, 3)])
def test_wrong_shape(shape):
    with pytest.raises(ValueError, match=r"'edge_weight' must be \[E\], \[N, N\] or \[B, N, N\]"):
        masked_edge_dropout(torch.rand(shape))


def test_wrong_batch_and_type():
    with pytest.raises(ValueError, match=r"'batch' must be \[E\].*got \[4\] beside \[3\]"):
        masked_edge_dropout(torch.rand(3), torch.zeros(4, dtype=torch.long))
    with pytest.raises(ValueError, match=r"'batch' must be \[E\].*beside \[3, 3\]"):
        masked_edge_dropout(torch.rand(3, 3), torch.zeros(9, dtype=torch.long))
    with pytest.raises(ValueError, match="floating point"):
        masked_edge_dropout(torch.ones(3, dtype=torch.long))
