from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from graphforensics.nn import patch_similarity, similarity_target
from tests.nn.properties import check_batch_is_singles, check_nan_shows, refused


def oracle(mask: np.ndarray, k: int) -> np.ndarray:
    """Eqs. 8 and 9, patch by patch."""
    height, width = mask.shape
    tall, wide = math.ceil(height / k), math.ceil(width / k)
    shares = []
    for row in range(k):
        for column in range(k):
            patch = mask[row * tall : (row + 1) * tall, column * wide : (column + 1) * wide]
            shares.append(patch.mean() if patch.size else 0.0)
    return np.array([[1 - (one - other) ** 2 for other in shares] for one in shares])


@pytest.mark.parametrize(("size", "k"), [((10, 10), 5), ((299, 299), 5), ((7, 9), 3), ((2, 3), 4)])
def test_against_oracle(size, k):
    mask = torch.rand(2, *size, dtype=torch.float64) > 0.6
    met = similarity_target(mask.double(), k)
    for face in range(2):
        wanted = oracle(mask[face].double().numpy(), k)
        np.testing.assert_allclose(met[face].numpy(), wanted, atol=1e-12)
    torch.testing.assert_close(similarity_target(mask, k), met.float())
    torch.testing.assert_close(similarity_target(mask.unsqueeze(1), k), met.float())


def test_two_by_two_patches_by_hand():
    mask = torch.tensor(
        [
            [1.0, 1.0, 0.0, 0.0],
            [1.0, 1.0, 0.0, 0.0],
            [1.0, 0.0, 0.0, 1.0],
            [0.0, 1.0, 0.0, 0.0],
        ]
    )
    # Forged shares: 1, 0, 1/2, 1/4.
    wanted = [
        [1.0, 0.0, 0.75, 0.4375],
        [0.0, 1.0, 0.75, 0.9375],
        [0.75, 0.75, 1.0, 0.9375],
        [0.4375, 0.9375, 0.9375, 1.0],
    ]
    assert similarity_target(mask.unsqueeze(0), k=2)[0].tolist() == wanted


def test_it_is_what_features_of_two_kinds_show():
    mask = torch.zeros(1, 10, 10)
    mask[:, :4, :4] = 1
    features = torch.stack([1 - 2 * mask, torch.zeros_like(mask)], dim=1)
    assert torch.equal(patch_similarity(features), similarity_target(mask))


def test_real_face_is_alike_everywhere():
    assert (similarity_target(torch.zeros(1, 12, 12)) == 1).all()


def test_wholly_forged_face_is_alike_everywhere_but_where_no_pixels_are():
    assert (similarity_target(torch.ones(1, 14, 14)) == 1).all()
    beyond = similarity_target(torch.ones(1, 12, 12)).view(5, 5, 5, 5)  # 3 pixels a patch
    assert (beyond[:4, :4, :4, :4] == 1).all()
    assert (beyond[:4, :4, 4] == 0).all()


def test_singles_and_nan():
    mask = torch.rand(2, 7, 7)
    check_batch_is_singles(lambda masks: similarity_target(masks, 3), mask)
    check_nan_shows(lambda masks: similarity_target(masks, 3), mask)


def test_half_precision_counts_large_patches():
    mask = torch.ones(1, 600, 600, dtype=torch.float16)
    assert (similarity_target(mask, 2) == 1).all()


def test_wrong_arguments():
    assert "k" in refused(similarity_target, torch.zeros(1, 4, 4), k=0)
    assert "(got [4, 4])" in refused(similarity_target, torch.zeros(4, 4))
    assert "torch.uint8" in refused(similarity_target, torch.zeros(1, 4, 4, dtype=torch.uint8))


def _edges(places: int, k: int, cut: str) -> list[int]:
    step = math.ceil(places / k)
    return [
        number * places // k if cut == "even" else min(number * step, places)
        for number in range(k + 1)
    ]


@pytest.mark.parametrize("cut", ["even", "pad"])
@pytest.mark.parametrize("k", [3, 4, 5])
@pytest.mark.parametrize(("size", "places"), [(224, 7), (256, 8), (380, 12), (299, 10), (107, 11)])
def test_the_mask_is_cut_at_the_borders_of_the_map(size: int, places: int, k: int, cut: str):
    """Each pixel counts for the patch whose places cover it."""
    mask = torch.rand(1, size, size, dtype=torch.float64)
    edges = np.array(_edges(places, k, cut)) * size / places
    # The patch of a pixel, by where its upper left corner lies between the borders.
    owner = np.searchsorted(edges[1:], np.arange(size), side="right")
    shares = [
        mask[0].numpy()[owner == row][:, owner == column].mean()
        if (owner == row).any() and (owner == column).any()
        else 0.0
        for row in range(k)
        for column in range(k)
    ]
    wanted = np.array([[1 - (one - other) ** 2 for other in shares] for one in shares])
    met = similarity_target(mask, k, (places, places), cut)[0].numpy()
    np.testing.assert_allclose(met, wanted, atol=1e-12)


@pytest.mark.parametrize("cut", ["even", "pad"])
@pytest.mark.parametrize(("size", "places"), [(299, 10), (160, 5), (320, 10)])
def test_where_k_divides_the_map_nothing_changes(size: int, places: int, cut: str):
    mask = torch.rand(2, size, size)
    assert torch.equal(similarity_target(mask, 5, (places, places), cut), similarity_target(mask))


# The bounds are what a map that k divides reaches: large patches hold both kinds.
@pytest.mark.parametrize(("k", "bound"), [(3, 0.82), (4, 0.89), (5, 0.93)])
@pytest.mark.parametrize("size", [224, 256, 299, 380, 160])
def test_an_ideal_map_shows_what_is_wanted(size: int, k: int, bound: float):
    """Features that tell real places from forged ones are as alike as the target says."""
    places = math.ceil(size / 32)
    y, x = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    masks = torch.stack(
        [
            (((x / size - right) / 0.28) ** 2 + ((y / size - down) / 0.35) ** 2 < 1).double()
            for right, down in ((0.5, 0.5), (0.35, 0.6), (0.6, 0.35))
        ]
    )
    share = torch.nn.functional.adaptive_avg_pool2d(masks.unsqueeze(1), places)
    turn = share * math.pi
    ideal = torch.cat([turn.cos(), turn.sin()], dim=1)
    met = patch_similarity(ideal, k, "even")
    wanted = similarity_target(masks, k, (places, places), "even")
    assert np.corrcoef(met.flatten(), wanted.flatten())[0, 1] > bound
    assert torch.equal(met.diagonal(dim1=1, dim2=2).round(decimals=9), torch.ones(3, k * k))
