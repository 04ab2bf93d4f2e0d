from __future__ import annotations

import numpy as np
import torch

from graphforensics.nn import AUAgnosticBranch
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


def test_against_tokens_laid_out_by_hand():
    layer = AUAgnosticBranch(3, hidden_channels=8, heads=2).double()
    features = torch.randn(2, 3, 2, 4, dtype=torch.float64)
    state = {name: value.numpy() for name, value in layer.state_dict().items()}
    tokens = np.empty((2, 9, 8))
    tokens[:, 0] = state["class_token"]
    for number, (row, column) in enumerate(places(2, 4)):
        seen = features[:, :, row, column].numpy()
        tokens[:, 1 + number] = seen @ state["reduce.weight"][..., 0, 0].T + state["reduce.bias"]
    with torch.no_grad():
        related = layer.block(torch.from_numpy(tokens)).numpy()
        met = layer(features)
    np.testing.assert_allclose(met.class_token, related[:, 0], atol=1e-12)
    np.testing.assert_allclose(met.patch_tokens, related[:, 1:], atol=1e-12)
    for number, (row, column) in enumerate(places(2, 4)):
        wanted = related[:, 1 + number] @ state["restore.weight"][..., 0, 0].T
        wanted = wanted + state["restore.bias"]
        np.testing.assert_allclose(met.features[:, :, row, column], wanted, atol=1e-12)


def test_permuting_the_places():
    layer, features = AUAgnosticBranch(4, 8, heads=2), torch.randn(2, 4, 3, 3)
    order = torch.randperm(9)
    moved = features.flatten(2)[:, :, order].view_as(features)
    first, second = layer(features), layer(moved)
    torch.testing.assert_close(second.class_token, first.class_token)
    torch.testing.assert_close(second.patch_tokens, first.patch_tokens[:, order])
    torch.testing.assert_close(second.features.flatten(2), first.features.flatten(2)[:, :, order])


def test_a_given_class_token_takes_the_place_of_the_own():
    layer, features = AUAgnosticBranch(4, 8, heads=2), torch.randn(2, 4, 3, 3)
    own = layer.class_token.expand(2, -1)
    torch.testing.assert_close(layer(features, own).features, layer(features).features)
    other = layer(features, torch.randn(2, 8))
    assert not torch.allclose(other.class_token, layer(features).class_token)
    follower = AUAgnosticBranch(4, 8, heads=2, learn_class_token=False)
    assert "class_token" not in dict(follower.named_parameters())
    assert "'class_token'" in refused(follower, features)
    assert follower(features, own).class_token.shape == (2, 8)


def test_layer_properties():
    layer = AUAgnosticBranch(4, 8, heads=2)
    assert repr(layer) == "AUAgnosticBranch(4, hidden_channels=8, heads=2)"
    features = torch.randn(2, 4, 3, 4)
    check_batch_is_singles(layer, features)
    check_batch_is_singles(layer, features, torch.randn(2, 8))
    check_compile_and_export(layer, features)
    check_half(layer, features, scale=50)
    check_nan_shows(layer, features, torch.randn(2, 8))
    check_gradients(layer, features[:1])
    check_reset(layer)


def test_onnx():
    check_onnx(AUAgnosticBranch(4, 8, heads=2), torch.randn(2, 4, 3, 4))


def test_wrong_arguments():
    layer = AUAgnosticBranch(4, 8, heads=2)
    assert "heads" in refused(AUAgnosticBranch, 4, 8, heads=3)
    assert "[B, 4, H, W] (got [2, 3, 3, 3])" in refused(layer, torch.rand(2, 3, 3, 3))
    assert "[2, 8] (got [2, 7])" in refused(layer, torch.rand(2, 4, 3, 3), torch.rand(2, 7))
