from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from graphforensics.nn import RGBFrequencyAttention
from tests.nn.properties import (
    check_batch_is_singles,
    check_compile_and_export,
    check_gradients,
    check_half,
    check_nan_shows,
    check_onnx,
    check_reset,
    places,
    refused,
)


def trained(channels: int) -> RGBFrequencyAttention:
    layer = RGBFrequencyAttention(channels).eval()
    torch.nn.init.normal_(layer.norm.running_mean)
    torch.nn.init.uniform_(layer.norm.running_var, 0.5, 2)
    torch.nn.init.normal_(layer.norm.weight)
    torch.nn.init.normal_(layer.norm.bias)
    return layer


def oracle(layer: RGBFrequencyAttention, rgb: np.ndarray, frequency: np.ndarray) -> np.ndarray:
    """Eqs. 4 and 5, place by place; returns both gated maps."""
    state = {name: value.numpy() for name, value in layer.state_dict().items()}
    both = np.concatenate([rgb, frequency])
    _, height, width = both.shape
    fused = np.einsum("oc,chw->ohw", state["fuse.weight"][:, :, 0, 0], both)
    spread = np.sqrt(state["norm.running_var"] + layer.norm.eps)[:, None, None]
    normed = (fused - state["norm.running_mean"][:, None, None]) / spread
    normed = normed * state["norm.weight"][:, None, None] + state["norm.bias"][:, None, None]
    padded = np.pad(np.maximum(normed, 0), ((0, 0), (1, 1), (1, 1)))
    attention = np.empty((2, height, width))
    for row, column in places(height, width):
        window = padded[:, row : row + 3, column : column + 3]
        value = (state["look.weight"] * window).sum((1, 2, 3)) + state["look.bias"]
        attention[:, row, column] = 1 / (1 + np.exp(-value))
    return np.stack([attention[0] * rgb, attention[1] * frequency])


def test_against_oracle():
    layer = trained(3).double()
    rgb, frequency = torch.randn(2, 2, 3, 5, 4, dtype=torch.float64)
    met = [gated.detach().numpy() for gated in layer(rgb, frequency)]
    for face in range(2):
        wanted = oracle(layer, rgb[face].numpy(), frequency[face].numpy())
        np.testing.assert_allclose(met[0][face], wanted[0], atol=1e-12)
        np.testing.assert_allclose(met[1][face], wanted[1], atol=1e-12)


def test_one_map_a_stream_in_unit_range():
    layer = RGBFrequencyAttention(4)
    maps = layer.attention(torch.randn(2, 4, 7, 7) * 100, torch.randn(2, 4, 7, 7))
    assert maps.shape == (2, 2, 7, 7)
    assert maps.min() >= 0
    assert maps.max() <= 1


def test_closed_gates_pass_nothing_and_open_ones_all():
    layer = RGBFrequencyAttention(2)
    torch.nn.init.zeros_(layer.look.weight)
    layer.look.bias.data = torch.tensor([100.0, -100.0])
    rgb, frequency = torch.randn(1, 2, 3, 3), torch.randn(1, 2, 3, 3)
    gated = layer(rgb, frequency)
    torch.testing.assert_close(gated[0], rgb)
    torch.testing.assert_close(gated[1], torch.zeros_like(rgb))


def test_mirroring_both_streams_and_the_kernel_mirrors_the_output():
    layer = trained(3)
    rgb, frequency = torch.randn(1, 3, 5, 5), torch.randn(1, 3, 5, 5)
    wanted = [gated.flip(3) for gated in layer(rgb, frequency)]
    layer.look.weight.data = layer.look.weight.data.flip(3)
    for met, one in zip(layer(rgb.flip(3), frequency.flip(3)), wanted, strict=True):
        torch.testing.assert_close(met, one)


def test_layer_properties():
    layer = trained(4)
    assert repr(layer) == "RGBFrequencyAttention(4)"
    inputs = torch.randn(2, 4, 6, 5), torch.randn(2, 4, 6, 5)
    check_batch_is_singles(layer, *inputs)
    check_compile_and_export(layer, *inputs)
    check_half(layer, *inputs, scale=20)
    check_nan_shows(layer, *inputs)
    check_gradients(layer, *(tensor[:1] for tensor in inputs))
    check_reset(layer)


def test_training_learns_from_both_streams():
    layer = RGBFrequencyAttention(3)
    rgb, frequency = layer(torch.randn(4, 3, 5, 5), torch.randn(4, 3, 5, 5))
    functional.mse_loss(rgb, frequency).backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in layer.parameters())


def test_onnx():
    check_onnx(trained(4), torch.randn(2, 4, 6, 5), torch.randn(2, 4, 6, 5))


def test_wrong_arguments():
    layer = RGBFrequencyAttention(4)
    assert "channels" in refused(RGBFrequencyAttention, 0)
    assert "[B, 4, H, W] (got [1, 3, 5, 5])" in refused(
        layer, torch.rand(1, 3, 5, 5), torch.rand(1, 4, 5, 5)
    )
    assert "'frequency'" in refused(layer, torch.rand(1, 4, 5, 5), torch.rand(1, 4, 5, 6))
