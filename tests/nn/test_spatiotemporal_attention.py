"""The 3-D attention and its 2-D variant."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from torch import nn

from graphforensics.nn import SpatialAttention, SpatioTemporalAttention

BOTH = [SpatioTemporalAttention, SpatialAttention]


def randomize(module: nn.Module) -> nn.Module:
    """Give the normalisations statistics and scales of their own, so that they show."""
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d | nn.BatchNorm3d):
            nn.init.normal_(part.weight)
            nn.init.normal_(part.bias)
            nn.init.normal_(part.running_mean)
            nn.init.uniform_(part.running_var, 0.5, 2)
    return module


def oracle_block(x: np.ndarray, conv: nn.Module, norm: nn.Module) -> np.ndarray:
    """Convolution by shifting, normalisation with running statistics, ReLU, of [C, D, H, W]."""
    weight = conv.weight.detach().numpy()
    if weight.ndim == 4:
        weight = weight[:, :, None]
    reach = [size // 2 for size in weight.shape[2:]]
    padded = np.pad(x, [(0, 0), *[(r, r) for r in reach]])
    out = np.zeros((weight.shape[0], *x.shape[1:]))
    depth, height, width = x.shape[1:]
    for d, h, w in itertools.product(*[range(size) for size in weight.shape[2:]]):
        part = padded[:, d : d + depth, h : h + height, w : w + width]
        out += np.einsum("oc,cdhw->odhw", weight[:, :, d, h, w], part)
    mean, var, gamma, beta = (
        t.detach().numpy()[:, None, None, None]
        for t in (norm.running_mean, norm.running_var, norm.weight, norm.bias)
    )
    return np.maximum((out - mean) / np.sqrt(var + norm.eps) * gamma + beta, 0)


@pytest.mark.parametrize("layer", BOTH)
def test_against_numpy(layer):
    attention = randomize(layer(4, regions=3, hidden_channels=5)).double().eval()
    x = torch.randn(2, 4, 5, 6, 7).double()
    conv_1, norm_1, _, conv_2, norm_2, _ = attention.blocks
    for one, out in zip(x.numpy(), attention(x).detach().numpy(), strict=True):
        hidden = oracle_block(one, conv_1, norm_1)
        assert np.allclose(out, oracle_block(hidden, conv_2, norm_2).mean(1), atol=1e-10)


def test_defaults_are_the_papers():
    attention = SpatioTemporalAttention(512)
    shapes = [tuple(p.shape) for p in attention.parameters()]
    assert shapes[0] == (512, 512, 3, 3, 3)
    assert shapes[3] == (12, 512, 3, 3, 3)
    assert tuple(SpatialAttention(512).blocks[0].weight.shape) == (512, 512, 3, 3)


@pytest.mark.parametrize("layer", BOTH)
def test_shapes_signs_and_batch(layer):
    attention = layer(8, regions=4).eval()
    x = torch.randn(3, 8, 5, 7, 7)
    out = attention(x)
    assert out.shape == (3, 4, 7, 7)
    assert out.min() >= 0
    assert torch.allclose(torch.cat([attention(one[None]) for one in x]), out, atol=1e-5)


def test_only_the_3d_variant_looks_across_time():
    x = randomize(nn.Identity())(torch.randn(1, 6, 8, 5, 5))
    shuffled = x[:, :, torch.randperm(8)]
    spatial, both = SpatialAttention(6).eval(), SpatioTemporalAttention(6).eval()
    assert torch.allclose(spatial(shuffled), spatial(x), atol=1e-5)
    assert not torch.allclose(both(shuffled), both(x), atol=1e-5)


def test_an_image_is_a_clip_of_one_frame():
    spatial, image = SpatialAttention(6, 4).eval(), torch.randn(2, 6, 5, 5)
    assert torch.equal(spatial(image), spatial(image.unsqueeze(2)))


@pytest.mark.parametrize("layer", BOTH)
def test_gradcheck(layer):
    attention = randomize(layer(2, 2, 2)).double().eval()
    x = torch.randn(1, 2, 2, 3, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(attention, x)


@pytest.mark.parametrize("layer", BOTH)
def test_compile_export_and_half(layer):
    attention, x = layer(4, 3).eval(), torch.randn(2, 4, 3, 5, 5)
    wanted = attention(x)
    compiled = torch.compile(attention, fullgraph=True, backend="aot_eager")
    assert torch.allclose(compiled(x), wanted, atol=1e-6)
    assert torch.allclose(torch.export.export(attention, (x,)).module()(x), wanted, atol=1e-6)
    half = attention.bfloat16()(x.bfloat16())
    assert half.dtype == torch.bfloat16
    assert half.isfinite().all()


@pytest.mark.parametrize("layer", BOTH)
def test_repr_reset_nan_and_errors(layer):
    attention = layer(4, regions=3)
    assert repr(attention) == f"{layer.__name__}(4, regions=3)"
    before = attention.blocks[0].weight.clone()
    randomize(attention).reset_parameters()
    assert not torch.equal(attention.blocks[0].weight, before)
    assert attention.blocks[1].weight.eq(1).all()
    assert attention.eval()(torch.full((1, 4, 2, 3, 3), float("nan"))).isnan().all()
    with pytest.raises(ValueError, match=r"'features' must be .*4, .*got \[2, 5, 3, 3, 3\]"):
        attention(torch.rand(2, 5, 3, 3, 3))
    with pytest.raises(ValueError, match="'regions' must be positive"):
        layer(4, regions=0)
