import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from skimage.transform import AffineTransform, warp

from graphforensics.errors import NoFaceError
from graphforensics.tamper import SelfBlend, SelfBlendRecipe, hull_mask, self_blend
from graphforensics.tamper.recipe.self_blend_recipe import Side

STRONG = SelfBlendRecipe(
    rgb_shift=(12.0, -12.0, 12.0),
    hue=0.01,
    saturation=0.2,
    brightness=0.05,
    strength=3.0,
    shift=(0.03, 0.015),
    scale=0.05,
    forehead=1.5,
    elastic=0.008,
    erosion=0.01,
    blur=0.05,
)


@pytest.mark.parametrize("seed", range(8))
def test_background_is_untouched_to_the_bit(photograph, landmarks, seed: int) -> None:
    given = photograph.copy()
    result = self_blend(photograph, landmarks, np.random.default_rng(seed))
    outside = result.mask == 0
    np.testing.assert_array_equal(result.image[outside], result.target[outside])
    np.testing.assert_array_equal(photograph, given)
    if result.recipe.side == "source":
        np.testing.assert_array_equal(result.target, photograph)
    assert (result.image != result.target)[~outside].any()
    assert result.image.dtype == result.mask.dtype == np.uint8
    assert result.mask.max() == 255


def test_same_seed_same_forgery(photograph, landmarks) -> None:
    first = self_blend(photograph, landmarks, np.random.default_rng(5))
    again = self_blend(photograph, landmarks, np.random.default_rng(5))
    replayed = self_blend(photograph, landmarks, recipe=first.recipe)
    other = self_blend(photograph, landmarks, np.random.default_rng(6))
    for twin in (again, replayed):
        np.testing.assert_array_equal(first.image, twin.image)
        np.testing.assert_array_equal(first.mask, twin.mask)
    assert (first.image != other.image).any()


def test_the_mask_lies_on_the_hull(photograph, landmarks) -> None:
    recipe = SelfBlendRecipe(erosion=0.02, blur=0.02)
    mask = self_blend(photograph, landmarks, recipe=recipe).mask
    hull = hull_mask(landmarks, photograph.shape[:2])
    assert (mask[~hull] == 0).mean() > 0.999
    assert mask[hull].mean() > 200


def test_the_mask_of_the_strongest_recipe_ends_inside_the_image(photograph, landmarks) -> None:
    # Compared with a copy of the image that has more room, nothing is cut off.
    for seed in range(5):
        recipe = replace(STRONG, elastic_seed=seed)
        mask = self_blend(photograph, landmarks, recipe=recipe).mask
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        side = 1.3 * np.ptp(landmarks, axis=0).max()
        room = 0.2 * side
        top = landmarks[:, 1].min() - 1.5 * 12
        assert rows[0] > top - room
        assert rows[-1] < landmarks[:, 1].max() + room
        assert columns[0] > landmarks[:, 0].min() - room
        assert columns[-1] < landmarks[:, 0].max() + room


def test_blend_equation_with_ratio(photograph, landmarks) -> None:
    """With nothing but a colour shift, every pixel is the weighted mean of the two."""
    recipe = SelfBlendRecipe(rgb_shift=(20.0, 0.0, -20.0), ratio=0.5, blur=0.05)
    result = self_blend(photograph, landmarks, recipe=recipe)
    weight = 0.5 * result.mask[..., None].astype(np.float64) / 255
    source = np.clip(photograph + np.array([20.0, 0.0, -20.0]), 0, 255)
    wanted = weight * source + (1 - weight) * photograph
    assert np.abs(result.image - wanted).max() <= 0.51


def test_shift_and_scale_against_scikit_image(photograph, landmarks) -> None:
    recipe = SelfBlendRecipe(shift=(0.03, -0.01), scale=0.05, erosion=0.0, blur=0.01)
    result = self_blend(photograph, landmarks, recipe=recipe)
    centre = (landmarks.min(axis=0) + landmarks.max(axis=0)).astype(np.float64) / 2
    side = 1.3 * np.ptp(landmarks.astype(np.float64), axis=0).max()
    move = AffineTransform(scale=1.05)
    move.params[:2, 2] = centre * (1 - 1.05) + np.array([0.03, -0.01]) * side
    moved = warp(photograph, move.inverse, order=1, preserve_range=True)
    full = result.mask == 255
    assert full.sum() > 3000
    assert np.abs(result.image[full] - moved[full]).max() <= 1.0


