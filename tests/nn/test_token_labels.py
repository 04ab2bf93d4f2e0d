from __future__ import annotations

import numpy as np
import pytest
import torch

from graphforensics.nn import token_labels
from tests.nn.properties import check_batch_is_singles, check_nan_shows, refused


def test_against_means_of_areas():
    mask = torch.rand(2, 224, 224, dtype=torch.float64)
    areas = mask.numpy().reshape(2, 14, 16, 14, 16).mean((2, 4))
    met = token_labels(mask, (14, 14), threshold=0.501)
    np.testing.assert_array_equal(met.numpy(), (areas > 0.501).reshape(2, -1))
    assert torch.equal(token_labels(mask.unsqueeze(1), (14, 14), threshold=0.501), met)


def test_literal_mask():
    mask = torch.tensor([[1.0, 1, 0, 0], [0, 1, 1, 0]]).unsqueeze(0)
    assert token_labels(mask, (1, 2)).tolist() == [[1, 0]]
    assert token_labels(mask, (2, 4)).tolist() == [[1, 1, 0, 0, 0, 1, 1, 0]]
    assert token_labels(mask, (1, 1)).tolist() == [[0]]  # the share itself is not above it
    assert token_labels(mask, (1, 1), threshold=0.49).tolist() == [[1]]


def test_real_faces_have_no_tampered_token():
    assert token_labels(torch.zeros(3, 32, 32), (4, 4)).sum() == 0


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision(dtype):
    assert token_labels(torch.ones(1, 32, 32, dtype=dtype), (4, 4)).eq(1).all()


def test_singles_and_nan():
    check_batch_is_singles(lambda mask: token_labels(mask, (3, 2)), torch.rand(3, 12, 10))
    check_nan_shows(lambda mask: token_labels(mask, (3, 2)), torch.rand(1, 12, 10))


def test_wrong_arguments():
    assert "rows" in refused(token_labels, torch.rand(1, 4, 4), (0, 2))
    assert "(got [4, 4])" in refused(token_labels, torch.rand(4, 4), (2, 2))
    assert "torch.uint8" in refused(token_labels, torch.zeros(1, 4, 4).byte(), (2, 2))
