from dataclasses import replace

import numpy as np
import pytest
import torch
from skimage.transform import AffineTransform, warp

from graphforensics.regions import action_unit_masks
from graphforensics.tamper import (
    RecipeBatch,
    SelfBlend,
    SelfBlendRecipe,
    change_colour,
    change_detail,
    self_blend,
)

SEEDS = torch.arange(100, 106)


@pytest.fixture
def images(photograph) -> torch.Tensor:
    """Six crops of the astronaut's face, each placed otherwise."""
    pixels = torch.from_numpy(photograph).permute(2, 0, 1)
    return torch.stack([pixels[:, y : y + 150, x : x + 140] for y, x, _ in _places()])


@pytest.fixture
def faces(landmarks) -> torch.Tensor:
    """Landmarks ``[6, 68, 2]`` in those crops."""
    points = torch.from_numpy(landmarks)
    return torch.stack([(points - torch.tensor([x, y])) * grown for y, x, grown in _places()])


def _places() -> list[tuple[int, int, float]]:
    return [(40 + 3 * k, 150 + 2 * k, 1 + 0.01 * k) for k in range(6)]


def test_background_and_removed_regions_are_untouched_to_the_bit(images, faces) -> None:
    given = images.clone()
    for partial in (False, True):
        batch = SelfBlend(partial)(images, faces, SEEDS)
        assert batch.valid.all()
        outside = (batch.mask == 0).expand_as(images)
        assert batch.forged[outside].equal(batch.target[outside])
        assert (batch.forged != batch.target).flatten(1).any(1).all()
        kept = batch.recipe.changes_source
        assert 0 < kept.sum() < 6
        assert batch.target[kept].equal(images[kept])
        assert (batch.target[~kept] != images[~kept]).flatten(1).any(1).all()
        assert batch.removed.any(1).tolist() == [partial] * 6
    removed = (action_unit_masks(faces, (150, 140)) > 0.5) & batch.removed[..., None, None]
    spared = removed.any(1, keepdim=True).expand_as(images)
    assert batch.forged[spared].equal(batch.target[spared])
    assert images.equal(given)


def test_every_sample_differs_and_seeds_repeat(images, faces) -> None:
    same, place = images[:1].expand(6, -1, -1, -1), faces[:1].expand(6, -1, -1)
    first = SelfBlend()(same, place, SEEDS)
    for i in range(6):
        for j in range(i):
            assert (first.forged[i] != first.forged[j]).any()
    again = SelfBlend()(same, place, SEEDS)
    assert first.forged.equal(again.forged)
    assert first.mask.equal(again.mask)


def test_a_sample_depends_on_its_own_seed_alone(images, faces) -> None:
    blend = SelfBlend(partial=True)
    together = blend(images, faces, SEEDS)
    order = torch.tensor([4, 1, 5])
    some = blend(images[order], faces[order], SEEDS[order])
    for name in ("forged", "target", "mask", "removed"):
        assert getattr(some, name).equal(getattr(together, name)[order]), name
    for row in range(6):
        alone = blend(images[row : row + 1], faces[row : row + 1], SEEDS[row : row + 1])
        assert alone.forged[0].equal(together.forged[row])
        assert alone.mask[0].equal(together.mask[row])


def test_any_number_of_threads(images, faces) -> None:
    before = torch.get_num_threads()
    results = []
    try:
        for threads in (1, 2, 3):
            torch.set_num_threads(threads)
            results.append(SelfBlend()(images, faces, SEEDS))
    finally:
        torch.set_num_threads(before)
    for other in results[1:]:
        assert other.forged.equal(results[0].forged)
        assert other.target.equal(results[0].target)
        assert other.mask.equal(results[0].mask)


def test_generators(images, faces) -> None:
    def forged(generator: torch.Generator | None) -> torch.Tensor:
        return SelfBlend()(images, faces, generator=generator).forged

    first = forged(torch.Generator().manual_seed(1))
    assert first.equal(forged(torch.Generator().manual_seed(1)))
    torch.manual_seed(5)
    loose = forged(None)
    torch.manual_seed(5)
    assert loose.equal(forged(None))
    assert (loose != first).any()


def test_recipes_are_replayed(images, faces) -> None:
    first = SelfBlend(partial=True)(images, faces, SEEDS)
    recipes = [SelfBlendRecipe.from_dict(recipe.to_dict()) for recipe in first.recipes()]
    for replay in (recipes, first.recipe):
        assert SelfBlend()(images, faces, recipes=replay).forged.equal(first.forged)


