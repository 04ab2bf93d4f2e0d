from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from skimage.data import astronaut

from graphforensics.datasets.augmentation import LEVELS, AugmentationRecipe, augment
from graphforensics.datasets.augmentation.levels import level_of
from graphforensics.datasets.perturbation.h264 import h264

NOTHING = AugmentationRecipe()


@pytest.fixture
def frames() -> torch.Tensor:
    """Two frames of the astronaut's face, a pixel apart."""
    picture = torch.from_numpy(astronaut()).permute(2, 0, 1)
    return torch.stack([picture[:, 48:176, 160 + n : 288 + n] for n in range(2)])


def test_nothing_is_changed_by_nothing(frames) -> None:
    mask, points = torch.rand(2, 1, 128, 128), torch.rand(2, 68, 2)
    told = augment(frames, NOTHING, mask, points)
    assert all(torch.equal(a, b) for a, b in zip(told, (frames, mask, points), strict=True))


def test_the_window_is_enlarged_and_landmarks_stay_on_what_they_mark() -> None:
    frames = torch.zeros(1, 3, 64, 64, dtype=torch.uint8)
    frames[:, :, 20:24, 30:34] = 255
    mask = (frames[:, :1] > 0).float()
    points = torch.full((1, 68, 2), 0.0) + torch.tensor([31.5, 21.5])
    recipe = replace(NOTHING, window=(0.25, 0.25, 0.5))
    seen, covered, moved = augment(frames, recipe, mask, points)
    lit = (seen[0, 0] > 127).nonzero().float()
    # The centre of mass, row and column, against the landmark that marks it.
    centre = lit.mean(0)
    assert moved[0, 0].tolist() == pytest.approx(centre.flip(0).tolist(), abs=0.01)
    assert len(lit) == 64
    torch.testing.assert_close(covered[0, 0] > 0.5, seen[0, 0] > 127)


def test_colours_are_those_of_the_formulas(frames) -> None:
    pixels = frames.numpy().astype(np.float64)
    shifted, _, _ = augment(frames, replace(NOTHING, rgb=(12.4, -20.0, 3.0)))
    wanted = np.clip(pixels + np.array([12, -20, 3])[:, None, None], 0, 255)
    np.testing.assert_array_equal(shifted.numpy(), wanted)
    brighter, _, _ = augment(frames, replace(NOTHING, brightness=1.3))
    np.testing.assert_allclose(brighter.numpy(), np.clip(pixels * 1.3, 0, 255), atol=1)
    grey = pixels.transpose(0, 2, 3, 1) @ [0.299, 0.587, 0.114]
    flatter, _, _ = augment(frames, replace(NOTHING, contrast=0.7))
    mean = np.floor(grey).mean((1, 2))[:, None, None, None]
    np.testing.assert_allclose(flatter.numpy(), mean + 0.7 * (pixels - mean), atol=1.5)
    faded, _, _ = augment(frames, replace(NOTHING, saturation=0.0))
    np.testing.assert_allclose(faded.numpy()[:, 0], grey, atol=1.5)


def test_jpeg_is_what_pillow_makes(frames) -> None:
    seen, _, _ = augment(frames, replace(NOTHING, jpeg=40))
    for frame, met in zip(frames, seen, strict=True):
        file = io.BytesIO()
        Image.fromarray(frame.permute(1, 2, 0).numpy()).save(file, "JPEG", quality=40)
        wanted = np.asarray(Image.open(file)).astype(int)
        assert np.abs(wanted - met.permute(1, 2, 0).numpy()).mean() < 1


def test_h264_is_the_one_of_the_perturbations(frames) -> None:
    seen, _, _ = augment(frames, replace(NOTHING, h264=30))
    wanted = h264([frame.permute(1, 2, 0).numpy() for frame in frames], 30)
    np.testing.assert_array_equal(seen.permute(0, 2, 3, 1).numpy(), np.stack(wanted))


def test_noise_is_new_in_each_frame_and_as_strong_as_asked() -> None:
    grey = torch.full((2, 3, 128, 128), 128, dtype=torch.uint8)
    seen, _, _ = augment(grey, replace(NOTHING, noise=5.0, noise_seed=3))
    added = seen.numpy().astype(float) - 128
    assert added.std((1, 2, 3)) == pytest.approx([5.0, 5.0], rel=0.02)
    assert abs(np.corrcoef(added[0].ravel(), added[1].ravel())[0, 1]) < 0.02


def test_down_and_up_takes_detail_away_as_blur_does(frames) -> None:
    def detail(pixels: torch.Tensor) -> float:
        return float(np.abs(np.diff(pixels.numpy().astype(float), axis=-1)).mean())

    for change in ({"downscale": 0.25}, {"blur": 0.02}):
        seen, _, _ = augment(frames, replace(NOTHING, **change))
        assert seen.shape == frames.shape
        assert detail(seen) < 0.8 * detail(frames)
        assert seen.float().mean().item() == pytest.approx(frames.float().mean().item(), abs=1)


@pytest.mark.parametrize("word", ["published", "strong"])
def test_equal_seeds_give_equal_changes_and_a_pair_shares_them(word: str, frames) -> None:
    level = level_of(word)
    assert level is not None
    for seed in range(6):
        one, other = (
            AugmentationRecipe.draw(level, np.random.default_rng(seed), clip=True) for _ in "ab"
        )
        assert one == other
        forged = frames.clone()
        forged[:, :, 40:60, 40:60] = 255 - forged[:, :, 40:60, 40:60]
        real, _, _ = augment(frames, replace(one, h264=None, jpeg=None))
        fake, _, _ = augment(forged, replace(one, h264=None, jpeg=None, contrast=None))
        if one.contrast is None:
            # Far from what was forged the two stay the same, whatever was done to both.
            far = (slice(None), slice(None), slice(-16, None), slice(-16, None))
            assert torch.equal(real[far], fake[far])


def test_draws_are_within_their_ranges_and_as_frequent_as_said() -> None:
    level = level_of("strong")
    assert level is not None
    rng = np.random.default_rng(0)
    drawn = [AugmentationRecipe.draw(level, rng, clip=True) for _ in range(2000)]
    for name, chance in (("rgb", 0.4), ("hue", 0.4), ("brightness", 0.5), ("noise", 0.3)):
        share = np.mean([getattr(recipe, name) is not None for recipe in drawn])
        assert share == pytest.approx(chance, abs=0.04), name
    assert np.mean([recipe.h264 is not None for recipe in drawn]) == pytest.approx(0.5, abs=0.04)
    assert not [recipe for recipe in drawn if recipe.h264 is not None and recipe.jpeg is not None]
    for recipe in drawn:
        left, top, side = recipe.window
        assert 0.8 <= side <= 1
        assert min(left, top) >= 0
        assert max(left, top) + side <= 1 + 1e-9
    still = [AugmentationRecipe.draw(level, rng) for _ in range(200)]
    assert all(recipe.h264 is None for recipe in still)


def test_levels_are_named() -> None:
    assert LEVELS["none"] is None
    with pytest.raises(ValueError, match="'augment' must be one of none, published, strong"):
        level_of("weak")


def test_wrong_frames_are_refused() -> None:
    with pytest.raises(ValueError, match="'frames' must be uint8"):
        augment(torch.rand(1, 3, 8, 8), NOTHING)
