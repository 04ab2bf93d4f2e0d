from __future__ import annotations

import numpy as np
import torch
from scipy.special import softmax
from torch import nn

from graphforensics.nn import DiverseMultiheadAttention
from tests.nn.properties import (
    check_batch_is_singles,
    check_compile_and_export,
    check_gradients,
    check_half,
    check_nan_shows,
    check_onnx,
    check_reset,
    refused,
)


def oracle(layer: DiverseMultiheadAttention, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eq. 1, head by head."""
    state = {name: value.numpy() for name, value in layer.state_dict().items()}
    width = layer.head_channels
    mixed, attention = [], []
    for head in range(layer.heads):
        part = slice(head * width, (head + 1) * width)
        query, key, value = (
            x @ state[f"{name}.weight"][part].T + state[f"{name}.bias"][part]
            for name in ("query", "key", "value")
        )
        attention.append(softmax(query @ key.T / np.sqrt(layer.channels / layer.heads), axis=1))
        mixed.append(attention[-1] @ value)
    out = np.hstack(mixed) @ state["project.weight"].T + state["project.bias"]
    return out, np.stack(attention)


def test_against_oracle():
    layer = DiverseMultiheadAttention(10, heads=3).double()  # 3 heads of 3: the root is of 10 / 3
    x = torch.randn(2, 5, 10, dtype=torch.float64)
    output, attention = layer(x)
    for face in range(2):
        wanted, maps = oracle(layer, x[face].numpy())
        np.testing.assert_allclose(output[face].detach().numpy(), wanted, atol=1e-12)
        np.testing.assert_allclose(attention[face].detach().numpy(), maps, atol=1e-12)


def test_paper_sizes():
    with torch.device("meta"):
        layer = DiverseMultiheadAttention()
    assert (layer.channels, layer.heads, layer.head_channels) == (2048, 6, 341)
    assert layer.query.out_features == 2046


def test_parity_with_torch_where_the_heads_divide_the_channels():
    layer = DiverseMultiheadAttention(12, heads=3)
    peer = nn.MultiheadAttention(12, 3, batch_first=True)
    state = layer.state_dict()
    for part in ("weight", "bias"):
        whole = torch.cat([state[f"{name}.{part}"] for name in ("query", "key", "value")])
        getattr(peer, f"in_proj_{part}").data = whole
        getattr(peer.out_proj, part).data = state[f"project.{part}"]
    x = torch.randn(2, 7, 12)
    wanted = peer(x, x, x, average_attn_weights=False)
    for met, one in zip(layer(x), wanted, strict=True):
        torch.testing.assert_close(met, one)


def test_permuting_the_tokens():
    layer, x, order = DiverseMultiheadAttention(8, heads=2), torch.randn(2, 6, 8), torch.randperm(6)
    output, attention = layer(x)
    moved, moved_attention = layer(x[:, order])
    torch.testing.assert_close(moved, output[:, order])
    torch.testing.assert_close(moved_attention, attention[:, :, order][:, :, :, order])
    torch.testing.assert_close(attention.sum(-1), torch.ones(2, 2, 6))


def test_layer_properties():
    layer = DiverseMultiheadAttention(8, heads=3)
    assert repr(layer) == "DiverseMultiheadAttention(8, heads=3)"
    x = torch.randn(2, 5, 8)
    check_batch_is_singles(layer, x)
    check_compile_and_export(layer, x)
    check_half(layer, x)
    check_nan_shows(layer, x)
    check_gradients(layer, x[:1])
    check_reset(layer)
    assert layer(x[:, :1])[1].eq(1).all()


def test_half_precision_holds_large_products():
    layer = DiverseMultiheadAttention(256, heads=1)
    for part in (layer.query, layer.key):
        nn.init.eye_(part.weight)
    x = torch.full((1, 3, 256), 20.0, dtype=torch.float16)  # q k = 102400
    _, attention = layer.half()(x)
    assert attention.isfinite().all()


def test_onnx():
    check_onnx(DiverseMultiheadAttention(8, heads=3), torch.randn(2, 5, 8))


def test_wrong_arguments():
    assert "heads" in refused(DiverseMultiheadAttention, 8, heads=0)
    assert "head_channels" in refused(DiverseMultiheadAttention, 4, heads=6)
    assert "[B, L, 8] (got [5, 8])" in refused(
        DiverseMultiheadAttention(8, heads=2), torch.rand(5, 8)
    )
