from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch.nn import functional
from torch_geometric.nn import GATConv

from graphforensics.nn import AURelationAttention, AURelations, relation_importance
from tests.nn.properties import (
    check_batch_is_singles,
    check_compile_and_export,
    check_gradients,
    check_half,
    check_nan_shows,
    check_onnx,
    check_reset,
    places,
    refused,
)


def convolve(image: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """A 3 x 3 convolution with a border of zeros, place by place."""
    _, height, width = image.shape
    padded = np.pad(image, ((0, 0), (1, 1), (1, 1)))
    out = np.empty((len(weight), height, width))
    for row, column in places(height, width):
        window = padded[:, row : row + 3, column : column + 3]
        out[:, row, column] = (weight * window).sum((1, 2, 3)) + bias
    return out


def oracle(layer: AURelationAttention, features: np.ndarray) -> dict[str, np.ndarray]:
    """Eqs. 1 to 5, one action unit after the other."""
    state = {name: value.numpy() for name, value in layer.state_dict().items()}
    hidden = features
    for place in (0, 2):
        hidden = np.maximum(
            convolve(hidden, state[f"locate.{place}.weight"], state[f"locate.{place}.bias"]), 0
        )
    raw = np.einsum("kc,chw->khw", state["locate.4.weight"][:, :, 0, 0], hidden)
    maps = 1 / (1 + np.exp(-raw - state["locate.4.bias"][:, None, None]))
    embeddings = []
    for au in maps:
        seen = convolve(features * au + features, state["embed.weight"], state["embed.bias"])
        embeddings.append(np.maximum(seen, 0).mean((1, 2)))
    relations = np.array([[one @ other for other in embeddings] for one in embeddings])
    importance = relations.sum(1) / relations.sum()
    important = np.max([share * au for share, au in zip(importance, maps, strict=True)], axis=0)
    return {
        "features": features * important,
        "maps": maps,
        "embeddings": np.array(embeddings),
        "relations": relations,
        "importance": importance,
    }


def test_against_oracle():
    layer = AURelationAttention(3, num_aus=4, hidden_channels=5).double()
    features = torch.randn(2, 3, 5, 6, dtype=torch.float64)
    with torch.no_grad():
        met = layer(features)
    for face in range(2):
        for name, wanted in oracle(layer, features[face].numpy()).items():
            value = getattr(met, name)[face].numpy()
            np.testing.assert_allclose(value, wanted, atol=1e-12, err_msg=name)


def test_one_convolution_serves_all_maps():
    layer = AURelationAttention(6, num_aus=3)
    features = torch.randn(2, 6, 7, 5)
    maps = layer(features).maps
    for au in range(3):
        alone = layer.embed(features * maps[:, au : au + 1] + features).relu().mean((2, 3))
        torch.testing.assert_close(layer(features).embeddings[:, au], alone, atol=1e-6, rtol=1e-4)


def test_permuting_the_action_units():
    layer = AURelationAttention(4, num_aus=6)
    order = torch.randperm(6)
    moved = copy.deepcopy(layer)
    moved.locate[4].weight.data = layer.locate[4].weight.data[order]
    moved.locate[4].bias.data = layer.locate[4].bias.data[order]
    features = torch.randn(2, 4, 5, 5)
    first, second = layer(features), moved(features)
    torch.testing.assert_close(second.features, first.features)
    torch.testing.assert_close(second.maps, first.maps[:, order])
    torch.testing.assert_close(second.relations, first.relations[:, order][:, :, order])
    torch.testing.assert_close(second.importance, first.importance[:, order])


def test_shares_add_up_and_relations_are_not_negative():
    output = AURelationAttention(4)(torch.randn(3, 4, 6, 6))
    assert output.relations.shape == (3, 15, 15)
    assert output.relations.min() >= 0
    torch.testing.assert_close(output.relations, output.relations.mT)
    torch.testing.assert_close(output.importance.sum(1), torch.ones(3))


def test_graph_gives_the_same_importance():
    layer = AURelationAttention(4)
    features = torch.randn(2, 4, 8, 8)
    found = layer(features)
    batch = layer.graph(found, y=torch.tensor([1.0, 0.0]))
    assert batch.validate()
    assert batch.y.tolist() == [1, 0]
    assert batch[0].kind == "au"
    torch.testing.assert_close(batch[1].adjacency(), found.relations[1])
    torch.testing.assert_close(batch[1].attention, found.maps[1])
    assert ((batch.pos > 0) & (batch.pos < 1)).all()
    share = relation_importance(batch.x, batch.edge_index, batch.batch)
    torch.testing.assert_close(share.view(2, 15), found.importance, atol=1e-6, rtol=1e-4)
    torch.testing.assert_close(layer.graph(features).edge_weight, batch.edge_weight)
    convolved = GATConv(4, 3, edge_dim=1)(batch.x, batch.edge_index, batch.edge_weight)
    assert convolved.shape == (30, 3)


def test_nothing_seen_shares_alike():
    layer = AURelationAttention(2, num_aus=4)
    torch.nn.init.constant_(layer.embed.bias, -10)
    features = torch.randn(1, 2, 4, 4, requires_grad=True)
    output = layer(features)
    assert (output.relations == 0).all()
    assert output.importance.tolist() == [[0.25] * 4]
    output.features.sum().backward()
    assert features.grad.isfinite().all()


def test_one_action_unit_and_one_place():
    output = AURelationAttention(3, num_aus=1)(torch.randn(1, 3, 1, 1))
    assert output.importance.item() == pytest.approx(1, abs=1e-6)


def test_layer_properties():
    layer = AURelationAttention(4, num_aus=5)
    assert repr(layer) == "AURelationAttention(4, num_aus=5)"
    features = torch.randn(2, 4, 6, 5)
    assert isinstance(layer(features), AURelations)
    check_batch_is_singles(layer, features)
    check_compile_and_export(layer, features)
    check_half(layer, features)
    check_nan_shows(layer, features)
    check_gradients(layer, features[:1])
    check_reset(layer)


def test_half_precision_holds_large_relations():
    layer = AURelationAttention(64, num_aus=2).half()
    torch.nn.init.constant_(layer.embed.bias, 100)  # relations are about 640000
    output = layer(torch.randn(1, 64, 4, 4).half())
    assert output.relations.dtype == torch.float32
    assert output.features.dtype == torch.float16
    assert output.relations.min() > torch.finfo(torch.float16).max
    torch.testing.assert_close(output.importance, torch.full((1, 2), 0.5).half(), atol=0.01, rtol=0)


def test_supervised_maps_learn():
    layer = AURelationAttention(4, num_aus=3)
    features = torch.randn(2, 4, 6, 6)
    functional.huber_loss(layer(features).maps, torch.zeros(2, 3, 6, 6)).backward()
    assert layer.locate[0].weight.grad.abs().sum() > 0


def test_onnx():
    check_onnx(AURelationAttention(4, num_aus=5), torch.randn(2, 4, 6, 5))


def test_wrong_arguments():
    layer = AURelationAttention(4)
    assert "num_aus" in refused(AURelationAttention, 4, num_aus=0)
    assert "[B, 4, H, W] (got [4, 5, 5])" in refused(layer, torch.rand(4, 5, 5))
    assert "[B, 4, H, W] (got [1, 3, 5, 5])" in refused(layer, torch.rand(1, 3, 5, 5))


@pytest.mark.parametrize("labels", [3, 1])
def test_a_label_a_face(labels):
    relate, features = AURelationAttention(4, num_aus=3), torch.rand(2, 4, 6, 6)
    with pytest.raises(ValueError, match=rf"'y' must be \[2\] \(got \[{labels}\]\)"):
        relate.graph(features, torch.zeros(labels))
