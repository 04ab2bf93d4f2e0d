from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from graphforensics.nn import TokenLoss, token_labels, token_loss
from tests.nn.properties import (
    check_compile_and_export,
    check_gradients,
    check_half,
    check_nan_shows,
    check_onnx,
    refused,
)


def test_against_oracle():
    logit = torch.randn(2, 5, 2, dtype=torch.float64)
    labels = torch.tensor([[1, 0, 0, 1, 1], [0, 0, 0, 0, 1]])
    total = 0.0
    for face in range(2):  # eq. 19
        for token in range(5):
            raised = np.exp(logit[face, token].numpy())
            total -= np.log(raised[labels[face, token]] / raised.sum())
    assert token_loss(logit, labels).item() == pytest.approx(total / 10)
    apart = [token_loss(logit[i : i + 1], labels[i : i + 1]) for i in range(2)]
    torch.testing.assert_close(torch.stack(apart).mean(), token_loss(logit, labels))


def test_parity_with_torchs_softmax_cross_entropy():
    logit, labels = torch.randn(3, 196, 2), torch.randint(0, 2, (3, 196))
    wanted = functional.cross_entropy(logit.transpose(1, 2), labels)
    torch.testing.assert_close(token_loss(logit, labels), wanted)
    single = token_loss(logit[..., 1] - logit[..., 0], labels)
    torch.testing.assert_close(single, wanted)


def test_permuting_the_tokens_changes_nothing():
    logit, labels, order = torch.randn(2, 9), torch.rand(2, 9) > 0.5, torch.randperm(9)
    torch.testing.assert_close(
        token_loss(logit[:, order], labels[:, order]), token_loss(logit, labels)
    )


def test_with_labels_of_a_mask():
    mask = torch.zeros(1, 32, 32)
    mask[:, :16] = 1
    logit = torch.full((1, 16), -40.0)
    logit[:, :8] = 40
    assert token_loss(logit, token_labels(mask, (4, 4))).item() == pytest.approx(0, abs=1e-12)


def test_layer_properties():
    layer = TokenLoss()
    assert repr(layer) == "TokenLoss()"
    inputs = torch.randn(2, 6, 2), torch.rand(2, 6)
    check_compile_and_export(layer, *inputs)
    check_gradients(layer, *inputs)
    check_half(layer, *inputs, scale=1)
    check_nan_shows(layer, *inputs)


def test_onnx():
    check_onnx(TokenLoss(), torch.randn(2, 6), torch.rand(2, 6))


def test_wrong_arguments():
    logit, labels = torch.randn(2, 6, 2), torch.zeros(2, 6)
    assert "[B, n] or [B, n, 2] (got [2, 6, 3])" in refused(
        token_loss, torch.randn(2, 6, 3), labels
    )
    assert "[2, 6] (got [2, 5])" in refused(token_loss, logit, labels[:, :5])
    assert "torch.int64" in refused(token_loss, labels.long(), labels)
