from __future__ import annotations

import pytest
import torch
from torch_geometric.explain import AttentionExplainer, CaptumExplainer, Explainer

from graphforensics.data import FaceGraph
from graphforensics.explain import grad_cam
from graphforensics.models import LearningToMask
from graphforensics.visualization import networkx_graph


def test_nodes_are_places_and_edges_the_teachers_attention(model, images):
    output = model.attend(images)
    graphs = model.train().graph(images)
    assert model.training
    assert graphs.validate()
    assert graphs.num_graphs == 4
    graph = graphs[1]
    assert isinstance(graph, FaceGraph)
    assert graph.kind == "token"
    assert graph.x.shape == (16, 128)
    assert torch.equal(graph.x[6], output.features[1, :, 1, 2])  # second row, third column
    torch.testing.assert_close(graph.pos[6], torch.tensor([2.5 / 4, 1.5 / 4]))
    mean = output.attention[1].mean(0)
    for edge in (0, 5, 100, 255):  # from j to i is what i gives to j
        j, i = graph.edge_index[:, edge]
        torch.testing.assert_close(graph.edge_weight[edge], mean[1 + i, 1 + j])
    torch.testing.assert_close(graph.class_attention, mean[0, 1:])
    assert torch.equal(graph.place_kept, output.mask[1].flatten() > 0)
    # What each place gives to the others and to the class token is all that it has.
    given = graph.adjacency().sum(1) + mean[1:, 0]
    torch.testing.assert_close(given, torch.ones(16))


def test_the_49_places_of_the_paper(small):
    model = LearningToMask(**{**small, "size": 56})
    graph = model.graph(torch.rand(1, 3, 56, 56))[0]
    assert graph.num_nodes == 49
    assert graph.num_edges == 49 * 49
    assert (~graph.place_kept).sum() == 12
    lowest = graph.class_attention[~graph.place_kept].min()
    assert lowest >= graph.class_attention[graph.place_kept].max()


@pytest.mark.parametrize("strategy", ["random", "none"])
def test_without_a_rule_nobody_says_what_is_hidden(small, images, strategy):
    graph = LearningToMask(**small, strategy=strategy).graph(images)
    assert graph.validate()
    assert "place_kept" not in graph
    assert "class_attention" in graph


def test_a_student_alone_has_places_and_no_relations(model, images):
    graphs = model.without_teacher().graph(images)
    assert graphs.validate()
    assert graphs.num_edges == 0
    assert "class_attention" not in graphs
    whole = model.graph(images)
    for name in ("x", "pos", "region_id", "batch"):
        assert torch.equal(graphs[name], whole[name])


def test_the_verdict_of_the_graphs_is_that_of_the_images(small, images):
    for row in ({}, {"mask_at_inference": True}, {"student_only": True}):
        model = LearningToMask(**small, **row).eval()
        graph, read = model.graph(images), model.graph_classifier()
        wanted = model(images).probability
        met = read(graph.x, graph.edge_index, graph.edge_weight, graph.batch)
        torch.testing.assert_close(met, wanted)
        one = graph[0]
        torch.testing.assert_close(read(one.x, one.edge_index), wanted[:1])


def test_the_graph_classifier_shares_the_detectors_weights(model):
    assert model.graph_classifier().classifier is model.classifier


def test_explainers_find_the_nodes_that_matter(model, images):
    graph = model.graph(images[:1])[0]
    x = torch.zeros_like(graph.x)
    x[5] = graph.x[5] + 1
    explainer = Explainer(
        model.eval().graph_classifier(),
        CaptumExplainer("IntegratedGradients"),
        explanation_type="model",
        node_mask_type="attributes",
        model_config=model.explain_config(),
    )
    mask = explainer(x, graph.edge_index).node_mask.abs().sum(1)
    assert mask[5] > 0
    assert mask[torch.arange(16) != 5].max() == 0


def test_explainers_find_that_no_edge_counts(model, images):
    graph = model.graph(images[:1])[0]
    masks = {}
    for algorithm in (CaptumExplainer("Saliency"), AttentionExplainer()):
        explainer = Explainer(
            model.graph_classifier().eval(),
            algorithm,
            explanation_type="model",
            edge_mask_type="object",
            model_config=model.explain_config(),
        )
        found = explainer(graph.x, graph.edge_index, edge_weight=graph.edge_weight)
        masks[type(algorithm)] = found.edge_mask
    assert masks[CaptumExplainer].abs().max() == 0
    torch.testing.assert_close(masks[AttentionExplainer], graph.edge_weight)


def test_wrong_shapes(model):
    read = model.graph_classifier()
    with pytest.raises(ValueError, match="'edge_weight' must be"):
        read(torch.rand(4, 128), torch.zeros(2, 1).long(), torch.rand(2))


def test_grad_cam_looks_at_the_students_map(small, images):
    model = LearningToMask(**{**small, "classifier_channels": None})
    fake, real = (grad_cam(model, images, side, normalize=False) for side in ("fake", "real"))
    assert fake.shape == (4, 32, 32)
    # Of a linear classifier on averaged maps it is the class activation map.
    maps = model.eval()(images).features
    by_hand = torch.einsum("bchw,c->bhw", maps, model.classifier[0].weight[0]) / 16
    assert by_hand.abs().max() > 0
    for heat, sign in ((fake, 1), (real, -1)):
        grown = torch.nn.functional.interpolate(
            torch.relu(sign * by_hand)[:, None], (32, 32), mode="bilinear"
        )
        torch.testing.assert_close(heat, grown[:, 0], rtol=1e-4, atol=1e-7)


def test_networkx_nodes_carry_the_class_tokens_attention(model, images):
    graph = model.graph(images)[2]
    nodes = networkx_graph(graph).nodes
    for node in range(16):
        assert nodes[node]["class_attention"] == pytest.approx(graph.class_attention[node].item())
        assert nodes[node]["place_kept"] == bool(graph.place_kept[node])
