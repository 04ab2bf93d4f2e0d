from __future__ import annotations

import numpy as np
import torch
from scipy.special import erf, softmax
from torch import nn

from graphforensics.nn import PostNormBlock
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


def norm(x: np.ndarray, state: dict[str, np.ndarray], name: str) -> np.ndarray:
    centred = x - x.mean(-1, keepdims=True)
    scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)
    return scaled * state[f"{name}.weight"] + state[f"{name}.bias"]


def oracle(layer: PostNormBlock, x: np.ndarray) -> np.ndarray:
    """Eq. 6, head by head."""
    state = {name: value.numpy() for name, value in layer.state_dict().items()}

    def linear(name: str, value: np.ndarray) -> np.ndarray:
        return value @ state[f"{name}.weight"].T + state[f"{name}.bias"]

    query, key, value = np.split(linear("query_key_value", x), 3, axis=-1)
    width = x.shape[-1] // layer.heads
    heads = []
    for head in range(layer.heads):
        part = slice(head * width, (head + 1) * width)
        attention = softmax(query[:, part] @ key[:, part].T / np.sqrt(width), axis=-1)
        heads.append(attention @ value[:, part])
    middle = norm(x + linear("project", np.hstack(heads)), state, "attention_norm")
    wide = linear("widen", middle)
    fed = linear("narrow", wide * (1 + erf(wide / np.sqrt(2))) / 2)
    return norm(middle + fed, state, "feed_forward_norm")


def test_against_oracle():
    layer = PostNormBlock(8, heads=2, hidden_channels=5).double()
    x = torch.randn(2, 6, 8, dtype=torch.float64)
    met = layer(x).detach().numpy()
    for face in range(2):
        np.testing.assert_allclose(met[face], oracle(layer, x[face].numpy()), atol=1e-10)


def test_parity_with_torch():
    layer = PostNormBlock(16, heads=4)
    peer = nn.TransformerEncoderLayer(
        16, 4, 64, dropout=0.0, activation="gelu", batch_first=True, norm_first=False
    )
    names = {
        "self_attn.in_proj_": "query_key_value.",
        "self_attn.out_proj.": "project.",
        "linear1.": "widen.",
        "linear2.": "narrow.",
        "norm1.": "attention_norm.",
        "norm2.": "feed_forward_norm.",
    }
    state = {
        theirs + part: layer.state_dict()[ours + part]
        for theirs, ours in names.items()
        for part in ("weight", "bias")
    }
    peer.load_state_dict(state)
    x = torch.randn(3, 7, 16)
    torch.testing.assert_close(layer(x), peer(x))


def test_permuting_the_tokens_permutes_the_output():
    layer, x, order = PostNormBlock(8, heads=2), torch.randn(2, 9, 8), torch.randperm(9)
    torch.testing.assert_close(layer(x[:, order]), layer(x)[:, order])


def test_layer_properties():
    layer = PostNormBlock(8, heads=2)
    assert repr(layer) == "PostNormBlock(8, heads=2)"
    x = torch.randn(2, 5, 8)
    check_batch_is_singles(layer, x)
    check_compile_and_export(layer, x)
    check_half(layer, x, scale=50)
    check_nan_shows(layer, x)
    check_gradients(layer, x[:1])
    check_reset(layer)
    assert layer(x[:, :1]).shape == (2, 1, 8)


def test_onnx():
    check_onnx(PostNormBlock(8, heads=2), torch.randn(2, 5, 8))


def test_wrong_arguments():
    assert "divide 'channels' = 8 (got 3)" in refused(PostNormBlock, 8, heads=3)
    assert "hidden_channels" in refused(PostNormBlock, 8, hidden_channels=0)
    assert "[B, L, 8] (got [5, 8])" in refused(PostNormBlock(8), torch.rand(5, 8))
