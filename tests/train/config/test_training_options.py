"""Settings: the paper's by default, checked, and JSON-able."""

from __future__ import annotations

import json
from typing import Any

import pytest

from graphforensics.train import TrainingOptions


def test_defaults_are_the_paper_s() -> None:
    options = TrainingOptions()
    assert (options.epochs, options.learning_rate) == (30, 1e-4)
    assert (options.decay_every, options.decay) == (5, 0.5)
    assert TrainingOptions(**json.loads(json.dumps(options.to_dict()))) == options


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"epochs": 0}, "epochs"),
        ({"learning_rate": -1}, "learning_rate"),
        ({"learning_rate": float("nan")}, "learning_rate"),
        ({"decay_every": 0}, "decay_every"),
        ({"decay": 2}, "decay"),
        ({"precision": "8"}, "precision"),
        ({"accumulate": 0}, "accumulate"),
        ({"clip_gradients": 0}, "clip_gradients"),
        ({"seed": -1}, "seed"),
        ({"max_time": 0}, "max_time"),
    ],
)
def test_wrong_values_are_named(wrong: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=f"'{name}' must be"):
        TrainingOptions(**wrong)
