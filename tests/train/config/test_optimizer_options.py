"""The optimisers against their equations in float64."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from graphforensics.train.config.optimizer_options import OptimizerOptions

GRADIENTS = np.array([[0.3, -2.0], [0.1, 0.5], [-0.4, 1.0]])


def _stepped(name: Any, **keywords: Any) -> np.ndarray:
    weight = torch.nn.Parameter(torch.tensor([1.0, -1.0], dtype=torch.float64))
    options = OptimizerOptions(learning_rate=0.1, optimizer=name, **keywords)
    optimizer = options.build([weight])
    for gradient in GRADIENTS:
        weight.grad = torch.tensor(gradient)
        optimizer.step()
    found: np.ndarray = weight.detach().numpy()
    return found


def test_sgd_with_momentum_and_decay() -> None:
    weight, speed = np.array([1.0, -1.0]), np.zeros(2)
    for gradient in GRADIENTS:
        speed = 0.9 * speed + gradient + 0.01 * weight
        weight = weight - 0.1 * speed
    np.testing.assert_allclose(_stepped("sgd", momentum=0.9, weight_decay=0.01), weight)


@pytest.mark.parametrize("name", ["adam", "adamw"])
def test_adam_and_adamw(name: str) -> None:
    weight, mean, square = np.array([1.0, -1.0]), np.zeros(2), np.zeros(2)
    for step, gradient in enumerate(GRADIENTS, 1):
        if name == "adam":
            gradient = gradient + 0.01 * weight
        else:
            weight = weight * (1 - 0.1 * 0.01)
        mean = 0.8 * mean + 0.2 * gradient
        square = 0.95 * square + 0.05 * gradient**2
        unbiased = np.sqrt(square / (1 - 0.95**step)) + 1e-8
        weight = weight - 0.1 * mean / (1 - 0.8**step) / unbiased
    np.testing.assert_allclose(_stepped(name, betas=(0.8, 0.95), weight_decay=0.01), weight)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"optimizer": "lion"}, "'optimizer' must be one of adam, adamw, sgd"),
        ({"optimizer": "adamm"}, "did you mean 'adam'"),
        ({"optimizer": "sgd", "momentum": 1.0}, "'momentum' must be in"),
        ({"momentum": 0.9}, "'momentum' must be 0 with adam"),
        ({"betas": (0.9, 1.0)}, "'betas' must be two numbers"),
        ({"betas": (0.9,)}, "'betas' must be 2 values"),
        ({"learning_rate": "1e-4"}, "'learning_rate' must be a number"),
        ({"decay_every": 1.5}, "'decay_every' must be a whole number"),
        ({"weight_decay": -1.0}, "'weight_decay' must be at least 0"),
        ({"warmup_epochs": -1}, "'warmup_epochs' must be at least 0"),
        ({"schedule": "line"}, "'schedule' must be one of step, cosine"),
    ],
)
def test_senseless_settings_are_refused(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        OptimizerOptions(**wrong)


def test_a_step_size_falls_along_a_cosine_after_it_rose() -> None:
    options = OptimizerOptions(schedule="cosine", warmup_epochs=3)
    met = [options.step_factor(epoch, 10) for epoch in range(11)]
    fall = (1 + np.cos(np.pi * np.arange(8) / 7)) / 2
    np.testing.assert_allclose(met, [0.25, 0.5, 0.75, *fall], atol=1e-12)
    plain = OptimizerOptions(schedule="cosine")
    assert [plain.step_factor(epoch, 1) for epoch in (0, 1)] == [1.0, 0.0]


def test_a_step_size_falls_in_steps_after_it_rose() -> None:
    options = OptimizerOptions(warmup_epochs=1, decay_every=2, decay=0.1)
    assert [options.step_factor(epoch, None) for epoch in range(6)] == pytest.approx(
        [0.5, 1.0, 1.0, 0.1, 0.1, 0.01]
    )


def test_a_schedule_that_training_has_no_room_for_is_refused() -> None:
    with pytest.raises(ValueError, match="'warmup_epochs' must be fewer than the 3 epochs"):
        OptimizerOptions(warmup_epochs=3).step_factor(0, 3)
    with pytest.raises(ValueError, match="'schedule' must be step"):
        OptimizerOptions(schedule="cosine").step_factor(0, None)
