"""PyTorch Geometric's explainers on models that are made of our layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
import torch
from torch import Tensor, nn
from torch_geometric.explain import (
    AttentionExplainer,
    CaptumExplainer,
    Explainer,
    Explanation,
    GNNExplainer,
    GraphMaskExplainer,
    ModelConfig,
)
from torch_geometric.nn import GATConv, GCNConv

from graphforensics.models import (
    DETECTORS,
    LRL,
    MRL,
    AUNet,
    Baseline,
    DeepfakeMAE,
    Detector,
    LearningToMask,
)
from graphforensics.nn import (
    AURelationAttention,
    RecurrentCell,
    RelationConv,
    RelationImportance,
    TGCNCell,
)

#: What a graph-level probability of fake is to an explainer.
PROBABILITY = ModelConfig(mode="binary_classification", task_level="graph", return_type="probs")
CAPTUM = ("IntegratedGradients", "Saliency", "InputXGradient")


class Case(NamedTuple):
    """A model, its input, and what is known beforehand."""

    model: nn.Module
    config: ModelConfig
    x: Tensor
    edge_index: Tensor
    edge_weight: Tensor
    matters: Tensor  # which edges can change the verdict
    attention: Callable[[], Tensor]  # what each edge is multiplied by, found in another way


def mrl_classifier() -> Case:
    """Region 2 is the only one that the others listen to."""
    mrl = MRL(
        encoder="resnet10t",
        encoder_stage=1,
        attention_channels=4,
        regions=4,
        hidden_channels=8,
        snippets=3,
        frames=2,
        size=32,
    ).eval()
    with torch.no_grad():
        mrl.learner.edges.weight.zero_()[:, 2] = torch.tensor([3.0, 1.0, 2.0, 1.5])
    graph = mrl.graph(torch.randn(1, 3, 3, 2, 32, 32))
    return Case(
        mrl.graph_classifier(),
        mrl.explain_config(),
        graph.x.flatten(1),
        graph.edge_index,
        graph.edge_weight,
        graph.edge_index[0] == 2,
        lambda: mrl.learner.edges().detach().flatten(),
    )


class TwoOfOursTwoOfTheirs(nn.Module):
    """Reads node 0 after a convolution and an attention of PyG's, and two layers of ours."""

    def __init__(self) -> None:
        super().__init__()
        self.relate = RelationConv(6, 8)
        self.convolve = GCNConv(8, 8, add_self_loops=False, normalize=False)
        self.remember = TGCNCell(8, 8)
        self.attend = GATConv(8, 8, heads=2, add_self_loops=False)
        self.read = nn.Linear(16, 1)

    def forward(self, x: Tensor, edge_index: Tensor, edge_weight: Tensor) -> Tensor:
        x = self.convolve(self.relate(x, edge_index, edge_weight), edge_index, edge_weight)
        x = self.attend(self.remember(x, edge_index, edge_weight), edge_index)
        return self.read(x[:1]).sigmoid().squeeze(1)


def composed() -> Case:
    """Nodes 1 to 4 lead to node 0; 5 and 6 lead away from it."""
    model = TwoOfOursTwoOfTheirs().eval()
    edge_index = torch.tensor([[1, 2, 3, 3, 4, 2, 0, 5], [0, 1, 2, 0, 3, 0, 5, 6]])
    x, edge_weight = torch.rand(7, 6) + 0.1, torch.rand(8) + 0.5
    for parameter in model.parameters():
        nn.init.uniform_(parameter, 0.05, 0.3)  # nothing dies in a ReLU or saturates

    def attention() -> Tensor:
        with torch.no_grad():
            hidden = model.convolve(
                model.relate(x, edge_index, edge_weight), edge_index, edge_weight
            )
            hidden = model.remember(hidden, edge_index, edge_weight)
            alpha = model.attend(hidden, edge_index, return_attention_weights=True)[1][1]
        return torch.maximum(edge_weight, alpha.amax(1))

    return Case(model, PROBABILITY, x, edge_index, edge_weight, torch.arange(8) < 6, attention)


