"""The graph of three parts: how well each is restored from the others."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch_geometric.explain import Explainer, GNNExplainer

from graphforensics.models import DeepfakeMAE
from graphforensics.visualization import draw_face_graph


def explained(image: np.ndarray, drawn: np.ndarray, pixels: np.ndarray) -> float:
    """1 - squared error over squared distance from the part's mean colour."""
    true, met = image[:, pixels], drawn[:, pixels]
    return 1 - ((met - true) ** 2).sum() / ((true - true.mean(1, keepdims=True)) ** 2).sum()


@pytest.mark.parametrize("evidence", ["both_others", "one_other"])
@pytest.mark.parametrize("partition", ["bands", "landmark_hulls"])
def test_relations_by_hand(small, frames, landmarks, evidence, partition):
    torch.manual_seed(3)
    model = DeepfakeMAE(**small, evidence=evidence, partition=partition)
    points = landmarks.view(2, 3, 68, 2)
    graph = model.graph(frames, points)
    assert graph.validate()
    for face in range(2):
        wanted = np.zeros((3, 3))
        for frame in range(3):
            image = frames[face, frame, None]
            parts = model.autoencoder.parts(image, points[face, frame, None])[0]
            for i in range(3):
                for j in range(3):
                    if i == j:
                        continue
                    third = 3 - i - j
                    hidden = parts[j] if evidence == "both_others" else parts[j] | parts[third]
                    hidden = hidden & ~parts[i] if evidence == "one_other" else hidden
                    drawn = model.autoencoder.draw(image, hidden[None])[0].detach().numpy()
                    pixels = model.autoencoder.pixel_mask((parts[j] & hidden)[None])[0, 0].numpy()
                    wanted[j, i] += explained(image[0].numpy(), drawn, pixels) / 3
        np.testing.assert_allclose(graph[face].adjacency().numpy(), wanted, atol=1e-4)


def test_nodes_are_the_parts_mean_tokens(model, frames, landmarks):
    points = landmarks.view(2, 3, 68, 2)
    graph = model.graph(frames, points)[1]
    assert graph.kind == "part"
    assert graph.region_id.tolist() == [0, 1, 2]
    assert graph.edge_index.T.tolist() == [[1, 0], [2, 0], [0, 1], [2, 1], [0, 2], [1, 2]]
    parts = model.autoencoder.parts(frames[1], points[1])
    tokens = model.finetuning.encoder(frames[1]).tokens[:, 1:]
    for number in range(3):
        means = [tokens[f, parts[f, number]].mean(0) for f in range(3)]
        torch.testing.assert_close(graph.x[number], torch.stack(means).mean(0))
        ids = [parts[f, number].nonzero().flatten() for f in range(3)]
        heights = torch.stack([((one // 8) + 0.5).mean() / 8 for one in ids]).mean()
        assert graph.pos[number, 1].item() == pytest.approx(heights.item(), abs=1e-5)
    assert (graph.pos[:, 1].diff() > 0).all()  # eyes above the nose above the lips


def test_whose_tokens_the_nodes_are(model, frames):
    """The fine-tuned encoder's, or the autoencoder's where no other was trained."""
    with torch.no_grad():
        model.finetuning.encoder.norm.weight.zero_()
        model.finetuning.encoder.norm.bias.fill_(5)
    assert torch.allclose(model.graph(frames).x, torch.tensor(5.0))
    model.begin("pretrain")
    assert (model.graph(frames).x != 5).any()
    with torch.no_grad():
        model.autoencoder.encoder.norm.weight.zero_()
        model.autoencoder.encoder.norm.bias.fill_(6)
    assert torch.allclose(model.graph(frames).x, torch.tensor(6.0))
    model.begin("finetune")
    assert torch.allclose(model.graph(frames).x, torch.tensor(6.0))


def test_a_perfect_autoencoder_has_relations_of_1(model, frames):
    model.autoencoder.draw = lambda images, mask=None: images
    assert torch.allclose(model.graph(frames).edge_weight, torch.tensor(1.0))


def test_mode_and_gradients_are_left_alone(model, frames):
    model.train()
    model.mapping.eval()
    before = [part.training for part in model.modules()]
    graph = model.graph(frames)
    assert [part.training for part in model.modules()] == before
    assert not graph.x.requires_grad
    assert not graph.edge_weight.requires_grad


@pytest.mark.parametrize("partition", ["algorithm1", "bands"])
def test_the_classifier_reads_the_fine_tuning_networks_verdict(small, frames, partition):
    model = DeepfakeMAE(**small, partition=partition).eval()
    graph = model.graph(frames)
    met = model.graph_classifier()(graph.x, graph.edge_index, graph.edge_weight, graph.batch)
    wanted = model.judge(frames, ("finetune",)).probability
    torch.testing.assert_close(met, wanted, atol=1e-6, rtol=1e-5)
    alone = model.graph_classifier()(graph[1].x, graph[1].edge_index)
    torch.testing.assert_close(alone, wanted[1:], atol=1e-6, rtol=1e-5)
    assert model.graph_classifier().classifier is model.finetuning.classifier
    with pytest.raises(ValueError, match=r"'x' must be \[B \* 3, C\]"):
        model.graph_classifier()(graph.x[:2], graph.edge_index[:, :0])


def test_an_explainer_runs_and_edges_count_nothing(model, frames):
    graph = model.eval().graph(frames)[0]
    explainer = Explainer(
        model.graph_classifier(),
        GNNExplainer(epochs=3),
        explanation_type="model",
        node_mask_type="attributes",
        model_config=model.explain_config(),
    )
    found = explainer(graph.x, graph.edge_index)
    assert found.node_mask.shape == graph.x.shape
    cut = model.graph_classifier()(graph.x, graph.edge_index[:, :0])
    torch.testing.assert_close(cut, model.graph_classifier()(graph.x, graph.edge_index))


def test_is_drawn(model, frames):
    graph = model.graph(frames)[0]
    figure = draw_face_graph(graph, np.full((64, 64, 3), 128, np.uint8))
    assert figure.axes
