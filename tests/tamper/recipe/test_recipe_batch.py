import dataclasses
import json

import numpy as np
import pytest
import torch

from graphforensics.tamper import RecipeBatch, SelfBlendRecipe

SEEDS = torch.arange(4000)


def test_recipes_survive_the_way_there_and_back() -> None:
    drawn = RecipeBatch.draw(torch.arange(50), partial=True)
    taken_apart = [
        SelfBlendRecipe.from_dict(json.loads(json.dumps(r.to_dict()))) for r in drawn.recipes()
    ]
    again = RecipeBatch.from_recipes(taken_apart)
    for field in dataclasses.fields(RecipeBatch):
        assert getattr(drawn, field.name).equal(getattr(again, field.name)), field.name


def test_recipes_of_numpy_lose_nothing_but_their_last_bits() -> None:
    given = [SelfBlendRecipe.draw(np.random.default_rng(s), partial=True) for s in range(20)]
    for one, other in zip(given, RecipeBatch.from_recipes(given).recipes(), strict=True):
        for name, value in one.to_dict().items():
            met = other.to_dict()[name]
            assert met == (pytest.approx(value, rel=1e-6) if isinstance(value, float) else met)
        assert one.removed == other.removed
        assert (one.side, one.detail, one.elastic_seed) == (
            other.side,
            other.detail,
            other.elastic_seed,
        )


@pytest.mark.parametrize("name", ["hue", "saturation", "value", "brightness", "contrast", "scale"])
def test_limits_and_spread_of_both_draws_agree(name: str) -> None:
    batch = getattr(RecipeBatch.draw(SEEDS), name).numpy()
    rng = np.random.default_rng(0)
    single = np.array([getattr(SelfBlendRecipe.draw(rng), name) for _ in range(1500)])
    for share in (0.02, 0.25, 0.5, 0.75, 0.98):
        low, high = np.quantile(batch, share), np.quantile(single, share)
        assert abs(low - high) < 0.1 * np.ptp(single)
    assert np.abs(batch).max() <= np.abs(single).max() * 1.02


def test_chances() -> None:
    drawn = RecipeBatch.draw(SEEDS, partial=True)
    for flags, chance in (
        (drawn.changes_source, 1 / 2),
        (drawn.sharpens, 1 / 2),
        (drawn.rgb_shift.any(1), 0.3),
        (drawn.forehead > 0, 0.75),
        (drawn.ratio == 1, 1 / 2),
        (drawn.removed, 1 / 2),
    ):
        assert abs(flags.float().mean() - chance) < 0.03
    assert drawn.removed.any(1).all()
    assert drawn.rgb_shift.abs().max() <= 12
    assert drawn.shift.abs().amax(0).tolist() == pytest.approx([0.03, 0.015], rel=0.01)
    factors = drawn.strength[~drawn.sharpens].unique().tolist()
    assert factors == [1.5, 1.75, 2.0, 2.25, 2.5, 2.75, 3.0]
    assert 2 <= drawn.strength[drawn.sharpens].min() < drawn.strength[drawn.sharpens].max() < 4
    assert not RecipeBatch.draw(SEEDS[:50]).removed.any()


def test_where_no_unit_was_drawn_one_is_taken() -> None:
    alone = RecipeBatch.draw(torch.arange(100_000), partial=True).removed.sum(1)
    # By chance 15 of 32768 are single, and one more has none of its own.
    assert 0.0002 < (alone == 1).float().mean() < 0.0009


def test_sides() -> None:
    assert RecipeBatch.draw(SEEDS[:100], ("source",)).changes_source.all()
    assert not RecipeBatch.draw(SEEDS[:100], ("target",)).changes_source.any()


def test_rows_and_repeats() -> None:
    drawn = RecipeBatch.draw(SEEDS[:4])
    assert len(drawn) == 4
    assert drawn[1:3].hue.equal(drawn.hue[1:3])
    assert drawn[torch.tensor([3, 0])].shift.equal(drawn.shift[[3, 0]])
    assert drawn.repeat(3).hue.equal(drawn.hue.repeat_interleave(3))
    other = RecipeBatch.draw(torch.tensor([999, 2, 1]))
    assert other.hue[1:].equal(drawn.hue[[2, 1]])
