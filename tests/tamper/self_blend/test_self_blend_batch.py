import json

import pytest
import torch

from graphforensics.tamper import SelfBlend, SelfBlendBatch, SelfBlendRecipe


@pytest.fixture
def batch(photograph, landmarks) -> SelfBlendBatch:
    """Four samples, the second without a face."""
    image = torch.from_numpy(photograph[20:220, 130:320]).permute(2, 0, 1)
    faces = torch.from_numpy(landmarks - (130, 20)).float().repeat(4, 1, 1)
    faces[1] = torch.nan
    return SelfBlend(partial=True)(image.repeat(4, 1, 1, 1), faces, torch.arange(4))


def test_pairs_are_partners(batch) -> None:
    pairs = batch.pairs()
    assert pairs.label.tolist() == [0, 0, 0, 1, 1, 1]
    assert pairs.origin.tolist() == [0, 2, 3, 0, 2, 3]
    assert pairs.images.shape == (6, 3, 200, 190)
    assert not pairs.mask[:3].any()
    for row, origin in enumerate((0, 2, 3)):
        assert pairs.images[row].equal(batch.target[origin])
        assert pairs.images[row + 3].equal(batch.forged[origin])
        assert pairs.mask[row + 3].equal(batch.mask[origin])


def test_real_pictures_without_a_forgery_may_stay(batch) -> None:
    pairs = batch.pairs(paired_only=False)
    assert pairs.label.tolist() == [0, 0, 0, 0, 1, 1, 1]
    assert pairs.origin.tolist() == [0, 1, 2, 3, 0, 2, 3]
    assert pairs.images[1].equal(batch.target[1])


def test_recipes_are_json(batch) -> None:
    recipes = batch.recipes()
    assert recipes[1] is None
    for row in (0, 2, 3):
        again = SelfBlendRecipe.from_dict(json.loads(json.dumps(recipes[row].to_dict())))
        assert again == recipes[row]
        assert len(again.removed) == batch.removed[row].sum()
