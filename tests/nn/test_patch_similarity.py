from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch_geometric.nn import GCNConv

from graphforensics.nn import PatchSimilarityGraph, patch_similarity
from graphforensics.nn.patch_similarity import feature_patches, patch_centres
from tests.nn.properties import (
    check_batch_is_singles,
    check_compile_and_export,
    check_gradients,
    check_half,
    check_nan_shows,
    check_onnx,
    refused,
)


def oracle(features: np.ndarray, k: int) -> np.ndarray:
    """Eq. 7, patch by patch; a patch is what of the map lies in its window."""
    channels, height, width = features.shape
    tall, wide = math.ceil(height / k), math.ceil(width / k)
    patches = []
    for row in range(k):
        for column in range(k):
            patch = np.zeros((channels, tall, wide))
            part = features[:, row * tall : (row + 1) * tall, column * wide : (column + 1) * wide]
            patch[:, : part.shape[1], : part.shape[2]] = part
            patches.append(patch.ravel())
    out = np.empty((k * k, k * k))
    for i, one in enumerate(patches):
        for j, other in enumerate(patches):
            lengths = np.sqrt((one**2).sum()) * np.sqrt((other**2).sum())
            out[i, j] = ((one @ other) / lengths + 1) / 2 if lengths else 0.5
    return out


@pytest.mark.parametrize(("size", "k"), [((10, 10), 5), ((7, 9), 3), ((4, 5), 4), ((2, 3), 5)])
def test_against_oracle(size, k):
    features = torch.randn(2, 3, *size, dtype=torch.float64)
    met = patch_similarity(features, k).numpy()
    for face in range(2):
        np.testing.assert_allclose(met[face], oracle(features[face].numpy(), k), atol=1e-12)


def test_literal_map():
    features = torch.tensor([[[1.0, 0.0], [-2.0, 3.0]], [[0.0, 5.0], [0.0, 3.0]]]).unsqueeze(0)
    wanted = torch.tensor(  # patches (1, 0), (0, 5), (-2, 0), (3, 3)
        [
            [1.0, 0.5, 0.0, 0.5 + 8**-0.5],
            [0.5, 1.0, 0.5, 0.5 + 8**-0.5],
            [0.0, 0.5, 1.0, 0.5 - 8**-0.5],
            [0.5 + 8**-0.5, 0.5 + 8**-0.5, 0.5 - 8**-0.5, 1.0],
        ]
    )
    torch.testing.assert_close(patch_similarity(features, 2)[0], wanted)


def test_patches_permuted_permute_the_similarity():
    features = torch.randn(1, 4, 9, 9)
    order = torch.randperm(9)
    patches = feature_patches(features, 3)[:, order]
    moved = patches.view(1, 3, 3, 4, 3, 3).permute(0, 3, 1, 4, 2, 5).reshape(1, 4, 9, 9)
    wanted = patch_similarity(features, 3)[:, order][:, :, order]
    torch.testing.assert_close(patch_similarity(moved, 3), wanted)


def test_range_and_diagonal():
    similarity = patch_similarity(torch.randn(4, 64, 10, 10) * 1e3)
    assert similarity.min() >= 0
    assert similarity.max() <= 1
    torch.testing.assert_close(similarity.diagonal(dim1=1, dim2=2), torch.ones(4, 25))


def test_zero_patches_have_no_direction():
    assert (patch_similarity(torch.zeros(1, 2, 5, 5)) == 0.5).all()
    features = torch.rand(1, 2, 4, 4, requires_grad=True)
    similarity = patch_similarity(features * torch.tensor([1.0, 1, 0, 0]), 2)
    assert (similarity[0, 1] == 0.5).all()
    similarity.sum().backward()
    assert features.grad.isfinite().all()


def test_faint_features_count():
    features = torch.randn(1, 3, 4, 4)
    torch.testing.assert_close(patch_similarity(features * 1e-15, 2), patch_similarity(features, 2))


def test_one_patch_and_one_pixel():
    assert patch_similarity(torch.rand(2, 3, 6, 4), 1).shape == (2, 1, 1)
    assert patch_similarity(torch.ones(1, 1, 1, 1), 1).item() == 1


