from __future__ import annotations

import pytest
import torch
from torch_geometric.explain import AttentionExplainer, CaptumExplainer, Explainer

from graphforensics.models import LRL

PATCHES = 4


@pytest.fixture
def lrl() -> LRL:
    torch.manual_seed(3)
    return LRL(encoder="resnet10t", encoder_stages=[0, 1, 2], k=2, size=32).eval()


def test_the_verdict_of_the_graphs_is_that_of_the_images(lrl):
    images = torch.randn(3, 3, 32, 32)
    graph, read = lrl.graph(images), lrl.graph_classifier()
    wanted = lrl(images).probability
    torch.testing.assert_close(read(graph.x, graph.edge_index, graph.edge_weight), wanted)
    torch.testing.assert_close(read(graph.x, graph.edge_index), wanted)


def test_the_order_of_the_edges_does_not_matter_and_cut_edges_count_nothing(lrl):
    graph, read = lrl.graph(torch.randn(1, 3, 32, 32)), lrl.graph_classifier()
    order = torch.randperm(PATCHES**2)
    wanted = read(graph.x, graph.edge_index, graph.edge_weight)
    met = read(graph.x, graph.edge_index[:, order], graph.edge_weight[order])
    torch.testing.assert_close(met, wanted)
    kept = torch.arange(PATCHES**2) % 3 > 0
    cut = read(graph.x, graph.edge_index[:, kept], graph.edge_weight[kept])
    torch.testing.assert_close(cut, read(graph.x, graph.edge_index, graph.edge_weight * kept))
    none = read(graph.x, graph.edge_index[:, :0], graph.edge_weight[:0])
    torch.testing.assert_close(none, lrl.classifier.bias.sigmoid())


def test_an_edge_is_read_where_the_flattened_similarity_has_it(lrl):
    graph, read = lrl.graph(torch.randn(1, 3, 32, 32)), lrl.graph_classifier()
    with torch.no_grad():
        lrl.classifier.weight.zero_()[0, 1 * PATCHES + 2] = 1.0  # row 1 receives from 2
        lrl.classifier.bias.zero_()
    edge = torch.tensor([[2], [1]])
    assert read(graph.x, edge, torch.tensor([3.0])).logit().item() == pytest.approx(3, rel=1e-5)
    assert read(graph.x, edge.flip(0), torch.tensor([3.0])).item() == 0.5


@pytest.mark.parametrize("algorithm", ["captum", "attention"])
def test_explainers_find_the_edges_that_matter(lrl, algorithm):
    graph = lrl.graph(torch.randn(1, 3, 32, 32))
    with torch.no_grad():
        weight = lrl.classifier.weight.zero_().view(PATCHES, PATCHES)
        weight[:, 1] = torch.tensor([3.0, 1.0, 2.0, 1.5])
    explainer = Explainer(
        lrl.graph_classifier(),
        CaptumExplainer("IntegratedGradients") if algorithm == "captum" else AttentionExplainer(),
        explanation_type="model",
        edge_mask_type="object",
        model_config=lrl.explain_config(),
    )
    mask = explainer(graph.x, graph.edge_index, edge_weight=graph.edge_weight).edge_mask
    if algorithm == "attention":
        torch.testing.assert_close(mask, graph.edge_weight)
        return
    matters = graph.edge_index[0] == 1
    assert mask[matters].abs().min() > 0
    assert mask[~matters].abs().max() == 0


def test_wrong_shapes(lrl):
    read = lrl.graph_classifier()
    edges = torch.zeros(2, 1).long()
    with pytest.raises(ValueError, match=r"'x' must be \[B \* 4, C\] \(got \[5, 8\]\)"):
        read(torch.rand(5, 8), edges)
    with pytest.raises(ValueError, match="'edge_weight' must be"):
        read(torch.rand(4, 8), edges, torch.rand(2))