class AURelationModel(nn.Module):
    """Weighs action units by their relations and reads the weighted mean."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weigh = RelationImportance()
        self.read = nn.Linear(channels, 1)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        share = self.weigh(x, edge_index)
        return self.read((share[:, None] * x).sum(0, keepdim=True)).sigmoid().squeeze(1)


def action_units() -> Case:
    """Only the first three of five action units show: the others relate to nothing."""
    relate = AURelationAttention(6, num_aus=5).eval()
    with torch.no_grad():
        graph = relate.graph(torch.rand(1, 6, 7, 7))
    graph.x[3:] = 0
    shown = (graph.edge_index < 3).all(0)
    return Case(
        AURelationModel(6).eval(),
        PROBABILITY,
        graph.x,
        graph.edge_index,
        graph.edge_weight,
        shown,
        lambda: graph.edge_weight * shown,
    )


@pytest.fixture(params=[mrl_classifier, composed, action_units], ids=lambda case: case.__name__)
def case(request) -> Case:
    torch.manual_seed(1)
    return request.param()


def explain(case: Case, algorithm: Any, nodes: bool = False, edges: bool = True) -> Explanation:
    explainer = Explainer(
        case.model,
        algorithm,
        explanation_type="model",
        node_mask_type="attributes" if nodes else None,
        edge_mask_type="object" if edges else None,
        model_config=case.config,
    )
    return explainer(case.x, case.edge_index, **_weights(case))


def _weights(case: Case) -> dict[str, Tensor]:
    takes = not isinstance(case.model, AURelationModel)
    return {"edge_weight": case.edge_weight} if takes else {}


def test_gnn_explainer_finds_the_edges_that_matter(case):
    explanation = explain(case, GNNExplainer(epochs=20, lr=0.1), nodes=True)
    assert explanation.edge_mask[case.matters].min() > 0
    assert explanation.edge_mask[~case.matters].max() == 0
    assert explanation.node_mask.shape == case.x.shape


def test_attention_explainer_reads_the_coefficients(case):
    explanation = explain(case, AttentionExplainer())
    torch.testing.assert_close(explanation.edge_mask, case.attention())


@pytest.mark.parametrize("method", CAPTUM)
def test_captum_finds_the_edges_that_matter(case, method):
    mask = explain(case, CaptumExplainer(method)).edge_mask
    assert mask[case.matters].abs().min() > 0
    assert mask[~case.matters].abs().max() == 0


def test_captums_integrated_gradients_add_up_to_what_they_explain(case):
    """Their axiom of completeness: the verdict, less that of the masked graph."""
    weights = _weights(case)
    whole = case.model(case.x, case.edge_index, **weights)
    sign = 1 if whole >= 0.5 else -1  # the class that is explained
    dark = case.model(torch.zeros_like(case.x), case.edge_index, **weights)
    nodes = explain(case, CaptumExplainer("IntegratedGradients"), nodes=True, edges=False)
    torch.testing.assert_close(
        nodes.node_mask.sum(), sign * (whole - dark).sum(), atol=2e-3, rtol=1e-2
    )
    if isinstance(case.model, AURelationModel):
        return  # shares do not change when all relations shrink alike
    cut = case.model(case.x, case.edge_index[:, :0], edge_weight=case.edge_weight[:0])
    edges = explain(case, CaptumExplainer("IntegratedGradients"))
    torch.testing.assert_close(
        edges.edge_mask.sum(), sign * (whole - cut).sum(), atol=2e-3, rtol=1e-2
    )


def test_attention_of_normalised_edges_is_what_they_are_multiplied_by():
    conv = RelationConv(4, 4, normalize=True)
    x, edge_index, weight = torch.eye(4), torch.tensor([[0, 1, 2], [1, 2, 3]]), torch.rand(3)
    conv.weight.data, conv.bias.data = torch.eye(4), torch.zeros(4)
    mixed = conv(x, edge_index, weight)  # row i: how much of each node i received
    config = ModelConfig(mode="regression", task_level="node", return_type="raw")
    explainer = Explainer(conv, AttentionExplainer(), "model", config, edge_mask_type="object")
    found = explainer(x, edge_index, edge_weight=weight).edge_mask
    torch.testing.assert_close(found, mixed[edge_index[1], edge_index[0]].detach())


def test_attention_of_a_recurrent_cell_is_what_it_is_given():
    class Graph(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell = RecurrentCell(TGCNCell(2, 3), signed=False)

        def forward(self, x: Tensor, edge_index: Tensor, edge_weight: Tensor) -> Tensor:
            state: Tensor = self.cell(x.view(-1, 2, 2), edge_index, edge_weight)
            return state.sum().sigmoid()[None]

    edge_index, weight = torch.tensor([[0, 1, 2], [1, 2, 0]]), torch.tensor([0.5, -2.0, 3.0])
    case = Case(Graph(), PROBABILITY, torch.rand(3, 4), edge_index, weight, weight > 0, torch.rand)
    assert explain(case, AttentionExplainer()).edge_mask.tolist() == [0.5, 0, 3]


def graph_mask(model: nn.Module, layers: int, **inputs: Tensor) -> Tensor:
    torch.manual_seed(3)
    explainer = Explainer(
        model,
        GraphMaskExplainer(layers, epochs=20, lr=0.1, log=False),
        "model",
        PROBABILITY,
        node_mask_type="attributes",
        edge_mask_type="object",
    )
    mask: Tensor = explainer(**inputs).edge_mask
    return mask


def test_graph_mask_says_of_our_convolution_what_it_says_of_theirs():
    class Read(nn.Module):
        def __init__(self, layer: nn.Module) -> None:
            super().__init__()
            self.layer = layer

        def forward(self, x: Tensor, edge_index: Tensor, edge_weight: Tensor) -> Tensor:
            hidden: Tensor = self.layer(x, edge_index, edge_weight)
            return hidden.relu().sum()[None].sigmoid()

    ours, theirs = RelationConv(6, 4), GCNConv(6, 4, add_self_loops=False, normalize=False)
    theirs.lin.weight.data = ours.weight.detach().t().clone()
    graph = {
        "x": torch.randn(5, 6),
        "edge_index": torch.tensor([[0, 1, 2, 3, 4, 0], [1, 2, 3, 4, 0, 2]]),
        "edge_weight": torch.randn(6),
    }
    theirs.in_channels = 4  # what its messages have, and what ours says
    found = graph_mask(Read(ours), 1, **graph)
    assert torch.equal(found, graph_mask(Read(theirs), 1, **graph))


@pytest.mark.parametrize("keywords", [{}, {"relation": "gcn"}, {"cells": 2, "normalize": True}])
def test_graph_mask_takes_our_layers_over_time(keywords):
    mrl = MRL(
        encoder="resnet10t", encoder_stage=1, regions=4, snippets=3, frames=2, size=32, **keywords
    ).eval()
    graph = mrl.graph(torch.randn(1, 3, 3, 2, 32, 32))
    inputs = {"x": graph.x.flatten(1), "edge_index": graph.edge_index}
    # A TGCN sums its input and its hidden state apart.
    layers = {"gcn": 1}.get(keywords.get("relation"), 2 * keywords.get("cells", 1))
    found = graph_mask(mrl.graph_classifier(), layers, edge_weight=graph.edge_weight, **inputs)
    assert found.shape == graph.edge_weight.shape
    assert found.min() >= 0
    assert found.max() <= 1


#: Every detector, small, with a shape of its input.
SMALL: dict[str, Callable[[], Detector]] = {
    "aunet": lambda: AUNet(encoder="resnet10t", width=16, hidden_channels=16, size=32),
    "baseline": lambda: Baseline(encoder="resnet10t", size=32),
    "deepfake_mae": lambda: DeepfakeMAE(
        "tiny", blocks=1, decoder_blocks=1, mapping_encoder="resnet10t", frames=2, size=64
    ),
    "learning_to_mask": lambda: LearningToMask(encoder="resnet10t", blocks=1, size=64),
    "lrl": lambda: LRL(encoder="resnet10t", encoder_stages=[0, 1, 2], k=2, size=32),
    "mrl": lambda: MRL(
        encoder="resnet10t", encoder_stage=1, regions=4, snippets=2, frames=2, size=32
    ),
}


@pytest.mark.parametrize("name", sorted(DETECTORS))
def test_every_detectors_configuration_is_what_explainers_take(name):
    detector = SMALL[name]().eval()
    inputs = torch.rand(1, *detector.input_spec.shape)
    graph = detector.graph(inputs)
    # AUNet's verdict is read from the graph and the face's map together.
    given = (inputs,) if name == "aunet" else ()
    explainer = Explainer(
        detector.graph_classifier(*given).eval(),
        CaptumExplainer("Saliency"),
        explanation_type="model",
        edge_mask_type="object",
        model_config=detector.explain_config(),
    )
    x = graph.x.flatten(1)
    explanation = explainer(x, graph.edge_index, edge_weight=graph.edge_weight)
    assert explanation.edge_mask.shape == graph.edge_weight.shape
    assert explanation.target.tolist() in ([0], [1])
    probability = explainer.get_prediction(x, graph.edge_index, edge_weight=graph.edge_weight)
    assert 0 <= probability.item() <= 1
