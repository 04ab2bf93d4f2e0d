from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from graphforensics.nn.separable_conv import SeparableConv2d, conv3x3
from tests.nn.properties import (
    check_batch_is_singles,
    check_compile_and_export,
    check_gradients,
    check_reset,
    refused,
)


def test_it_is_the_full_convolution_of_the_product_of_its_kernels():
    layer, x = SeparableConv2d(3, 5).double(), torch.randn(2, 3, 6, 7).double()
    torch.nn.init.normal_(layer.depthwise.bias)
    kernel = layer.pointwise.weight * layer.depthwise.weight  # [5, 3, 3, 3]
    assert kernel.shape == (5, 3, 3, 3)
    wanted = functional.conv2d(x, kernel, layer.depthwise.bias, padding=1)
    torch.testing.assert_close(layer(x), wanted)


def test_signals_keep_their_size_behind_a_relu():
    x = torch.randn(4, 64, 24, 24)
    for _ in range(6):
        x = SeparableConv2d(64, 64)(x).relu()
    assert 0.2 < x.square().mean() < 5


def test_layer_properties():
    layer, x = SeparableConv2d(3, 4), torch.randn(2, 3, 5, 6)
    assert repr(layer) == "SeparableConv2d(3, 4)"
    check_batch_is_singles(layer, x)
    check_compile_and_export(layer, x)
    check_gradients(layer, x[:1])
    check_reset(layer)


def test_kinds():
    assert isinstance(conv3x3(3, 4, "separable"), SeparableConv2d)
    full = conv3x3(3, 4, "full")
    assert full(torch.rand(1, 3, 5, 6)).shape == (1, 4, 5, 6)
    assert "in_channels" in refused(SeparableConv2d, 0, 4)
    with pytest.raises(ValueError, match="'convolution' must be one of full, separable"):
        conv3x3(3, 4, "wide")  # type: ignore[arg-type]