def test_graph():
    relate = PatchSimilarityGraph(k=3)
    features = torch.randn(2, 4, 6, 6)
    batch = relate.graph(features, y=torch.tensor([0.0, 1.0]))
    assert batch.num_graphs == 2
    assert batch.y.tolist() == [0, 1]
    assert batch.validate()
    first = batch[0]
    assert first.kind == "patch"
    assert first.region_id.tolist() == list(range(9))
    assert first.pos[1].tolist() == [0.5, pytest.approx(1 / 6)]
    torch.testing.assert_close(first.adjacency(), relate(features)[0])
    torch.testing.assert_close(first.x[4].view(4, 2, 2), features[0, :, 2:4, 2:4])
    assert GCNConv(16, 2)(batch.x, batch.edge_index, batch.edge_weight).shape == (18, 2)


def test_centres_leave_out_what_was_added():
    centres = patch_centres(3, 4, 2).view(2, 2, 2)  # rows of 2 and 1 pixels
    assert centres[:, 0, 1].tolist() == [pytest.approx(1 / 3), pytest.approx(5 / 6)]
    assert centres[0, :, 0].tolist() == [0.25, 0.75]
    assert patch_centres(2, 2, 5).max() <= 1


def test_layer_properties():
    layer = PatchSimilarityGraph(k=3)
    assert repr(layer) == "PatchSimilarityGraph(k=3)"
    features = torch.randn(2, 5, 7, 8)
    check_batch_is_singles(layer, features)
    check_compile_and_export(layer, features)
    check_half(layer, features, scale=300)
    check_nan_shows(layer, features)
    check_gradients(layer, features[:1, :2])


def test_onnx():
    check_onnx(PatchSimilarityGraph(k=3), torch.randn(2, 5, 7, 8))


def test_wrong_arguments():
    assert "k" in refused(PatchSimilarityGraph, k=0)
    assert "[B, C, H, W] (got [3, 4, 4])" in refused(patch_similarity, torch.rand(3, 4, 4))
    assert "(got [1, 0, 4, 4])" in refused(patch_similarity, torch.rand(1, 0, 4, 4))
    assert "torch.int64" in refused(patch_similarity, torch.ones(1, 1, 4, 4).long())


@pytest.mark.parametrize(("height", "width"), [(7, 7), (8, 11), (12, 5), (5, 9)])
@pytest.mark.parametrize("k", [3, 4, 5])
def test_an_even_cut_against_numpy(height, width, k):
    """Every place is in one patch, and a patch with fewer places repeats its own."""
    features = torch.randn(2, 3, height, width, dtype=torch.float64)
    tall, wide = -(-height // k), -(-width // k)
    rows, columns = ([n * side // k for n in range(k + 1)] for side in (height, width))
    patches = []
    for i in range(k):
        for j in range(k):
            part = features[:, :, rows[i] : rows[i + 1], columns[j] : columns[j + 1]].numpy()
            down = np.arange(tall) * part.shape[2] // tall
            right = np.arange(wide) * part.shape[3] // wide
            patches.append(part[:, :, down][:, :, :, right].reshape(2, -1))
    wanted = np.stack(patches, 1)
    np.testing.assert_array_equal(feature_patches(features, k, "even").numpy(), wanted)
    unit = wanted / np.linalg.norm(wanted, axis=2, keepdims=True)
    alike = (unit @ unit.transpose(0, 2, 1) + 1) / 2
    np.testing.assert_allclose(patch_similarity(features, k, "even").numpy(), alike, atol=1e-12)
    graph = PatchSimilarityGraph(k, "even").graph(features)[0]
    middle = [(rows[0] + rows[1]) / 2 / height, (columns[-2] + columns[-1]) / 2 / width]
    assert graph.pos[k - 1].tolist() == pytest.approx(middle[::-1])


def test_an_even_cut_is_the_plain_one_where_k_divides():
    features = torch.randn(2, 4, 10, 5)
    assert torch.equal(patch_similarity(features, 5, "even"), patch_similarity(features, 5))
    assert torch.equal(patch_centres(10, 5, 5, "even"), patch_centres(10, 5, 5))


def test_an_even_cut_in_words_and_exported():
    layer = PatchSimilarityGraph(3, "even")
    assert repr(layer) == "PatchSimilarityGraph(k=3, cut='even')"
    check_onnx(layer, torch.randn(2, 5, 7, 8))
    assert "'cut' must be one of pad, even" in refused(PatchSimilarityGraph, cut="odd")


@pytest.mark.parametrize("labels", [3, 1])
def test_a_label_a_face(labels):
    relate, features = PatchSimilarityGraph(k=2), torch.rand(2, 4, 6, 6)
    with pytest.raises(ValueError, match=rf"'y' must be \[2\] \(got \[{labels}\]\)"):
        relate.graph(features, torch.zeros(labels))
