from __future__ import annotations

import pytest
import torch

from graphforensics.models import RelationLearner


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
