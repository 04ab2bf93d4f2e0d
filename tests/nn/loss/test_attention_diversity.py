from __future__ import annotations

import numpy as np
import pytest
import torch

from graphforensics.nn import (
    AttentionDiversityLoss,
    DiverseMultiheadAttention,
    attention_diversity_loss,
)
from tests.nn.properties import (
    check_compile_and_export,
    check_gradients,
    check_half,
    check_nan_shows,
    check_onnx,
    refused,
)


def oracle(attention: np.ndarray, form: str) -> float:
    """Eq. 3, pair by pair; with the signs turned round for "purpose"."""
    heads = len(attention)
    total = 0.0
    for i in range(heads):
        for j in range(heads):
            one, other = attention[i].ravel(), attention[j].ravel()
            d = (one @ other) / (np.linalg.norm(one) * np.linalg.norm(other))
            if form == "equation":
                total += -d if i == j else 1 - d
            else:
                total += 1 - d if i == j else d
    return total / heads**2


@pytest.mark.parametrize("form", ["equation", "purpose"])
@pytest.mark.parametrize("shape", [(6, 50), (6, 10, 10), (1, 4)])
def test_against_oracle(shape, form):
    attention = torch.rand(2, *shape, dtype=torch.float64)
    wanted = [oracle(face.numpy(), form) for face in attention]
    assert attention_diversity_loss(attention, form).item() == pytest.approx(np.mean(wanted))
    for face in range(2):
        alone = attention_diversity_loss(attention[face : face + 1], form)
        assert alone.item() == pytest.approx(wanted[face])


def test_which_way_each_form_pulls():
    same, apart = torch.ones(1, 3, 3), torch.eye(3).unsqueeze(0)
    assert attention_diversity_loss(same) < attention_diversity_loss(apart)
    assert attention_diversity_loss(same, "purpose") > attention_diversity_loss(apart, "purpose")
    assert attention_diversity_loss(apart, "purpose").item() == 0


def test_permuting_heads_or_tokens_changes_nothing():
    attention = torch.rand(2, 6, 20)
    wanted = attention_diversity_loss(attention)
    torch.testing.assert_close(attention_diversity_loss(attention[:, torch.randperm(6)]), wanted)
    torch.testing.assert_close(attention_diversity_loss(attention[..., torch.randperm(20)]), wanted)


def test_a_head_that_looks_nowhere():
    attention = torch.rand(1, 3, 8)
    attention[0, 1] = 0
    attention.requires_grad_()
    loss = attention_diversity_loss(attention)
    loss.backward()
    assert loss.isfinite()
    assert attention.grad.isfinite().all()


def test_it_teaches_the_layer():
    layer = DiverseMultiheadAttention(12, heads=3)
    _, attention = layer(torch.randn(2, 5, 12))
    attention_diversity_loss(attention, "purpose").backward()
    assert layer.query.weight.grad.abs().sum() > 0


def test_layer_properties():
    layer = AttentionDiversityLoss()
    assert repr(layer) == "AttentionDiversityLoss(form='equation')"
    attention = torch.rand(2, 3, 7).softmax(-1)
    check_compile_and_export(layer, attention)
    check_gradients(layer, attention)
    check_half(layer, attention)
    check_nan_shows(layer, attention)


def test_onnx():
    check_onnx(AttentionDiversityLoss("purpose"), torch.rand(2, 3, 5, 5))


def test_wrong_arguments():
    assert "'form'" in refused(AttentionDiversityLoss, "printed")
    assert "(got [3, 7])" in refused(attention_diversity_loss, torch.rand(3, 7))
    assert "(got [2, 0, 7])" in refused(attention_diversity_loss, torch.rand(2, 0, 7))
