import json

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from graphforensics.tamper import Regenerate, RegenerateRecipe

SEEDS = torch.arange(4)


@pytest.fixture
def images(photograph) -> torch.Tensor:
    """The astronaut's head four times, with sensor noise of its own each time."""
    noise = np.random.default_rng(0).normal(0, 5, (4, 240, 240, 3))
    noisy = np.clip(photograph[:240, 100:340] + noise, 0, 255).astype(np.uint8)
    return torch.from_numpy(noisy).permute(0, 3, 1, 2).contiguous()


@pytest.fixture
def faces(landmarks) -> torch.Tensor:
    return torch.from_numpy(landmarks - np.float32([100, 0])).expand(4, -1, -1).contiguous()


def fine(picture: torch.Tensor, area: np.ndarray) -> float:
    luma = picture.float().mean(0).numpy()
    return float((luma - gaussian_filter(luma, 1.0))[area].std())


def test_the_face_has_no_noise_and_the_rest_is_untouched(images, faces) -> None:
    batch = Regenerate()(images, faces, SEEDS)
    assert batch.valid.all()
    assert batch.label.tolist() == [1] * 4
    assert torch.equal(batch.target, images)
    outside = (batch.mask == 0).expand_as(images)
    assert torch.equal(batch.forged[outside], images[outside])
    for forged, given, mask in zip(batch.forged, images, batch.mask_bytes[:, 0], strict=True):
        area = mask.numpy() > 250
        assert area.sum() > 1000
        assert fine(forged, area) < 0.75 * fine(given, area)


def test_a_sample_depends_on_its_own_seed(images, faces) -> None:
    together = Regenerate()(images, faces, SEEDS)
    alone = Regenerate()(images[2:3], faces[2:3], SEEDS[2:3])
    assert torch.equal(alone.forged[0], together.forged[2])
    assert alone.made[0] == together.made[2]
    again = Regenerate()(images, faces, recipes=together.made)
    assert torch.equal(again.forged, together.forged)


def test_frames_of_a_clip_share_a_recipe_and_floats_agree(images, faces) -> None:
    clip = Regenerate()(images.view(2, 2, 3, 240, 240), faces.view(2, 2, 68, 2), SEEDS[:2])
    assert clip.forged.shape == (2, 2, 3, 240, 240)
    assert clip.mask.shape == (2, 2, 1, 240, 240)
    flat = Regenerate()(images[:1], faces[:1], SEEDS[:1])
    assert torch.equal(clip.forged[0, 0], flat.forged[0])
    floats = Regenerate()(images[:1].float() / 255, faces[:1], SEEDS[:1])
    assert (floats.forged[0] * 255 - flat.forged[0]).abs().max() <= 0.51


def test_faces_that_are_none_stay(images, faces) -> None:
    faces[1] = float("nan")
    faces[3] += 5000
    batch = Regenerate()(images, faces, SEEDS)
    assert batch.valid.tolist() == [True, False, True, False]
    for row in (1, 3):
        assert torch.equal(batch.forged[row], images[row])
        assert not batch.mask[row].any()


def test_a_face_at_the_border(images, faces) -> None:
    moved = faces - torch.tensor([100.0, 40.0])
    batch = Regenerate()(images, moved, SEEDS)
    assert batch.valid.all()
    assert (batch.forged != images).any()


def test_an_autoencoder_that_is_given_is_used(images, faces) -> None:
    def grey(pixels: torch.Tensor) -> torch.Tensor:
        return torch.full_like(pixels, 0.5)

    recipe = RegenerateRecipe(autoencoder=True, sharpening=0.0)
    batch = Regenerate(grey)(images[:1], faces[:1], recipes=[recipe])
    inside = (batch.mask_bytes[0] == 255).expand(3, -1, -1)
    assert (batch.forged[0][inside].int() - 128).abs().max() <= 1
    shares = [RegenerateRecipe.draw(np.random.default_rng(s), True).autoencoder for s in range(200)]
    assert np.mean(shares) == pytest.approx(0.5, abs=0.12)
    assert not any(RegenerateRecipe.draw(np.random.default_rng(s)).autoencoder for s in range(20))


def test_recipes_through_json() -> None:
    drawn = [RegenerateRecipe.draw(np.random.default_rng(seed)) for seed in range(300)]
    sizes = np.array([recipe.size for recipe in drawn])
    assert 56 <= sizes.min() < 62
    assert 150 < sizes.max() <= 160
    assert {recipe.denoiser for recipe in drawn} == {"none", "bilateral", "wavelet"}
    back = RegenerateRecipe.from_dict(json.loads(json.dumps(drawn[0].to_dict())))
    assert back == drawn[0]
    with pytest.raises(ValueError, match="unknown recipe entries"):
        RegenerateRecipe.from_dict({"colour": 1})


def test_wrong_arguments(images, faces) -> None:
    regenerate = Regenerate()
    with pytest.raises(ValueError, match="at most one of"):
        regenerate(images, faces, SEEDS, recipes=[RegenerateRecipe()] * 4)
    with pytest.raises(ValueError, match="'recipes' must be 4"):
        regenerate(images, faces, recipes=[RegenerateRecipe()])
    with pytest.raises(ValueError, match="'target' must be like 'images'"):
        regenerate(images, faces, SEEDS, target=images[:1])
