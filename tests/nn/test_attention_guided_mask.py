from __future__ import annotations

import numpy as np
import pytest
import torch

from graphforensics.nn import AttentionGuidedMask, attention_guided_mask
from tests.nn.properties import (
    check_batch_is_singles,
    check_compile_and_export,
    check_gradients,
    check_half,
    check_nan_shows,
    check_onnx,
    refused,
)


def oracle(attention: np.ndarray, rate: float, strategy: str) -> np.ndarray:
    """Eq. 4: sort the places by hand and hide the first k."""
    flat = attention.ravel()
    ranked = sorted(range(flat.size), key=lambda place: flat[place], reverse=strategy == "high")
    mask = np.ones(flat.size)
    mask[ranked[: round(rate * flat.size)]] = 0
    return mask.reshape(attention.shape)


@pytest.mark.parametrize("strategy", ["high", "low"])
@pytest.mark.parametrize("rate", [0.0, 0.1, 0.25, 0.5, 1.0])
def test_against_oracle(strategy, rate):
    attention = torch.rand(3, 7, 7)
    met = attention_guided_mask(attention, rate, strategy)
    for face in range(3):
        wanted = oracle(attention[face].numpy(), rate, strategy)
        np.testing.assert_array_equal(met[face].numpy(), wanted)


@pytest.mark.parametrize("strategy", ["high", "low", "random"])
def test_equal_attention_hides_exactly_the_share(strategy):
    mask = attention_guided_mask(torch.full((4, 7, 7), 0.02), strategy=strategy)
    assert (mask == 0).sum((1, 2)).tolist() == [12] * 4
    assert attention_guided_mask(torch.zeros(1, 1), strategy=strategy).tolist() == [[1]]


def test_layer_masks_maps_and_tokens():
    layer = AttentionGuidedMask(rate=0.25)
    features, attention = torch.randn(2, 3, 4, 4), torch.rand(2, 4, 4)
    met = layer(features, attention)
    assert torch.equal(met, features * attention_guided_mask(attention).unsqueeze(1))
    tokens = features.flatten(2).transpose(1, 2)
    met_tokens = layer(tokens, attention.flatten(1))
    assert torch.equal(met_tokens.transpose(1, 2).view_as(met), met)


def test_permuting_the_tokens():
    layer, order = AttentionGuidedMask(rate=0.4), torch.randperm(10)
    tokens, attention = torch.randn(2, 10, 3), torch.rand(2, 10)
    wanted = layer(tokens, attention)[:, order]
    assert torch.equal(layer(tokens[:, order], attention[:, order]), wanted)


def test_evaluation_hides_only_if_asked():
    features, attention = torch.randn(1, 2, 4, 4), torch.rand(1, 4, 4)
    assert torch.equal(AttentionGuidedMask().eval()(features, attention), features)
    assert torch.equal(AttentionGuidedMask().eval()(features), features)
    always = AttentionGuidedMask(mask_at_inference=True).eval()
    assert torch.equal(always(features, attention), AttentionGuidedMask()(features, attention))


def test_no_gradient_passes_to_the_teacher():
    features = torch.randn(1, 2, 4, 4, requires_grad=True)
    attention = torch.rand(1, 4, 4, requires_grad=True)
    assert not attention_guided_mask(attention).requires_grad
    AttentionGuidedMask()(features, attention).sum().backward()
    assert attention.grad is None
    assert torch.equal(features.grad[0, 0], attention_guided_mask(attention)[0])


def test_random_places_follow_the_generator_and_cover_all():
    layer = AttentionGuidedMask(strategy="random")
    features = torch.ones(2, 1, 4, 4)
    draw = [layer(features, generator=torch.Generator().manual_seed(seed)) for seed in range(40)]
    assert torch.equal(draw[0], layer(features, generator=torch.Generator().manual_seed(0)))
    assert not torch.equal(draw[0][0], draw[0][1])  # each face its own
    hidden = 1 - torch.stack(draw).mean((0, 1, 2))
    assert hidden.min() > 0.1
    assert hidden.max() < 0.4


def test_layer_properties():
    layer = AttentionGuidedMask()
    assert repr(layer) == "AttentionGuidedMask(rate=0.25, strategy='high')"
    always = AttentionGuidedMask(0.5, "low", mask_at_inference=True)
    assert repr(always) == "AttentionGuidedMask(rate=0.5, strategy='low', mask_at_inference=True)"
    inputs = torch.randn(2, 3, 4, 4), torch.rand(2, 4, 4)
    check_batch_is_singles(layer, *inputs)
    check_compile_and_export(layer, *inputs)
    check_compile_and_export(AttentionGuidedMask(strategy="random"), *inputs)
    check_nan_shows(layer, *inputs)
    check_nan_shows(AttentionGuidedMask(strategy="random"), *inputs)
    check_gradients(layer, *inputs, constant=[1])
    places = torch.arange(32.0).view(2, 4, 4)  # as different in half precision
    check_half(layer, inputs[0], places)


def test_a_hidden_nan_shows():
    features = torch.ones(1, 1, 2, 2)
    features[0, 0, 0, 0] = torch.nan
    attention = torch.tensor([[[0.9, 0.1], [0.1, 0.1]]])
    assert AttentionGuidedMask()(features, attention).isnan().any()


def test_onnx():
    layer = AttentionGuidedMask(mask_at_inference=True)
    check_onnx(layer, torch.randn(2, 3, 4, 4), torch.rand(2, 4, 4))


def test_wrong_arguments():
    layer = AttentionGuidedMask()
    assert "rate" in refused(AttentionGuidedMask, rate=1.5)
    assert "'medium'" in refused(AttentionGuidedMask, strategy="medium")
    assert "[2, 4, 4] (got [2, 4, 5])" in refused(
        layer, torch.rand(2, 3, 4, 4), torch.rand(2, 4, 5)
    )
    assert "'features'" in refused(layer, torch.rand(4, 4), torch.rand(4))
    assert "got None" in refused(layer, torch.rand(2, 3, 4, 4))
    assert "(got [4])" in refused(attention_guided_mask, torch.rand(4))
    assert "torch.int64" in refused(attention_guided_mask, torch.ones(1, 4).long())
