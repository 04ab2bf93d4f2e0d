import json

import numpy as np
import pytest

from graphforensics.tamper import SelfBlendRecipe


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


def test_frames_of_a_clip_differ_slightly() -> None:
    (recipe,) = drawn(1)
    rng = np.random.default_rng(0)
    frames = [recipe.varied(rng) for _ in range(400)]
    shifts = np.array([frame.shift for frame in frames])
    assert 0 < shifts.std(axis=0).max() < 0.003
    assert np.abs(shifts.mean(axis=0) - recipe.shift).max() < 0.002
    assert 0 < np.std([frame.scale for frame in frames]) < 0.005
    fixed = ("detail", "strength", "elastic_seed", "ratio", "blur", "erosion", "forehead", "hue")
    for name in fixed:
        assert {getattr(frame, name) for frame in frames} == {getattr(recipe, name)}


def test_variation_stays_within_the_limits() -> None:
    rng = np.random.default_rng(0)
    edge = SelfBlendRecipe(shift=(0.03, -0.015), scale=0.05)
    for frame in (edge.varied(rng) for _ in range(100)):
        assert abs(frame.shift[0]) <= 0.03
        assert abs(frame.shift[1]) <= 0.015
        assert abs(frame.scale) <= 0.05