def test_a_changed_target_is_changed_as_a_whole(photograph, landmarks) -> None:
    recipe = SelfBlendRecipe(side="target", brightness=0.1)
    result = self_blend(photograph, landmarks, recipe=recipe)
    brighter = np.clip(photograph.astype(np.float64) + 25.5, 0, 255)
    assert np.abs(result.target - brighter).max() <= 0.51
    # The face is the one that was filmed.
    full = result.mask == 255
    assert np.abs(result.image[full].astype(int) - photograph[full]).max() <= 1


@pytest.mark.parametrize("side", ["source", "target"])
@pytest.mark.parametrize(
    "move", [(-190, -75), (250, 380)], ids=["top left corner", "bottom right corner"]
)
def test_no_black_border_at_the_image_edge(photograph, landmarks, side: Side, move) -> None:
    """A face cut off by the edge is filled with the pixels of the rim, not with black."""
    bright = np.maximum(photograph, 90)
    recipe = replace(STRONG, side=side, strength=1.0, rgb_shift=(0.0, 0.0, 0.0))
    result = self_blend(bright, landmarks + np.float32(move), recipe=recipe)
    assert (result.mask > 0).sum() > 500
    assert result.image.min() >= 80
    outside = result.mask == 0
    np.testing.assert_array_equal(result.image[outside], result.target[outside])


def test_a_frame_that_is_all_face(landmarks) -> None:
    image = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    result = self_blend(image, landmarks - landmarks.mean(axis=0) + 20, np.random.default_rng(0))
    assert result.image.shape == image.shape
    assert result.mask.any()


def test_a_tiny_face(landmarks) -> None:
    image = np.full((64, 64, 3), 128, dtype=np.uint8)
    tiny = (landmarks - landmarks.mean(axis=0)) * 0.06 + 32
    assert self_blend(image, tiny, np.random.default_rng(0)).mask.any()


def test_only_the_neighbourhood_of_the_face_is_worked_on(photograph, landmarks) -> None:
    recipe = SelfBlendRecipe(strength=2.0, erosion=0.01, blur=0.03)
    small = self_blend(photograph[:260, :360], landmarks, recipe=recipe)
    large = self_blend(photograph, landmarks, recipe=recipe)
    np.testing.assert_array_equal(small.image, large.image[:260, :360])


@pytest.mark.parametrize(
    ("image", "points", "message"),
    [
        (
            np.zeros((64, 64), np.uint8),
            None,
            r"got uint8 \(64, 64\)",
        ),
        (np.zeros((64, 64, 4), np.uint8), None, "'image' must be uint8"),
        (np.zeros((64, 64, 3), np.float32), None, "got float32"),
        (None, np.zeros((5, 2)), r"'landmarks' must be .68, 2. .got \(5, 2\)"),
    ],
)
def test_wrong_shapes(photograph, landmarks, image, points, message: str) -> None:
    image = photograph if image is None else image
    points = landmarks if points is None else points
    with pytest.raises(ValueError, match=message):
        self_blend(image, points, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (np.full((68, 2), np.nan), "not finite"),
        (np.full((68, 2), 100.0), "in one place"),
        (np.stack([np.linspace(90, 140, 68)] * 2, axis=1), "on a line or in one place"),
        (np.random.default_rng(0).uniform(9000, 9100, (68, 2)), "outside the image"),
        (np.random.default_rng(0).uniform(-9100, -9000, (68, 2)), "outside the image"),
    ],
)
def test_no_face_in_the_landmarks(photograph, points, message: str) -> None:
    with pytest.raises(NoFaceError, match=message):
        self_blend(photograph, points, np.random.default_rng(0))


def test_recipe_or_generator(photograph, landmarks) -> None:
    with pytest.raises(ValueError, match="either 'generator' or 'recipe'"):
        self_blend(photograph, landmarks)
    with pytest.raises(ValueError, match="either 'generator' or 'recipe'"):
        self_blend(photograph, landmarks, np.random.default_rng(0), SelfBlendRecipe())


