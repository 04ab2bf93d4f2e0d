"""The gates alone: without neighbours they are those of torch's GRU."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from graphforensics.nn.tgcn_gates import TGCNGates
from tests.nn.properties import assert_close, check_reset, refused


def alone(x: torch.Tensor, _: int | None) -> torch.Tensor:
    """Every node hears itself only."""
    return x


@pytest.fixture
def gates() -> TGCNGates:
    gates = TGCNGates(5, 3)
    nn.init.normal_(gates.bias)
    return gates


@pytest.fixture
def gru(gates) -> nn.GRUCell:
    gru = nn.GRUCell(5, 3)
    with torch.no_grad():
        gru.weight_ih.copy_(gates.weight_input.T)
        gru.weight_hh.copy_(gates.weight_hidden.T)
        gru.bias_ih.copy_(gates.bias)
        gru.bias_hh.zero_()
    return gru


def test_a_step_is_torchs(gates, gru):
    x, h = torch.randn(4, 5), torch.randn(4, 3)
    assert_close(gates.step(x @ gates.weight_input, alone, h, None), gru(x, h))


def test_unrolled_it_is_torchs_loop(gates, gru):
    x, h = torch.randn(4, 6, 5), torch.randn(4, 3)
    states, state = [], h
    for t in range(6):
        state = gru(x[:, t], state)
        states.append(state)
    assert_close(gates.unroll(x, alone, h), torch.stack(states, 1))


def test_the_hidden_state_is_propagated_at_its_own_step(gates):
    asked = []

    def remember(x: torch.Tensor, t: int | None) -> torch.Tensor:
        asked.append((t, x.dim()))
        return x

    gates.unroll(torch.randn(4, 3, 5), remember, torch.zeros(4, 3))
    assert asked == [(None, 3), (0, 2), (1, 2), (2, 2)]


def test_the_first_state(gates):
    x = torch.rand(2, 4, 5, dtype=torch.float64)
    first = gates.initial(x, None)
    assert first.shape == (2, 4, 3)
    assert first.dtype == torch.float64
    assert first.eq(0).all()
    assert "[2, 4, 3] (got [2, 3])" in refused(gates.initial, x, torch.rand(2, 3))
    assert "5 channels in its last axis (got [2, 5, 4])" in refused(gates.initial, x.mT, None)


def test_parameters(gates):
    check_reset(gates)
    assert repr(TGCNGates(2, 3, normalize=True)) == "TGCNGates(2, 3, normalize=True)"
    assert "'in_channels' must be positive (got 0)" in refused(TGCNGates, 0, 3)
