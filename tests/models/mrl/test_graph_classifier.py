from __future__ import annotations

import pytest
import torch
from torch_geometric.data import Batch
from torch_geometric.explain import Explainer, GNNExplainer
from torch_geometric.loader import DataLoader

from graphforensics.models import MRL


@pytest.mark.parametrize("relation", ["tgcn", "gcn", "none"])
@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize("cells", [1, 2])
def test_the_edge_form_gives_the_models_verdict(small, clips, relation, normalize, cells):
    keywords = {"relation": relation, "normalize": normalize, "cells": cells}
    mrl = MRL(**{**small, **keywords}).eval()
    graph = mrl.graph(clips)
    classify = mrl.graph_classifier()
    probability = classify(graph.x, graph.edge_index, graph.edge_weight, graph.batch)
    assert torch.allclose(probability, mrl(clips).probability, atol=1e-5)
    flat = classify(graph.x.flatten(1), graph.edge_index, graph.edge_weight)
    assert torch.equal(flat, probability)


def test_images(small):
    mrl = MRL(**{**small, "kind": "image", "relation": "gcn"}).eval()
    images = torch.rand(3, 3, 32, 32)
    graph = mrl.graph(images)
    probability = mrl.graph_classifier()(graph.x, graph.edge_index, graph.edge_weight)
    assert torch.allclose(probability, mrl(images).probability, atol=1e-5)


@pytest.mark.parametrize("threshold", ["range", "quantile"])
@pytest.mark.parametrize("relation", ["tgcn", "gcn"])
def test_masked_at_inference_it_judges_as_the_model_does(small, clips, threshold, relation):
    keywords = {"mask_at_inference": True, "threshold": threshold, "relation": relation}
    mrl = MRL(**{**small, **keywords}).eval()
    with torch.no_grad():
        mrl.learner.edges.weight.mul_(3)
    graph, classify = mrl.graph(clips), mrl.graph_classifier()
    wanted = mrl(clips).probability
    given = classify(graph.x, graph.edge_index, graph.edge_weight, graph.batch)
    assert torch.allclose(given, wanted, atol=1e-6)
    over_time = graph.edge_weight[:, None].expand(-1, graph.num_snapshots)
    assert torch.allclose(classify(graph.x, graph.edge_index, over_time), wanted, atol=1e-6)
    # It says something: unmasked, the same edges give another verdict.
    mrl.learner.mask.mask_at_inference = False
    assert not torch.allclose(classify(graph.x, graph.edge_index, graph.edge_weight), wanted)
    mrl.learner.mask.mask_at_inference = True
    # Edges that are masked may be left out, and leaving out others unmasks none.
    kept = graph.edge_kept
    kept_only = classify(graph.x, graph.edge_index[:, kept], graph.edge_weight[kept])
    assert torch.allclose(kept_only, wanted, atol=1e-6)
    some = graph.edge_index[0] != graph.edge_index[0, graph.edge_weight.argmax()]
    cut = classify(graph.x, graph.edge_index[:, some], graph.edge_weight[some])
    as_zero = classify(graph.x, graph.edge_index, graph.edge_weight * (some & kept))
    assert torch.allclose(cut, as_zero, atol=1e-6)


def test_edges_masked_at_random_are_those_of_the_model(small, clips):
    mrl = MRL(**{**small, "mask_at_inference": True, "mask_strategy": "random"}).eval()
    graph, classify = mrl.graph(clips), mrl.graph_classifier()
    torch.manual_seed(5)
    wanted = mrl(clips).probability
    torch.manual_seed(5)
    given = classify(graph.x, graph.edge_index, graph.edge_weight)
    assert torch.allclose(given, wanted, atol=1e-6)


def test_a_batch_in_another_order_is_refused(mrl, clips):
    graph, classify = mrl.eval().graph(clips), mrl.graph_classifier()
    shuffled = torch.arange(graph.num_nodes) % clips.size(0)
    with pytest.raises(ValueError, match="'batch' must be of graphs of 4 nodes, one after another"):
        classify(graph.x, graph.edge_index, graph.edge_weight, shuffled)
    with pytest.raises(ValueError, match="'batch' must be of graphs of 4 nodes"):
        classify(graph.x, graph.edge_index, graph.edge_weight, graph.batch[1:])


def test_edges_set_to_zero_are_edges_left_out_and_what_training_masks(mrl, clips):
    mrl.eval()
    graph, classify = mrl.graph(clips), mrl.graph_classifier()
    kept = graph.edge_kept
    zeroed = classify(graph.x, graph.edge_index, graph.edge_weight * kept)
    left_out = classify(graph.x, graph.edge_index[:, kept], graph.edge_weight[kept])
    assert torch.allclose(zeroed, left_out, atol=1e-6)
    mrl.learner.mask.train()
    assert torch.allclose(mrl(clips).probability, zeroed, atol=1e-5)


def test_ordinary_loaders_and_weights_that_change_over_time(mrl, clips):
    mrl.eval()
    classify = mrl.graph_classifier()
    samples = mrl.graph(clips).to_data_list()
    (batch,) = DataLoader(samples, batch_size=2)
    assert isinstance(batch, Batch)
    probability = classify(batch.x, batch.edge_index, batch.edge_weight, batch.batch)
    over_time = batch.edge_weight[:, None].expand(-1, 3)
    assert torch.allclose(probability, mrl(clips).probability, atol=1e-5)
    assert torch.allclose(classify(batch.x, batch.edge_index, over_time), probability, atol=1e-6)


def test_parameters_are_the_models_own(mrl):
    classify = mrl.graph_classifier()
    assert {id(p) for p in classify.parameters()} <= {id(p) for p in mrl.parameters()}
    assert repr(classify) == f"MRLGraphClassifier({mrl.learner})"


def test_pygs_explainer_finds_the_edge_that_matters(small, clips):
    """Every region listens to region 2 only: its edges must carry the explanation."""
    mrl = MRL(**small).eval()
    with torch.no_grad():
        mrl.learner.edges.weight.zero_()
        mrl.learner.edges.weight[:, 2] = 3
    graph = mrl.graph(clips[:1])
    explainer = Explainer(
        mrl.graph_classifier().eval(),
        GNNExplainer(epochs=30, lr=0.1),
        explanation_type="model",
        node_mask_type=None,
        edge_mask_type="object",
        model_config=mrl.explain_config(),
    )
    explanation = explainer(graph.x.flatten(1), graph.edge_index, edge_weight=graph.edge_weight)
    from_two = graph.edge_index[0] == 2
    mask = explanation.edge_mask
    assert mask.shape == (16,)
    assert mask[from_two].min() > 0
    assert mask[~from_two].max() == 0  # their messages are 0: no gradient, no importance


def test_explain_config(mrl):
    config = mrl.explain_config()
    assert config.mode.value == "binary_classification"
    assert config.task_level.value == "graph"
    assert config.return_type.value == "probs"


def test_a_number_of_nodes_that_is_no_graph(mrl):
    with pytest.raises(ValueError, match=r"'x' must be \[B \* 4, T, 128\] \(got \[5, 3, 128\]\)"):
        mrl.graph_classifier()(torch.rand(5, 3, 128), torch.zeros(2, 1, dtype=torch.long))
