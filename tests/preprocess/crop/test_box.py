"""Box arithmetic on literals."""

from __future__ import annotations

import pytest

from graphforensics.preprocess.crop.box import overlap, shorter_side, square_around


@pytest.mark.parametrize(
    ("first", "second", "wanted"),
    [
        ((0, 0, 4, 4), (0, 0, 4, 4), 1.0),
        ((0, 0, 4, 4), (2, 2, 6, 6), 4 / 28),
        ((0, 0, 4, 4), (4, 0, 8, 4), 0.0),
        ((0, 0, 4, 4), (9, 9, 10, 10), 0.0),
        ((0, 0, 4, 4), (1, 1, 2, 2), 1 / 16),
    ],
)
def test_overlap(first: tuple[int, ...], second: tuple[int, ...], wanted: float) -> None:
    assert overlap(first, second) == overlap(second, first) == pytest.approx(wanted)


def test_sides() -> None:
    assert shorter_side((1, 2, 5, 4)) == 2
    assert square_around((0, 0, 10, 4), 2.0) == (5.0, 2.0, 20.0)
