from __future__ import annotations

import numpy as np
import pytest
import torch

from graphforensics.nn import AUAttentionLoss, au_attention_loss
from tests.nn.properties import (
    check_compile_and_export,
    check_gradients,
    check_half,
    check_nan_shows,
    check_onnx,
    refused,
)


def oracle(maps: np.ndarray, target: np.ndarray, delta: float) -> float:
    """Eq. 1, place by place."""
    total = 0.0
    for off in np.abs(maps - target).ravel():
        total += off**2 / 2 if off <= delta else delta * (off - delta / 2)
    return total / maps.size


@pytest.mark.parametrize("delta", [0.1, 0.5, 2.0])
def test_against_oracle(delta):
    maps, target = torch.rand(2, 2, 15, 4, 4, dtype=torch.float64) * 2
    wanted = oracle(maps.numpy(), target.numpy(), delta)
    assert au_attention_loss(maps, target, delta).item() == pytest.approx(wanted)


def test_permuting_the_units_changes_nothing():
    (maps, target), order = torch.rand(2, 2, 15, 4, 4), torch.randperm(15)
    moved = au_attention_loss(maps[:, order], target[:, order])
    torch.testing.assert_close(moved, au_attention_loss(maps, target))


def test_equal_maps_have_no_loss():
    maps = torch.rand(1, 3, 4, 4, requires_grad=True)
    loss = au_attention_loss(maps, maps.detach())
    loss.backward()
    assert loss.item() == 0
    assert (maps.grad == 0).all()


def test_layer_properties():
    layer = AUAttentionLoss()
    assert repr(layer) == "AUAttentionLoss(delta=0.5)"
    inputs = torch.rand(2, 3, 4, 4), torch.rand(2, 3, 4, 4)
    check_compile_and_export(layer, *inputs)
    check_gradients(layer, *inputs)
    check_half(layer, *inputs)
    check_nan_shows(layer, *inputs)


def test_onnx():
    check_onnx(AUAttentionLoss(), torch.rand(2, 3, 4, 4), torch.rand(2, 3, 4, 4))


def test_wrong_arguments():
    maps = torch.rand(2, 3, 4, 4)
    assert "delta" in refused(AUAttentionLoss, 0.0)
    assert "(got [3, 4, 4])" in refused(au_attention_loss, maps[0], maps[0])
    assert "[2, 3, 4, 4] (got [2, 3, 4, 5])" in refused(
        au_attention_loss, maps, torch.rand(2, 3, 4, 5)
    )
