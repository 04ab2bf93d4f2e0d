import json

import numpy as np
import pytest

from graphforensics.tamper import SelfBlendRecipe
from graphforensics.tamper.recipe.frame_drift import FrameDrift
from graphforensics.tamper.recipe.self_blend_recipe import COURSES


def drawn(count: int, seed: int = 0) -> list[SelfBlendRecipe]:
    rng = np.random.default_rng(seed)
    return [SelfBlendRecipe.draw(rng) for _ in range(count)]


def test_same_seed_same_recipes_and_none_twice() -> None:
    assert drawn(5) == drawn(5)
    assert len(set(drawn(50))) == 50
    assert drawn(5) != drawn(5, seed=1)


def test_limits() -> None:
    for recipe in drawn(500):
        assert abs(recipe.shift[0]) <= 0.03
        assert abs(recipe.shift[1]) <= 0.015
        assert abs(recipe.scale) <= 0.05
        assert recipe.ratio in (0.25, 0.5, 0.75, 1.0)
        assert recipe.detail in ("downscale", "sharpen")
        assert 0.01 <= recipe.blur <= 0.05


def test_frequencies() -> None:
    recipes = drawn(3000)
    share = {r: np.mean([recipe.ratio == r for recipe in recipes]) for r in (0.25, 0.5, 0.75, 1.0)}
    assert share == pytest.approx({0.25: 1 / 6, 0.5: 1 / 6, 0.75: 1 / 6, 1.0: 0.5}, abs=0.03)
    assert np.mean([recipe.side == "source" for recipe in recipes]) == pytest.approx(0.5, abs=0.03)
    assert np.mean([recipe.forehead > 0 for recipe in recipes]) == pytest.approx(0.75, abs=0.03)
    assert np.mean([any(recipe.rgb_shift) for recipe in recipes]) == pytest.approx(0.3, abs=0.03)


def test_sides_can_be_chosen() -> None:
    rng = np.random.default_rng(0)
    sides = {SelfBlendRecipe.draw(rng, sides=("source",)).side for _ in range(50)}
    assert sides == {"source"}


def test_through_json_and_back() -> None:
    (recipe,) = drawn(1)
    assert SelfBlendRecipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe


def test_unknown_entry() -> None:
    with pytest.raises(ValueError, match="unknown recipe entries"):
        SelfBlendRecipe.from_dict({"colour": 1})


def drifting(recipe: SelfBlendRecipe, frames: int, seed: int = 0) -> list[SelfBlendRecipe]:
    drift = FrameDrift(np.random.default_rng([seed, 1]), COURSES)
    rng = np.random.default_rng(seed)
    return [recipe.varied(drift.at(number), rng) for number in range(frames)]


def test_frames_of_a_clip_differ_slightly() -> None:
    (recipe,) = drawn(1)
    frames = drifting(recipe, 2000)
    shifts = np.array([frame.shift for frame in frames])
    assert 0 < shifts.std(axis=0).max() < 0.003
    assert 0 < np.std([frame.scale for frame in frames]) < 0.005
    fixed = ("detail", "strength", "elastic_seed", "ratio", "blur", "erosion", "forehead", "hue")
    for name in fixed:
        assert {getattr(frame, name) for frame in frames} == {getattr(recipe, name)}


def test_variation_drifts_and_hardly_jumps() -> None:
    """One frame is much like the next, and not like one two seconds later."""
    values = np.concatenate(
        [
            np.array(
                [
                    [*one.shift, one.scale, one.brightness]
                    for one in drifting(SelfBlendRecipe(), 500, seed)
                ]
            )
            for seed in range(6)
        ],
        axis=1,
    )
    spread = values.std(axis=0)
    next_frame = np.sqrt((np.diff(values, axis=0) ** 2).mean(axis=0)) / spread
    later = np.sqrt(((values[50:] - values[:-50]) ** 2).mean(axis=0)) / spread
    assert next_frame.mean() < 0.4
    assert later.mean() > 0.8


def test_variation_stays_within_the_limits() -> None:
    edge = SelfBlendRecipe(shift=(0.03, -0.015), scale=0.05)
    for frame in drifting(edge, 100):
        assert abs(frame.shift[0]) <= 0.03
        assert abs(frame.shift[1]) <= 0.015
        assert abs(frame.scale) <= 0.05
    beyond = drifting(SelfBlendRecipe(shift=(0.045, 0.0)), 100)
    assert max(frame.shift[0] for frame in beyond) <= 0.045
    assert min(frame.shift[0] for frame in beyond) > 0.035
