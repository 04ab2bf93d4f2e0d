"""Networks whose size is looked at before they take memory."""

from __future__ import annotations

import threading

import pytest
import torch
from torch import nn

from graphforensics.models import MRL
from graphforensics.models.meta_build import build_on_meta

FEW = {"weight": torch.ones(3)}


def test_names_and_shapes_are_those_of_the_network() -> None:
    keywords = {"encoder": "resnet10t", "regions": 4, "size": 32}
    built = MRL(**keywords).state_dict()
    sketch = build_on_meta(lambda: MRL(**keywords), built)
    assert {name: value.shape for name, value in sketch.state_dict().items()} == {
        name: value.shape for name, value in built.items()
    }
    assert all(value.is_meta for value in sketch.state_dict().values())


@pytest.mark.parametrize(
    "build",
    [
        lambda: nn.Linear(10**5, 10**5),
        lambda: nn.Sequential(*(nn.Linear(1, 1) for _ in range(10**7))),
        lambda: nn.BatchNorm1d(10**10),
    ],
)
def test_too_large(build: object) -> None:
    with pytest.raises(ValueError, match="far larger than its weights"):
        build_on_meta(build, FEW)  # type: ignore[arg-type]
    # The bound ends with the build.
    assert not nn.Linear(2, 2).weight.is_meta
    assert len([nn.Linear(1, 1) for _ in range(4_000)]) == 4_000


def test_another_thread_is_not_counted() -> None:
    def build() -> nn.Module:
        other = threading.Thread(target=lambda: [nn.Linear(1, 1) for _ in range(4_000)])
        other.start()
        other.join()
        return nn.Linear(1, 1)

    assert build_on_meta(build, FEW).weight.is_meta
