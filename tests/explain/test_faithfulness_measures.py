"""Curves, localisation, agreement and the sanity check, against literals worked by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch
from scipy import stats
from torch import Tensor, nn

from graphforensics.data.input_spec import InputSpec
from graphforensics.explain import (
    deletion_curve,
    heat_iou,
    insertion_curve,
    pointing_game,
    rank_agreement,
    sanity_check,
)
from graphforensics.explain.perturbation_curves import area_under
from graphforensics.explain.sanity_check import with_random_weights
from graphforensics.models import Detector, DetectorOutput
from tests.explain.test_pyg_explainers import SMALL


class Sum(Detector):
    """y = sum of the first colour of all pixels."""

    name = "sum"

    def __init__(self, kind: str = "image") -> None:
        super().__init__()
        clip = kind == "clip"
        self.input_spec = InputSpec(kind, 2, 2 if clip else 1, 2 if clip else 1)

    @property
    def feature_layer(self) -> nn.Module:
        return self

    def forward(self, inputs: Tensor) -> DetectorOutput:
        colours = inputs[:, :, 0] if self.input_spec.kind == "clip" else inputs[:, 0]
        return DetectorOutput(colours.flatten(1).sum(1))

    def loss(self, output: DetectorOutput, batch: Mapping[str, Any]) -> dict[str, Tensor]:
        return {"loss": output.logit.mean()}


def test_curves_by_hand() -> None:
    inputs = torch.zeros(1, 3, 2, 2)
    inputs[0, 0] = torch.tensor([[3.0, 1.0], [0.0, -2.0]])
    heat = torch.tensor([[4.0, 3.0], [2.0, 1.0]])
    # Gone, the hottest first: 2, -1, -2, -2, 0; come: 0, 3, 4, 4, 2.
    wanted = torch.sigmoid(torch.tensor([2.0, -1.0, -2.0, -2.0, 0.0]))
    assert torch.allclose(deletion_curve(Sum(), inputs, heat, 4), wanted)
    wanted = torch.sigmoid(torch.tensor([0.0, 3.0, 4.0, 4.0, 2.0]))
    assert torch.allclose(insertion_curve(Sum(), inputs, heat, 4), wanted)


def test_curves_of_a_clip_take_away_pixels_of_one_frame() -> None:
    inputs = torch.randn(1, 2, 3, 2, 2, 2)
    heat = torch.rand(2, 2, 2, 2)
    colours = inputs[0, :, 0].double().numpy().ravel()[np.argsort(-heat.numpy().ravel())]
    wanted = [1 / (1 + np.exp(-colours[k:].sum())) for k in (0, 4, 8, 12, 16)]
    found = deletion_curve(Sum("clip"), inputs, heat, 4)
    assert np.allclose(found.numpy(), wanted, atol=1e-6)


def test_area_against_scipy() -> None:
    curve = torch.tensor([0.9, 0.2, 0.4, 0.1])
    from scipy.integrate import trapezoid

    assert area_under(curve) == pytest.approx(trapezoid(curve.double(), dx=1 / 3))


def test_pointing_game_by_hand() -> None:
    mask = torch.tensor([[1.0, 0.0], [0.0, 0.0]])
    assert pointing_game(torch.tensor([[2.0, 1.0], [0.0, 0.0]]), mask) == 1
    assert pointing_game(torch.tensor([[1.0, 2.0], [0.0, 0.0]]), mask) == 0
    # One value everywhere knows nothing.
    assert pointing_game(torch.ones(2, 2), mask) == 0.25
    assert math.isnan(pointing_game(torch.ones(2, 2), torch.zeros(2, 2)))


def test_iou_against_sets() -> None:
    rng = np.random.default_rng(0)
    heat, mask = rng.random((6, 7)), rng.random((6, 7)) > 0.7
    hot = set(np.argsort(-heat.ravel())[: mask.sum()])
    forged = set(np.flatnonzero(mask.ravel()))
    wanted = len(hot & forged) / len(hot | forged)
    assert heat_iou(torch.from_numpy(heat), torch.from_numpy(mask)) == pytest.approx(wanted)
    assert math.isnan(heat_iou(torch.ones(2), torch.zeros(2)))


def test_agreement_by_ranks() -> None:
    one, other = torch.tensor([0.1, 5.0, 2.0, 2.0]), torch.tensor([3.0, 9.0, 8.0, 1.0])
    ranks = np.corrcoef(stats.rankdata(one), stats.rankdata(other))[0, 1]
    assert rank_agreement(one, other) == pytest.approx(ranks)
    assert rank_agreement(one, -one) == pytest.approx(-1)
    assert math.isnan(rank_agreement(one, torch.ones(4)))


def test_a_map_that_knows_nothing_of_the_weights_fails_the_sanity_check() -> None:
    detector = SMALL["lrl"]().eval()
    inputs = torch.randn(1, *detector.input_spec.shape)
    assert sanity_check(detector, inputs, "centre") == pytest.approx(1)
    assert abs(sanity_check(detector, inputs, "removal")) < 0.999
    assert math.isnan(sanity_check(detector, inputs, "attention_rollout"))


def test_random_weights_are_the_same_numbers_elsewhere() -> None:
    detector = SMALL["baseline"]()
    shuffled = with_random_weights(detector, 1)
    pairs = list(zip(detector.parameters(), shuffled.parameters(), strict=True))
    for one, other in pairs:
        assert torch.equal(one.flatten().sort().values, other.flatten().sort().values)
    assert any(not torch.equal(one, other) for one, other in pairs)


def test_errors() -> None:
    inputs = torch.zeros(1, 3, 2, 2)
    with pytest.raises(ValueError, match=r"'heat' must be \[2, 2\] of one sample"):
        deletion_curve(Sum(), inputs, torch.zeros(3, 2))
    with pytest.raises(ValueError, match=r"'steps' must be positive \(got 0\)"):
        insertion_curve(Sum(), inputs, torch.zeros(2, 2), 0)
    with pytest.raises(ValueError, match=r"'mask' must be \[2\] \(got \[3\]\)"):
        heat_iou(torch.zeros(2), torch.zeros(3))
    with pytest.raises(ValueError, match=r"'other' must be \[2\] \(got \[3\]\)"):
        rank_agreement(torch.zeros(2), torch.zeros(3))
