from __future__ import annotations

import copy

import pytest
import torch

from graphforensics.models import RelationLearner
from graphforensics.nn import RecurrentCell, TGCNCell


def test_permuting_regions_edges_and_classifier_changes_nothing():
    learner, order = RelationLearner(6, regions=4, hidden_channels=5).eval(), torch.randperm(4)
    moved = RelationLearner(6, regions=4, hidden_channels=5).eval()
    state = learner.state_dict()
    state["edges.weight"] = state["edges.weight"][order][:, order]
    first = state["classifier.0.weight"].view(5, 4, 5)
    state["classifier.0.weight"] = first[:, order].reshape(5, 20)
    moved.load_state_dict(state)
    features = torch.randn(2, 3, 4, 6)
    assert torch.allclose(moved(features[:, :, order]), learner(features), atol=1e-6)


def test_kept_edges_are_those_that_training_uses():
    learner = RelationLearner(6, regions=5, hidden_channels=4, threshold="quantile")
    kept = learner.kept_edges()
    assert kept.sum() == 13  # half of 25, the middle one included
    used = learner.mask(learner.edges())
    assert torch.equal(used != 0, kept)
    assert RelationLearner(6, relation="none").kept_edges() is None
    assert RelationLearner(6, mask_strategy="random").kept_edges().all()


def test_reset_parameters_draws_everything_anew():
    torch.manual_seed(0)
    learner = RelationLearner(6, regions=4, hidden_channels=5, cells=2)
    before = {name: value.clone() for name, value in learner.state_dict().items()}
    learner.reset_parameters()
    changed = {
        name for name, value in learner.state_dict().items() if not value.equal(before[name])
    }
    assert changed == {name for name in before if not name.startswith("cells") or "weight" in name}


def test_repr_and_errors():
    assert repr(RelationLearner(6, regions=4, hidden_channels=5)) == (
        "RelationLearner(6, regions=4, hidden_channels=5, relation='tgcn', cells=1)"
    )
    with pytest.raises(
        ValueError, match=r"'features' must be \[B, T, 4, 6\] \(got \[2, 3, 4, 5\]\)"
    ):
        RelationLearner(6, regions=4)(torch.rand(2, 3, 4, 5))
    with pytest.raises(
        ValueError, match="'hidden_channels' must be a number where there is a graph"
    ):
        RelationLearner(6, hidden_channels=None)


def test_our_own_cell_in_the_place_of_the_tgcn_gives_the_same_verdicts():
    learner = RelationLearner(6, regions=4, hidden_channels=5)
    other = copy.deepcopy(learner)
    other.use_cell(TGCNCell.sharing(other.cells[0]))
    features = torch.randn(2, 3, 4, 6)
    for mode in (True, False):
        verdicts = [one.train(mode)(features) for one in (learner, other)]
        torch.testing.assert_close(*verdicts)
    for one in (learner, other):
        one(features).sum().backward()
    torch.testing.assert_close(other.edges.weight.grad, learner.edges.weight.grad)


def test_a_cell_by_keyword_and_its_options():
    cell = TGCNCell(6, 5)
    learner = RelationLearner(6, regions=4, hidden_channels=5, recurrent=cell)
    assert learner.recurrent is cell
    assert repr(learner).endswith("relation='tgcn', cells=1, recurrent=TGCNCell)")
    assert RelationLearner(6).recurrent is None
    assert RelationLearner(6, relation="none").recurrent is None
    positive = RelationLearner(
        6, regions=4, hidden_channels=5, recurrent=RecurrentCell(cell, signed=False)
    )
    with torch.no_grad():
        positive.edges.weight.fill_(-1)
        features = torch.randn(2, 1, 4, 6)
        alone = cell(features[0, 0], torch.empty(2, 0, dtype=torch.long))
        torch.testing.assert_close(positive.eval().relate(features)[0, 0], alone)


def test_reset_reaches_the_cell():
    learner = RelationLearner(6, regions=4, hidden_channels=5, recurrent=TGCNCell(6, 5))
    torch.nn.init.zeros_(learner.recurrent.weight_hidden)
    learner.reset_parameters()
    assert learner.recurrent.weight_hidden.ne(0).all()


class Wide(torch.nn.Module):
    """Does not say how many channels it returns."""

    def forward(self, x, edge_index, edge_weight=None, h=None):
        return torch.cat([x, x], 1)


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"relation": "gcn"}, r"'recurrent' must go with relation='tgcn' \(got 'gcn'\)"),
        ({"relation": "none"}, r"'recurrent' must go with relation='tgcn' \(got 'none'\)"),
        ({"cells": 2}, r"'cells' must be 1 with 'recurrent' \(got 2\)"),
        ({"normalize": True}, r"'normalize' must be False with 'recurrent' \(got True\)"),
        ({"hidden_channels": 9}, r"'recurrent' must map 6 -> 9 channels \(got 6 -> 5\)"),
        ({"in_channels": 7}, r"'recurrent' must map 7 -> 5 channels \(got 6 -> 5\)"),
    ],
)
def test_cells_that_do_not_fit(keywords, message):
    wanted = {"in_channels": 6, "hidden_channels": 5, "recurrent": TGCNCell(6, 5)}
    with pytest.raises(ValueError, match=message):
        RelationLearner(**{**wanted, **keywords})


def test_a_cell_whose_states_are_too_wide():
    learner = RelationLearner(6, regions=4, hidden_channels=5, recurrent=Wide())
    with pytest.raises(ValueError, match=r"\[B, T, 4, 5\], .* \(got \[2, 3, 4, 12\]\)"):
        learner(torch.rand(2, 3, 4, 6))
