"""What only the dense form has; ``test_tgcn_cell`` holds both against the equations."""

from __future__ import annotations

import torch
from torch import nn

from graphforensics.nn import DenseTGCNCell
from tests.nn.properties import assert_close, check_half, check_nan_shows, refused


def test_where_every_node_hears_itself_only_it_is_torchs_gru():
    cell, gru = DenseTGCNCell(5, 3), nn.GRU(5, 3, batch_first=True)
    with torch.no_grad():
        gru.weight_ih_l0.copy_(cell.weight_input.T)
        gru.weight_hh_l0.copy_(cell.weight_hidden.T)
        gru.bias_ih_l0.zero_()
        gru.bias_hh_l0.zero_()
    x = torch.randn(2, 6, 4, 5)
    each_node = x.transpose(1, 2).flatten(0, 1)
    wanted = gru(each_node)[0].view(2, 4, 6, 3).transpose(1, 2)
    assert_close(cell.forward_sequence(x, torch.eye(4)), wanted)


def test_one_matrix_for_all_graphs_is_that_matrix_for_each():
    cell, adj = DenseTGCNCell(5, 3, normalize=True), torch.rand(4, 4)
    x, h = torch.randn(2, 4, 5), torch.randn(2, 4, 3)
    assert_close(cell(x, adj, h), cell(x, adj.expand(2, 4, 4), h))


def test_a_sequence_goes_on_where_another_ended():
    cell, adj, x = DenseTGCNCell(5, 3), torch.randn(4, 4), torch.randn(2, 6, 4, 5)
    whole = cell.forward_sequence(x, adj)
    first = cell.forward_sequence(x[:, :2], adj)
    assert_close(cell.forward_sequence(x[:, 2:], adj, first[:, -1]), whole[:, 2:])


def test_half_precision_and_nan():
    inputs = torch.randn(2, 4, 5), torch.rand(4, 4), torch.randn(2, 4, 3)
    for normalize in (False, True):
        check_half(DenseTGCNCell(5, 3, normalize), *inputs)
        check_nan_shows(DenseTGCNCell(5, 3, normalize), *inputs)


def test_errors_name_what_was_given_not_what_was_made_of_it():
    cell = DenseTGCNCell(5, 3)
    refusal = refused(cell.forward_sequence, torch.rand(2, 6, 4, 9), torch.rand(4, 4))
    assert refusal == "'x' must have 5 channels in its last axis (got [2, 6, 4, 9])"