def test_blend_equation_in_float64(images, faces) -> None:
    """Eq. 9 with a source that scikit-image moved, and the mask that was handed back."""
    batch = SelfBlend()(images, faces, SEEDS)
    for row, recipe in enumerate(batch.recipes()):
        plain = images[row].double() / 255
        changed = change_detail(change_colour(plain, recipe), recipe)
        target = changed if recipe.side == "target" else plain
        source = changed if recipe.side == "source" else plain
        moved = warp(
            source.permute(1, 2, 0).numpy(), _motion(faces[row], recipe), order=1, mode="edge"
        )
        under = (target.permute(1, 2, 0).numpy() * 255).round()
        met = batch.target[row].permute(1, 2, 0).numpy()
        assert np.abs(met - under).max() <= 1
        assert (met != under).mean() < 1e-3
        weight = recipe.ratio * batch.mask[row, 0, ..., None].double().numpy()
        wanted = weight * moved * 255 + (1 - weight) * met
        forged = batch.forged[row].permute(1, 2, 0).numpy()
        assert np.abs(forged - wanted).max() < 0.52


def _motion(landmarks: torch.Tensor, recipe: SelfBlendRecipe) -> AffineTransform:
    points = landmarks.double().numpy()
    centre = (points.min(axis=0) + points.max(axis=0)) / 2
    side = 1.3 * np.ptp(points, axis=0).max()
    move = AffineTransform(scale=1 + recipe.scale)
    move.params[:2, 2] = -recipe.scale * centre + np.array(recipe.shift) * side
    return move.inverse


@pytest.mark.parametrize("partial", [False, True])
def test_like_the_function_for_one_picture(images, faces, partial: bool) -> None:
    """Another program for the mask, and windows of its own; the same forgery."""
    batch = SelfBlend(partial)(images, faces, SEEDS)
    for row, recipe in enumerate(batch.recipes()):
        image = images[row].permute(1, 2, 0).contiguous().numpy()
        wanted = self_blend(image, faces[row].numpy(), recipe=recipe)
        target = batch.target[row].permute(1, 2, 0).numpy().astype(int)
        assert np.abs(target - wanted.target).max() <= 1
        forged = batch.forged[row].permute(1, 2, 0).numpy().astype(int)
        apart = np.abs(forged - wanted.image)
        assert apart.mean() < 0.25
        assert np.quantile(apart, 0.99) <= 4


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16])
def test_floating_pictures(images, faces, dtype) -> None:
    bytes_ = SelfBlend()(images, faces, SEEDS)
    batch = SelfBlend()((images / 255).to(dtype), faces, SEEDS)
    assert batch.forged.dtype == batch.target.dtype == dtype
    outside = (batch.mask == 0).expand_as(images)
    assert batch.forged[outside].equal(batch.target[outside])
    assert ((batch.forged.float() * 255) - bytes_.forged).abs().max() <= 1.3


def test_the_frames_of_a_clip_share_a_recipe(images, faces) -> None:
    clips, places = images.view(2, 3, 3, 150, 140), faces.view(2, 3, 68, 2)
    batch = SelfBlend(partial=True)(clips, places, SEEDS[:2])
    assert batch.forged.shape == clips.shape
    assert batch.mask.shape == (2, 3, 1, 150, 140)
    assert batch.valid.shape == batch.label.shape == (2,)
    assert batch.removed.shape == (2, 15)
    each = SelfBlend()(images, faces, recipes=batch.recipe.repeat(3))
    assert batch.forged.flatten(0, 1).equal(each.forged)
    nested = SelfBlend(partial=True)(clips.unsqueeze(1), places.unsqueeze(1), SEEDS[:2])
    assert nested.forged.squeeze(1).equal(batch.forged)


def test_a_clip_with_one_frame_without_a_face_stays_whole(images, faces) -> None:
    places = faces.view(2, 3, 68, 2).clone()
    places[0, 1] = torch.nan
    clips = images.view(2, 3, 3, 150, 140)
    batch = SelfBlend()(clips, places, SEEDS[:2])
    assert batch.valid.tolist() == [False, True]
    assert batch.forged[0].equal(clips[0])
    assert not batch.mask[0].any()


@pytest.mark.parametrize("partial", [False, True])
def test_samples_without_a_face_stay_and_say_so(images, faces, partial: bool) -> None:
    spoilt = faces.clone()
    spoilt[0, 40] = torch.nan
    spoilt[1] = 70.0
    spoilt[3] += 900
    batch = SelfBlend(partial)(images, spoilt, SEEDS)
    assert batch.valid.tolist() == [False, False, True, False, True, True]
    assert batch.label.tolist() == [0, 0, 1, 0, 1, 1]
    for row in (0, 1, 3):
        assert batch.forged[row].equal(images[row])
        assert batch.target[row].equal(images[row])
        assert not batch.mask[row].any()
        assert not batch.removed[row].any()
        assert batch.recipes()[row] is None
    good = SelfBlend(partial)(images, faces, SEEDS)
    assert batch.forged[[2, 4, 5]].equal(good.forged[[2, 4, 5]])
    none = SelfBlend(partial)(images, torch.full_like(faces, torch.nan), SEEDS)
    assert not none.valid.any()
    assert none.forged.equal(images)
    assert not none.mask.isnan().any()


