from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from graphforensics.nn import ARTEncoder
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


def small(**options: bool) -> ARTEncoder:
    return ARTEncoder(4, num_aus=3, hidden_channels=8, heads=2, **options)


def test_it_joins_both_branches():
    layer, features = small(), torch.randn(2, 4, 5, 5)
    met = layer(features)
    specific, agnostic = layer.specific(features), layer.agnostic(features)
    joined = specific.features + agnostic.features
    for place in (0, 2):  # eq. 7
        convolution = layer.join[place]
        joined = functional.conv2d(joined, convolution.weight, convolution.bias, padding=1).relu()
    torch.testing.assert_close(met.features, joined)
    torch.testing.assert_close(met.class_token, agnostic.class_token)
    torch.testing.assert_close(met.patch_tokens, agnostic.patch_tokens)
    torch.testing.assert_close(met.action_units.relations, specific.relations)


def test_three_in_a_row_leave_no_parameter_without_a_gradient():
    encoders = [small(), small(learn_class_token=False), small(learn_class_token=False)]
    features, token = torch.randn(2, 4, 5, 5), None
    for encoder in encoders:
        output = encoder(features, token)
        features, token = output.features, output.class_token
    (output.class_token.sum() + output.patch_tokens.square().sum() + features.sum()).backward()
    used = [
        name
        for number, encoder in enumerate(encoders)
        for name, parameter in encoder.named_parameters()
        if parameter.grad is None
    ]
    assert used == []


def test_layer_properties():
    layer = small()
    assert repr(layer) == "ARTEncoder(4, num_aus=3)"
    features = torch.randn(2, 4, 4, 5)
    check_batch_is_singles(layer, features)
    check_compile_and_export(layer, features)
    check_half(layer, features)
    check_nan_shows(layer, features)
    check_gradients(layer, features[:1])
    check_reset(layer)


@pytest.mark.slow
def test_onnx():
    check_onnx(small(), torch.randn(2, 4, 4, 5))


def test_wrong_arguments():
    assert "num_aus" in refused(ARTEncoder, 4, num_aus=0)
    assert "heads" in refused(ARTEncoder, 4, hidden_channels=8, heads=3)
    assert "[B, 4, H, W] (got [4, 5, 5])" in refused(small(), torch.rand(4, 5, 5))


def test_either_branch_can_be_left_out():
    features = torch.randn(2, 4, 5, 5)
    for branch in ("specific", "agnostic"):
        other = {"specific": "agnostic", "agnostic": "specific"}[branch]
        layer = small(**{other: False})
        met = layer(features)
        torch.testing.assert_close(
            met.features, layer.join(getattr(layer, branch)(features).features)
        )
        assert (met.action_units is None) == (branch == "agnostic")
        assert (met.class_token is None) == (met.patch_tokens is None) == (branch == "specific")
        check_reset(layer)
    assert "'specific' or 'agnostic'" in str(refused(ARTEncoder, 4, specific=False, agnostic=False))


def test_separable_convolutions():
    layer, features = small(convolution="separable"), torch.randn(2, 4, 5, 5)
    units = layer.specific
    maps = layer(features).action_units.maps
    for au in range(3):
        alone = units.embed(features * maps[:, au : au + 1] + features).relu().mean((2, 3))
        met = layer(features).action_units.embeddings[:, au]
        torch.testing.assert_close(met, alone, atol=1e-6, rtol=1e-4)
    check_batch_is_singles(layer, features)
    check_compile_and_export(layer, features)
    check_half(layer, features)
    check_gradients(layer, features[:1])
    check_reset(layer)
    assert "convolution" in refused(small, convolution="deep")