def test_removed_action_units_keep_their_pixels(photograph, landmarks) -> None:
    removed = ("AU12", "AU6", "AU25")
    # Neither moved nor bent nor blurred far, so that the mask is where the regions are not.
    still = SelfBlendRecipe(rgb_shift=(12.0, -12.0, 12.0), erosion=0.0, blur=0.0)
    whole = self_blend(photograph, landmarks, recipe=still)
    partial = self_blend(photograph, landmarks, recipe=replace(still, removed=removed))
    cut = (whole.mask > 0) & (partial.mask == 0)
    assert 0.05 < cut.mean() / (whole.mask > 0).mean() < 0.95
    np.testing.assert_array_equal(partial.image[cut], photograph[cut])
    # The mouth's corners belong to AU12; the bridge of the nose belongs to none of the three.
    for corner in (48, 54):
        x, y = landmarks[corner].round().astype(int)
        assert partial.mask[y, x] == 0 < whole.mask[y, x]
    x, y = landmarks[27].round().astype(int)
    assert partial.mask[y, x] > 0


def test_partial_recipes_spare_something_and_survive_json(photograph, landmarks) -> None:
    for seed in range(20):
        recipe = SelfBlendRecipe.draw(np.random.default_rng(seed), partial=True)
        assert recipe.removed
        assert SelfBlendRecipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe
        whole = SelfBlendRecipe.draw(np.random.default_rng(seed))
        assert replace(recipe, removed=()) == whole
    with pytest.raises(ValueError, match="'removed' must name action units"):
        SelfBlendRecipe.from_dict({"removed": ["AU99"]})


@pytest.mark.parametrize("move", [(-185.0, 0.0), (0.0, -75.0), (255.0, 40.0), (-180.0, -70.0)])
def test_a_face_that_leaves_the_picture_as_in_a_batch(photograph, landmarks, move) -> None:
    """Its mask is drawn from the whole hull, also from what lies outside."""
    faces = landmarks + np.float32(move)
    for seed in range(4):
        drawn = SelfBlendRecipe.draw(np.random.default_rng(seed), ("source",))
        recipe = replace(drawn, erosion=0.05, blur=0.04, shift=(0.03, 0.015))
        single = self_blend(photograph, faces, recipe=recipe)
        picture = torch.from_numpy(photograph).permute(2, 0, 1)[None]
        batch = SelfBlend()(picture, torch.from_numpy(faces)[None], recipes=[recipe])
        mask = (batch.mask[0, 0].float() / batch.mask.max()).numpy()
        assert (np.abs(mask - single.mask / single.mask.max()) > 0.2).sum() < 40


def test_detail_is_reduced_as_in_a_batch(photograph, landmarks) -> None:
    for detail, strength in (("downscale", 2.7), ("nearest", 4.0)):
        recipe = SelfBlendRecipe(detail=detail, strength=strength)
        single = self_blend(photograph, landmarks, recipe=recipe)
        picture = torch.from_numpy(photograph).permute(2, 0, 1)[None]
        batch = SelfBlend()(picture, torch.from_numpy(landmarks)[None], recipes=[recipe])
        solid = (single.mask == 255) & (batch.mask[0, 0] == batch.mask.max()).numpy()
        apart = batch.forged[0].permute(1, 2, 0).numpy().astype(int) - single.image
        assert solid.sum() > 1000
        assert np.abs(apart[solid]).max() <= 1


def test_smoothing_takes_the_noise_away_in_a_picture_and_in_a_batch(photograph, landmarks) -> None:
    noise = np.random.default_rng(0).normal(0, 6, photograph.shape)
    noisy = np.clip(photograph + noise, 0, 255).astype(np.uint8)
    for side in ("source", "target"):
        recipe = SelfBlendRecipe(side=side, detail="sharpen", strength=1.0, smoothing=2.0)
        single = self_blend(noisy, landmarks, recipe=recipe)
        picture = torch.from_numpy(noisy).permute(2, 0, 1)[None]
        batch = SelfBlend()(picture, torch.from_numpy(landmarks)[None], recipes=[recipe])
        solid = (single.mask == 255) & (batch.mask[0, 0] == batch.mask.max()).numpy()
        both = batch.forged[0].permute(1, 2, 0).numpy().astype(int), single.image.astype(int)
        assert np.abs(both[0] - both[1])[solid].max() <= 1
        left = [np.abs(np.diff(image.astype(int), axis=1))[solid[:, 1:]].mean() for image in both]
        assert max(left) < 0.6 * np.abs(np.diff(noisy.astype(int), axis=1))[solid[:, 1:]].mean()
        assert np.array_equal(single.image[single.mask == 0], single.target[single.mask == 0])
