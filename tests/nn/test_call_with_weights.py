"""Other weights for one call, and nothing left behind."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor, nn

from graphforensics.nn.call_with_weights import call_with_weights


class Shared(nn.Module):
    """A layer under two names, a weight in two layers, a buffer in two places."""

    level: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(2, 2)
        self.again = self.first
        self.other = nn.Linear(2, 2)
        self.other.weight = self.first.weight
        self.register_buffer("level", torch.ones(2))

    def forward(self, x: Tensor) -> Tensor:
        return self.other(self.again(self.first(x))) + self.level


@pytest.mark.parametrize("name", ["first.weight", "again.weight", "other.weight"])
def test_tied_weights_are_put_everywhere_and_taken_back(name: str) -> None:
    network, x = Shared(), torch.rand(3, 2)
    before = {key: id(value) for key, value in network.state_dict(keep_vars=True).items()}
    values = copy.deepcopy(network.state_dict())
    weight, level = torch.rand(2, 2), torch.rand(2)
    found = call_with_weights(network, {name: weight, "level": level}, x)
    once = x @ weight.T + values["first.bias"]
    twice = once @ weight.T + values["first.bias"]
    wanted = twice @ weight.T + values["other.bias"] + level
    torch.testing.assert_close(found, wanted)
    assert before == {key: id(value) for key, value in network.state_dict(keep_vars=True).items()}
    assert all(torch.equal(network.state_dict()[key], value) for key, value in values.items())


def test_gradients_go_to_the_weights_given() -> None:
    network = Shared()
    weight = torch.rand(2, 2, requires_grad=True)
    call_with_weights(network, {"first.weight": weight}, torch.rand(1, 2)).sum().backward()
    assert weight.grad is not None
    assert network.first.weight.grad is None
