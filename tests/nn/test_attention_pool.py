from __future__ import annotations

import numpy as np
import pytest
import torch

from graphforensics.nn import AttentionPool, attention_pool


def oracle(features: np.ndarray, attention: np.ndarray, pooling: str) -> np.ndarray:
    """Eq. 3 of one snippet: every product, then the sum (or maximum), then the length."""
    products = attention[:, None, None] * features[None]  # N, C, D, H, W
    reduce = np.sum if pooling == "average" else np.max
    vectors = reduce(products, axis=(2, 3, 4))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.mark.parametrize("pooling", ["average", "max"])
def test_against_numpy(pooling):
    features, attention = torch.randn(3, 6, 4, 5, 7).double(), torch.randn(3, 2, 5, 7).double()
    out = attention_pool(features, attention, pooling)
    for b in range(3):
        wanted = oracle(features[b].numpy(), attention[b].numpy(), pooling)
        assert np.allclose(out[b].numpy(), wanted, atol=1e-12)


@pytest.mark.parametrize("pooling", ["average", "max"])
def test_length_scale_and_images(pooling):
    features, attention = torch.randn(2, 6, 5, 7), torch.rand(2, 3, 5, 7)
    out = attention_pool(features, attention, pooling)
    assert out.shape == (2, 3, 6)
    assert torch.allclose(out.norm(dim=-1), torch.ones(2, 3))
    assert torch.allclose(attention_pool(features * 9, attention * 7, pooling), out, atol=1e-6)
    assert torch.allclose(attention_pool(features.unsqueeze(2), attention, pooling), out)


@pytest.mark.parametrize("pooling", ["average", "max"])
def test_whole_numbers_are_pooled_as_the_same_floats(pooling):
    features, attention = torch.randint(0, 256, (2, 6, 4, 5, 7)).byte(), torch.rand(2, 3, 5, 7)
    out = attention_pool(features, attention, pooling)
    assert out.dtype == torch.float32
    assert torch.equal(out, attention_pool(features.float(), attention, pooling))
    maps = torch.randint(0, 2, (2, 3, 5, 7))
    assert torch.equal(
        attention_pool(features, maps, pooling), attention_pool(features, maps.float(), pooling)
    )


@pytest.mark.parametrize("pooling", ["average", "max"])
def test_faint_features_count_as_strong_ones(pooling):
    features, attention = torch.randn(2, 6, 4, 5, 7), torch.rand(2, 3, 5, 7)
    faint = attention_pool(features * 2.0**-45, attention, pooling)
    assert torch.equal(faint, attention_pool(features, attention, pooling))


def test_permuting_the_maps_permutes_the_vectors():
    features, attention, order = (
        torch.randn(2, 6, 4, 5, 5),
        torch.rand(2, 8, 5, 5),
        torch.randperm(8),
    )
    moved = attention_pool(features, attention[:, order])
    assert torch.allclose(moved, attention_pool(features, attention)[:, order], atol=1e-6)


@pytest.mark.parametrize("pooling", ["average", "max"])
def test_a_dead_map_gives_zeros_and_finite_gradients(pooling):
    features = torch.randn(1, 4, 2, 3, 3, requires_grad=True)
    attention = torch.rand(1, 2, 3, 3)
    attention[:, 1] = 0
    attention.requires_grad_()
    out = attention_pool(features, attention, pooling)
    assert out[0, 1].eq(0).all()
    out.sum().backward()
    assert features.grad.isfinite().all()
    assert attention.grad.isfinite().all()


@pytest.mark.parametrize("pooling", ["average", "max"])
def test_gradcheck(pooling):
    features = torch.randn(1, 3, 2, 2, 3, dtype=torch.float64, requires_grad=True)
    attention = torch.rand(1, 2, 2, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(
        lambda f, a: attention_pool(f, a, pooling), (features, attention)
    )


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("pooling", ["average", "max"])
def test_half_precision_does_not_overflow(dtype, pooling):
    # The sum is 20 * 49 * 100 * 100, far beyond float16's 65504.
    features, attention = torch.full((1, 8, 20, 7, 7), 100.0), torch.full((1, 2, 7, 7), 100.0)
    out = attention_pool(features.to(dtype), attention.to(dtype), pooling)
    assert out.dtype == dtype
    assert torch.allclose(out.float(), torch.full((1, 2, 8), 8**-0.5), atol=2e-3)


def test_nan_in_nan_out():
    features = torch.rand(1, 3, 2, 2, 2)
    features[0, 0, 0, 0, 0] = float("nan")
    for pooling in ("average", "max"):
        assert attention_pool(features, torch.rand(1, 2, 2, 2), pooling).isnan().all()


@pytest.mark.parametrize("pooling", ["average", "max"])
def test_module_compile_and_export(pooling):
    pool = AttentionPool(pooling)
    inputs = torch.randn(2, 6, 4, 5, 5), torch.rand(2, 3, 5, 5)
    wanted = attention_pool(*inputs, pooling)
    assert torch.equal(pool(*inputs), wanted)
    compiled = torch.compile(pool, fullgraph=True, backend="aot_eager")
    assert torch.allclose(compiled(*inputs), wanted)
    assert torch.allclose(torch.export.export(pool, inputs).module()(*inputs), wanted)
    assert repr(pool) == f"AttentionPool('{pooling}')"


@pytest.mark.parametrize(
    ("features", "attention"),
    [
        ((2, 6, 5, 7), (3, 3, 5, 7)),
        ((2, 6, 5, 7), (2, 3, 7, 5)),
        ((2, 6, 5, 7), (2, 5, 7)),
        ((6, 5, 7), (6, 3, 5, 7)),
    ],
)
def test_shapes_that_do_not_fit(features, attention):
    with pytest.raises(ValueError, match=r"'attention' must be \[B, N, H, W\].*got \["):
        attention_pool(torch.rand(features), torch.rand(attention))


def test_unknown_pooling():
    with pytest.raises(ValueError, match=r"'pooling' must be one of average, max \(got 'min'\)"):
        AttentionPool("min")
