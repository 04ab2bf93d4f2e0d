from __future__ import annotations

import pytest
import torch
from torch_geometric.explain import AttentionExplainer, CaptumExplainer, Explainer

from graphforensics.models import AUNet

UNITS = 15


@pytest.mark.parametrize(
    "keywords",
    [
        {},
        {"depth": 1},
        {"agnostic": False},
        {"agnostic": False, "depth": 1},
        {"specific": False},
        {"specific": False, "agnostic": False},
        {"token_weight": 0},
    ],
    ids=str,
)
def test_the_verdict_of_graphs_and_images_is_that_of_the_images(small, images, keywords):
    aunet = AUNet(**{**small, **keywords}).train()
    graph, read = aunet.graph(images), aunet.graph_classifier(images)
    assert aunet.training
    wanted = aunet.eval()(images).probability
    met = read(graph.x, graph.edge_index, graph.edge_weight, graph.batch)
    torch.testing.assert_close(met, wanted)
    torch.testing.assert_close(read(graph.x, graph.edge_index, batch=graph.batch), wanted)


def test_tokens_of_the_block_do_not_hear_the_last_relations(small, images):
    aunet = AUNet(**small, patch_tokens="block").eval()
    graph, read = aunet.graph(images), aunet.graph_classifier(images)
    wanted = aunet(images).probability
    weight = graph.edge_weight.requires_grad_()
    assert torch.allclose(read(graph.x, graph.edge_index, weight), wanted, atol=1e-6)
    assert torch.allclose(read(graph.x, graph.edge_index, 0 * weight), wanted, atol=1e-6)
    (slope,) = torch.autograd.grad(read(graph.x, graph.edge_index, weight).sum(), weight)
    assert slope.eq(0).all()


def test_the_parameters_are_the_detectors_own(aunet, images):
    read = aunet.graph_classifier(images)
    own = {id(p) for p in aunet.parameters()}
    assert {id(p) for p in read.parameters()} <= own
    assert sum(p.numel() for p in read.parameters()) > 0


def test_relations_decide_what_is_enhanced(aunet, images):
    """By hand: all relations of one unit alone leave its map alone to enhance."""
    aunet.eval()
    graph, read = aunet.graph(images[:1]), aunet.graph_classifier(images[:1])
    unit = 6
    weight = (graph.edge_index[1] == unit).float()
    seen = aunet.encode(images[:1])
    given, last = seen[-2], aunet.relate[-1]
    enhanced = seen[-1].action_units.maps[:, unit : unit + 1] * given.features
    patches = last.agnostic(given.features, given.class_token)
    features = last.join(enhanced + patches.features)
    said = aunet.read_patch(features.permute(0, 2, 3, 1)).sigmoid().mean()
    wanted = (aunet.read_face(patches.class_token).sigmoid().squeeze() + said) / 2
    torch.testing.assert_close(read(graph.x, graph.edge_index, weight).squeeze(), wanted)


def test_cut_edges_and_no_edges(aunet, images):
    graph, read = aunet.eval().graph(images[:1]), aunet.graph_classifier(images[:1])
    kept = torch.arange(UNITS**2) % 3 > 0
    cut = read(graph.x, graph.edge_index[:, kept], graph.edge_weight[kept])
    torch.testing.assert_close(cut, read(graph.x, graph.edge_index, graph.edge_weight * kept))
    none = read(graph.x, graph.edge_index[:, :0], graph.edge_weight[:0])
    alike = read(graph.x, graph.edge_index, torch.ones_like(graph.edge_weight))
    torch.testing.assert_close(none, alike)
    order = torch.randperm(UNITS**2)
    met = read(graph.x, graph.edge_index[:, order], graph.edge_weight[order])
    torch.testing.assert_close(met, read(graph.x, graph.edge_index, graph.edge_weight))


@pytest.mark.parametrize("algorithm", ["captum", "attention"])
def test_explainers(aunet, images, algorithm):
    graph = aunet.eval().graph(images[:1])
    read = aunet.graph_classifier(images[:1])
    explainer = Explainer(
        read,
        CaptumExplainer("Saliency") if algorithm == "captum" else AttentionExplainer(),
        explanation_type="model",
        edge_mask_type="object",
        model_config=aunet.explain_config(),
    )
    mask = explainer(graph.x, graph.edge_index, edge_weight=graph.edge_weight).edge_mask
    if algorithm == "attention":
        torch.testing.assert_close(mask, graph.edge_weight)
        return
    weight = graph.edge_weight.clone().requires_grad_()
    (slope,) = torch.autograd.grad(read(graph.x, graph.edge_index, weight).sum(), weight)
    assert mask.shape == slope.shape
    assert slope.abs().max() > 0
    assert mask.abs().max() > 0


def test_wrong_calls(aunet, images):
    with pytest.raises(ValueError, match="'inputs' must be the images of the graphs"):
        aunet.graph_classifier()
    read = aunet.graph_classifier(images)
    edges = torch.zeros(2, 1).long()
    with pytest.raises(ValueError, match=r"'x' must be \[2 \* 15, C\] \(got \[15, 16\]\)"):
        read(torch.rand(15, 16), edges)
    with pytest.raises(ValueError, match="'edge_weight' must be"):
        read(torch.rand(30, 16), edges, torch.rand(2))
