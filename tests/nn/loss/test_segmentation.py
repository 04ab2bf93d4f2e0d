from __future__ import annotations

import numpy as np
import pytest
import torch

from graphforensics.nn import SegmentationLoss, segmentation_loss
from tests.nn.properties import (
    check_compile_and_export,
    check_gradients,
    check_half,
    check_nan_shows,
    check_onnx,
    refused,
)


def pair() -> tuple[torch.Tensor, torch.Tensor]:
    return torch.randn(3, 4, 5), (torch.rand(3, 4, 5) > 0.5).float()


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_against_oracle(reduction):
    logit, mask = pair()
    found = 1 / (1 + np.exp(-logit.double().numpy()))
    truth = mask.numpy()
    pixels = -(truth * np.log(found) + (1 - truth) * np.log(1 - found))  # eq. 12
    wanted = pixels.mean() if reduction == "mean" else pixels.sum((1, 2)).mean()
    met = segmentation_loss(logit, mask, reduction=reduction)
    assert met.item() == pytest.approx(wanted, rel=1e-5)
    channel = segmentation_loss(logit.unsqueeze(1), mask.unsqueeze(1) > 0, reduction=reduction)
    torch.testing.assert_close(channel, met)


def test_moving_the_pixels_changes_nothing():
    (logit, mask), order = pair(), torch.randperm(5)
    moved = segmentation_loss(logit[..., order], mask[..., order])
    torch.testing.assert_close(moved, segmentation_loss(logit, mask))


def test_faces_without_a_mask_do_not_count():
    logit, mask = pair()
    mask[2] = torch.nan
    logit.requires_grad_()
    loss = segmentation_loss(logit, mask, torch.tensor([True, True, False]))
    torch.testing.assert_close(loss, segmentation_loss(logit[:2], mask[:2]))
    loss.backward()
    assert logit.grad.isfinite().all()
    assert (logit.grad[2] == 0).all()
    assert segmentation_loss(logit, mask, torch.zeros(3, dtype=torch.bool)).item() == 0


def test_sure_predictions_stay_finite():
    logit = torch.tensor([[[1000.0, -1000.0]]], requires_grad=True)
    assert segmentation_loss(logit, torch.tensor([[[1.0, 0.0]]])).item() == 0
    wrong = segmentation_loss(logit, torch.tensor([[[0.0, 1.0]]]))
    wrong.backward()
    assert wrong.item() == 1000
    assert logit.grad.isfinite().all()


def test_layer_properties():
    layer = SegmentationLoss("sum")
    assert repr(layer) == "SegmentationLoss(reduction='sum')"
    inputs = pair()
    check_compile_and_export(layer, *inputs, torch.tensor([True, False, True]))
    check_gradients(layer, *inputs)
    check_half(layer, *inputs)
    check_nan_shows(layer, *inputs)


def test_onnx():
    check_onnx(SegmentationLoss(), *pair())


def test_wrong_arguments():
    logit, mask = pair()
    assert "reduction" in refused(SegmentationLoss, "max")
    assert "(got [4, 5])" in refused(segmentation_loss, logit[0], mask[0])
    assert "[3, 4, 5] (got [3, 1, 4, 5])" in refused(segmentation_loss, logit, mask.unsqueeze(1))
    assert "'present'" in refused(segmentation_loss, logit, mask, torch.ones(2).bool())
