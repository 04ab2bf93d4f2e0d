"""The meta-gradient, on problems small enough to differentiate by hand."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call

from graphforensics.train.tasks.deepfake_mae_meta_step import adapted


def line(slope: float) -> nn.Linear:
    """y = slope * x, in double precision."""
    layer = nn.Linear(1, 1, bias=False, dtype=torch.float64)
    nn.init.constant_(layer.weight, slope)
    return layer


def number(value: float) -> Tensor:
    return torch.tensor([[value]], dtype=torch.float64)


@pytest.mark.parametrize("steps", [1, 2, 3])
@pytest.mark.parametrize("second_order", [False, True])
def test_meta_gradient_by_hand(steps, second_order):
    r"""With :math:`L(\theta; s) = (\theta s - t)^2` a step multiplies the distance from t / s by
    :math:`1 - 2 \alpha s^2`, and so does its derivative."""
    theta, s, t, q, u, rate = 0.7, 1.5, 2.0, -0.8, 0.3, 0.1
    network = line(theta)
    weights, step = adapted(
        network,
        number(s),
        lambda said: (said - t).square().sum(),
        number(s),
        lambda said: -(said - t).abs().sum(),  # nearer with every step
        steps,
        rate,
        second_order,
    )
    factor = 1 - 2 * rate * s**2
    after = t / s + factor**steps * (theta - t / s)
    assert step == steps
    assert weights["weight"].item() == pytest.approx(after)
    (functional_call(network, weights, (number(q),)) - u).square().sum().backward()
    wanted = 2 * q * (q * after - u) * (factor**steps if second_order else 1)
    assert network.weight.grad.item() == pytest.approx(wanted)


def test_second_order_gradient_by_finite_differences():
    torch.manual_seed(0)
    support, query = torch.randn(4, 3).double(), torch.randn(4, 3).double()
    network = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1)).double()
    flat = nn.utils.parameters_to_vector(network.parameters()).detach()

    def loss_at(vector: Tensor) -> Tensor:
        nn.utils.vector_to_parameters(vector, network.parameters())
        weights, _ = adapted(
            network, support, lambda y: y.square().mean(), support, lambda y: 0.0, 1, 0.3, True
        )
        return functional_call(network, weights, (query,)).pow(3).mean()

    loss_at(flat).backward()
    met = nn.utils.parameters_to_vector([w.grad for w in network.parameters()])
    for place in range(0, len(flat), 3):
        step = torch.zeros_like(flat)
        step[place] = 1e-6
        slope = (loss_at(flat + step) - loss_at(flat - step)) / 2e-6
        assert met[place].item() == pytest.approx(slope.item(), rel=1e-4, abs=1e-8)


def test_the_best_step_of_the_reference_is_taken():
    """The steps overshoot what the reference wants: 0.0, then past it."""
    visited = []

    def near_one(said: Tensor) -> float:
        visited.append(said.item())
        return -abs(said.item() - 1.0)

    weights, step = adapted(
        line(0.0),
        number(1.0),
        lambda said: (said - 3).square().sum(),
        number(1.0),
        near_one,
        6,
        0.1,
    )
    assert visited == pytest.approx([0.6, 1.08, 1.464, 1.7712, 2.01696, 2.213568])
    assert step == 2
    assert weights["weight"].item() == pytest.approx(1.08)


def test_equal_steps_give_the_earliest_and_nan_the_first():
    loss = lambda said: said.square().sum()  # noqa: E731
    for score in (0.5, float("nan"), -float("inf")):
        _, step = adapted(
            line(1.0), number(1.0), loss, number(1.0), lambda said, s=score: s, 4, 0.1
        )
        assert step == 1


def test_of_the_network_only_the_statistics_change():
    network = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 1))
    network[0].weight.requires_grad_(False)
    before = copy.deepcopy(network.state_dict())
    x, other = torch.randn(5, 2), torch.randn(4, 2)
    with torch.no_grad():
        seen = network[0](x)  # The support set, once, at the weights that evaluation uses.
    weights, _ = adapted(network, x, lambda y: y.square().mean(), other, lambda y: 0.0, 3, 0.1)
    assert "0.weight" not in weights
    after = network.state_dict()
    torch.testing.assert_close(after["1.running_mean"], 0.1 * seen.mean(0))
    torch.testing.assert_close(after["1.running_var"], 0.9 + 0.1 * seen.var(0))
    assert after["1.num_batches_tracked"] == 1
    functional_call(network, weights, (other,))  # What comes back leaves them alone too.
    after = network.state_dict()
    torch.testing.assert_close(after["1.running_mean"], 0.1 * seen.mean(0))
    names = [name for name in before if not name.startswith("1.r") and "num" not in name]
    assert len(names) == 6
    assert all(torch.equal(after[name], before[name]) for name in names)
    assert all(weight.grad is None for weight in network.parameters())
