from __future__ import annotations

import numpy as np
import pytest
import torch

from graphforensics.nn import SimilarityLoss, patch_similarity, similarity_loss, similarity_target
from tests.nn.properties import (
    check_compile_and_export,
    check_gradients,
    check_half,
    check_nan_shows,
    check_onnx,
    refused,
)


def pair() -> tuple[torch.Tensor, torch.Tensor]:
    return torch.rand(3, 9, 9), torch.rand(3, 9, 9)


def test_against_oracle():
    predicted, target = pair()
    norms = [
        np.sqrt(sum((target[face] - predicted[face]).numpy().ravel() ** 2)) for face in range(3)
    ]
    assert similarity_loss(predicted, target).item() == pytest.approx(np.mean(norms), rel=1e-5)
    apart = [similarity_loss(predicted[i : i + 1], target[i : i + 1]).item() for i in range(3)]
    assert apart == pytest.approx(norms, rel=1e-5)


def test_permuting_the_patches_changes_nothing():
    (predicted, target), order = pair(), torch.randperm(9)
    moved = [tensor[:, order][:, :, order] for tensor in (predicted, target)]
    torch.testing.assert_close(similarity_loss(*moved), similarity_loss(predicted, target))


def test_faces_without_a_mask_do_not_count():
    predicted, target = pair()
    target[1] = torch.nan
    predicted.requires_grad_()
    present = torch.tensor([True, False, True])
    loss = similarity_loss(predicted, target, present)
    torch.testing.assert_close(loss, similarity_loss(predicted[[0, 2]], target[[0, 2]]))
    loss.backward()
    assert predicted.grad.isfinite().all()
    assert (predicted.grad[1] == 0).all()
    nothing = similarity_loss(predicted, target, torch.zeros(3, dtype=torch.bool))
    assert nothing.item() == 0


def test_perfect_prediction_has_no_loss_and_a_finite_gradient():
    target = similarity_target(torch.rand(2, 10, 10) > 0.5)
    predicted = target.clone().requires_grad_()
    loss = similarity_loss(predicted, target)
    loss.backward()
    assert loss.item() == 0
    assert (predicted.grad == 0).all()


def test_learning_lowers_it():
    mask = torch.zeros(1, 10, 10)
    mask[:, :4, :4] = 1
    target, features = similarity_target(mask), torch.randn(1, 4, 10, 10, requires_grad=True)
    before = similarity_loss(patch_similarity(features), target)
    before.backward()
    after = similarity_loss(patch_similarity(features - 0.5 * features.grad), target)
    assert after < before


def test_layer_properties():
    layer = SimilarityLoss()
    assert repr(layer) == "SimilarityLoss()"
    inputs = pair()
    check_compile_and_export(layer, *inputs, torch.tensor([True, False, True]))
    check_gradients(layer, *inputs)
    check_half(layer, *inputs)
    check_nan_shows(layer, *inputs)


def test_onnx():
    check_onnx(SimilarityLoss(), *pair())


def test_wrong_arguments():
    predicted, target = pair()
    assert "(got [9, 9])" in refused(similarity_loss, predicted[0], target[0])
    assert "[3, 9, 9] (got [3, 9, 8])" in refused(similarity_loss, predicted, target[..., :8])
    assert "'present'" in refused(similarity_loss, predicted, target, torch.ones(2).bool())
    assert "torch.float32" in refused(similarity_loss, predicted, target, torch.ones(3))