def test_no_black_border_where_a_face_is_cut_off(images, faces) -> None:
    bright = images.clamp_min(110)
    for move in ([-50.0, 0.0], [0.0, -60.0], [60.0, 70.0]):
        # Sharpening would darken edges of its own.
        recipe = replace(RecipeBatch.draw(SEEDS), sharpens=torch.zeros(6, dtype=torch.bool))
        batch = SelfBlend()(bright, faces + torch.tensor(move), recipes=recipe)
        assert batch.valid.all()
        assert batch.forged.min() >= 60
        assert batch.mask.amax((1, 2, 3)).tolist() == [1.0] * 6


def test_within_mixed_precision_as_without(images, faces) -> None:
    plain = SelfBlend()(images, faces, SEEDS)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert SelfBlend()(images, faces, SEEDS).forged.equal(plain.forged)


def test_sides(images, faces) -> None:
    batch = SelfBlend(sides=("source",))(images, faces, SEEDS)
    assert batch.target.equal(images)
    with pytest.raises(ValueError, match="'sides' must name source, target or both"):
        SelfBlend(sides=())
    with pytest.raises(ValueError, match=r"got .'top',."):
        SelfBlend(sides=("top",))


WRONG = {
    "grey": (lambda i, p: (i[:, :1], p), r"RGB \[B, ..., 3, H, W\].*got \[6, 1, 150, 140\]"),
    "alpha": (lambda i, p: (torch.cat([i, i[:, :1]], 1), p), r"got \[6, 4, 150, 140\]"),
    "channels last": (lambda i, p: (i.permute(0, 2, 3, 1), p), r"got \[6, 150, 140, 3\]"),
    "no batch": (lambda i, p: (i[0], p[0]), r"got \[3, 150, 140\]"),
    "integers": (lambda i, p: (i.int(), p), "uint8 or floating point .got torch.int32"),
    "bytes as floats": (lambda i, p: (i.float(), p), r"must be in \[0, 1\] .got .* to 255"),
    "not a number": (lambda i, p: (i / 0 * 0, p), r"must be in \[0, 1\]"),
    "fewer landmarks": (
        lambda i, p: (i, p[:4]),
        r"leading axes of 'images' \[6\] .got \[4, 68, 2\]",
    ),
    "five landmarks": (lambda i, p: (i, p[:, :5]), r"\[..., 68, 2\] .got \[6, 5, 2\]"),
    "whole landmarks": (lambda i, p: (i, p.long()), "'landmarks' must be floating point"),
    "clip and faces": (lambda i, p: (i.unsqueeze(1), p), r"leading axes of 'images' \[6, 1\]"),
    "empty": (lambda i, p: (i[:0], p[:0]), "leading axes"),
    "one pixel": (lambda i, p: (i[..., :1, :1], p), "at least 2 x 2"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_input(images, faces, case: str) -> None:
    spoil, message = WRONG[case]
    with pytest.raises(ValueError, match=message):
        SelfBlend()(*spoil(images, faces), SEEDS)


def test_wrong_seeds_and_recipes(images, faces) -> None:
    blend = SelfBlend()
    with pytest.raises(ValueError, match=r"'seeds' must be int64 \[6\] .got torch.int64 \[2\]"):
        blend(images, faces, SEEDS[:2])
    with pytest.raises(ValueError, match=r"got torch.float32"):
        blend(images, faces, SEEDS.float())
    with pytest.raises(ValueError, match="at most one of 'seeds', 'generator' and 'recipes'"):
        blend(images, faces, SEEDS, torch.Generator())
    with pytest.raises(ValueError, match=r"'recipes' must be 6, one a sample .got 1"):
        blend(images, faces, recipes=[SelfBlendRecipe()])
    with pytest.raises(ValueError, match="got 2"):
        blend(images, faces, recipes=RecipeBatch.draw(SEEDS[:2]))


def test_tiny_pictures_and_repr() -> None:
    face = torch.rand(1, 68, 2, generator=torch.Generator().manual_seed(0)) * 30
    batch = SelfBlend()((torch.rand(1, 3, 24, 30) * 255).byte(), face, SEEDS[:1])
    assert batch.valid.all()
    assert repr(SelfBlend(True)) == "SelfBlend(partial=True, sides=('source', 'target'))"
    assert not list(SelfBlend().parameters())
