from __future__ import annotations

import numpy as np
import pytest
import torch

from graphforensics import nn as layers
from graphforensics.nn.precision import unit_length, widened


@pytest.mark.parametrize(
    ("given", "wide"),
    [
        (torch.float16, torch.float32),
        (torch.bfloat16, torch.float32),
        (torch.float32, torch.float32),
        (torch.float64, torch.float64),
    ],
)
def test_widened(given, wide):
    assert widened(torch.ones(2, dtype=given)).dtype == wide


@pytest.mark.parametrize("scale", [1e-150, 1.0, 1e150])
def test_unit_length_against_numpy(scale):
    vectors = torch.randn(5, 7, dtype=torch.float64)
    wanted = vectors.numpy() / np.linalg.norm(vectors.numpy(), axis=1, keepdims=True)
    np.testing.assert_allclose(unit_length(vectors * scale).numpy(), wanted, rtol=1e-12)


def test_zeros_stay_zeros_and_nan_stays_nan():
    vectors = torch.tensor([[0.0, 0.0], [1.0, torch.nan], [3.0, 4.0]], requires_grad=True)
    unit = unit_length(vectors)
    assert unit[0].tolist() == [0, 0]
    assert unit[1].isnan().all()
    unit[[0, 2]].sum().backward()
    assert vectors.grad[[0, 2]].isfinite().all()


def test_what_needs_float32_has_it_under_autocast():
    image, features, attention = (
        torch.rand(2, 3, 9, 8),
        torch.randn(2, 6, 9, 8),
        torch.rand(2, 5, 7),
    )
    calls = {
        "attention_diversity_loss": lambda: layers.loss.attention_diversity_loss(attention),
        "attention_pool": lambda: layers.attention_pool(features, torch.ones(2, 3, 9, 8)),
        "high_pass_dct": lambda: layers.high_pass_dct(image),
        "patch_similarity": lambda: layers.patch_similarity(features, 3),
    }
    for name, call in calls.items():
        with torch.autocast("cpu", torch.bfloat16):
            under = call()
        assert under.dtype == torch.float32, name
        assert torch.equal(under, call()), name
