from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from graphforensics.nn import FeatureMixup, feature_mixup
from tests.nn.properties import (
    check_compile_and_export,
    check_gradients,
    check_half,
    check_nan_shows,
    check_onnx,
    refused,
)


class Mix(nn.Module):
    """The function as a module, for the checks that want one."""

    def forward(self, *inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return feature_mixup(*inputs)


def sample() -> tuple[torch.Tensor, ...]:
    labels = torch.tensor([0.0, 1, 1, 0])
    return torch.randn(4, 3), labels, torch.tensor([2, 0, 1, 3]), torch.rand(4)


@pytest.mark.parametrize("shape", [(4,), (4, 3), (4, 3, 2, 2)])
def test_against_oracle(shape):
    _, labels, partner, share = sample()
    features = torch.randn(shape)
    mixed, soft = feature_mixup(features, labels, partner, share)
    for i, j in enumerate(partner.tolist()):  # eqs. 5 and 6
        keep = share[i].item()
        wanted = keep * features[i].numpy() + (1 - keep) * features[j].numpy()
        np.testing.assert_allclose(mixed[i].numpy(), wanted, atol=1e-6)
        assert soft[i].item() == pytest.approx(keep * labels[i].item() + (1 - keep) * labels[j])


def test_class_probabilities_stay_probabilities():
    features, labels, partner, share = sample()
    classes = functional.one_hot(labels.long(), 2).float()
    _, soft = feature_mixup(features, classes, partner, share)
    torch.testing.assert_close(soft.sum(1), torch.ones(4))
    _, scalar = feature_mixup(features, labels, partner, share)
    torch.testing.assert_close(soft[:, 1], scalar)


def test_permuting_the_channels():
    (features, *rest), order = sample(), torch.randperm(3)
    wanted = feature_mixup(features, *rest)[0][:, order]
    assert torch.equal(feature_mixup(features[:, order], *rest)[0], wanted)


def test_layer_mixes_features_and_labels_alike():
    layer = FeatureMixup()
    labels = torch.tensor([0, 1, 0, 1, 1])
    mixed, soft = layer(labels.float().view(5, 1), labels)
    torch.testing.assert_close(mixed[:, 0], soft)
    first = layer(mixed, labels, torch.Generator().manual_seed(4))
    again = layer(mixed, labels, torch.Generator().manual_seed(4))
    assert torch.equal(first[0], again[0])
    assert torch.equal(first[1], again[1])


def test_shares_are_uniform_and_partners_all():
    features = torch.eye(500)
    mixed, _ = FeatureMixup()(features, torch.zeros(500))
    share = mixed.diagonal()
    assert share[share < 1].mean().item() == pytest.approx(0.5, abs=0.06)
    torch.testing.assert_close(mixed.sum(1), torch.ones(500))
    partners = (mixed - torch.diag(share)).argmax(1)[share < 1]
    assert partners.unique().numel() == partners.numel()


def test_evaluation_changes_nothing():
    features, labels = torch.randn(3, 2), torch.tensor([True, False, True])
    same, soft = FeatureMixup().eval()(features, labels)
    assert torch.equal(same, features)
    assert soft.tolist() == [1, 0, 1]


def test_one_sample_is_its_own_partner():
    features = torch.randn(1, 2)
    mixed, soft = FeatureMixup()(features, torch.ones(1))
    torch.testing.assert_close(mixed, features)
    torch.testing.assert_close(soft, torch.ones(1))


def test_layer_properties():
    assert repr(FeatureMixup()) == "FeatureMixup()"
    inputs = sample()
    check_compile_and_export(FeatureMixup(), *inputs[:2])
    check_gradients(Mix(), *inputs)
    check_half(Mix(), *inputs)
    check_nan_shows(feature_mixup, *inputs)


def test_onnx():
    check_onnx(Mix(), *sample())


def test_wrong_arguments():
    features, labels, partner, share = sample()
    assert "[4] or [4, classes] (got [3])" in refused(FeatureMixup(), features, labels[:3])
    assert "'partner'" in refused(feature_mixup, features, labels, partner[:2], share)
    assert "'share'" in refused(feature_mixup, features, labels, partner, share[:2])
    assert "torch.int64" in refused(FeatureMixup(), features.long(), labels)
    assert "(got [0, 3])" in refused(FeatureMixup(), features[:0], labels[:0])
