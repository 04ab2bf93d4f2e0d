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
