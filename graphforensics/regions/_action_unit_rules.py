"""From which landmarks each action unit's ellipses are fitted.

A point is (landmark, outward, down): the landmark, counted from 0, moved by shares of the
distance d of the inner eye corners along the face's own axes. A paired unit lists its ellipse on
the picture's left; the other is its mirror image, with outward reversed. The distances are
the field's usual ones (EAC-Net, JAA-Net: AU1 half a d above the inner brow, AU2 a third above the
outer brow, AU4 a third below the brows, AU6 one d below the eye, AU17 half a d below the lip).
"""

from __future__ import annotations

from typing import NamedTuple

Point = tuple[int, float, float]


class ActionUnitRule(NamedTuple):
    """How to draw one action unit: the ellipse of a cloud of points, widened by a margin in d."""

    number: int
    name: str
    paired: bool
    points: tuple[Point, ...]
    margin: float


def _at(*landmarks: int, out: float = 0.0, down: float = 0.0) -> tuple[Point, ...]:
    return tuple((landmark, out, down) for landmark in landmarks)


def _ring(*landmarks: int, out: float, down: float, reach: float) -> tuple[Point, ...]:
    """Return the ends of a cross about each moved landmark, so that a single one has extent."""
    ends = ((reach, 0.0), (-reach, 0.0), (0.0, reach), (0.0, -reach))
    return tuple((landmark, out + x, down + y) for landmark in landmarks for x, y in ends)


def _pair(number: int, name: str, margin: float, *points: tuple[Point, ...]) -> ActionUnitRule:
    return ActionUnitRule(number, name, True, sum(points, ()), margin)


def _single(number: int, name: str, margin: float, *points: tuple[Point, ...]) -> ActionUnitRule:
    return ActionUnitRule(number, name, False, sum(points, ()), margin)


RULES: tuple[ActionUnitRule, ...] = (
    _pair(1, "inner brow raiser", 0.28, _at(20, 21, down=-0.35), _at(20, 21, down=-0.65)),
    _pair(2, "outer brow raiser", 0.22, _at(17, 18, 19, down=-0.2), _at(18, 19, down=-0.46)),
    _pair(4, "brow lowerer", 0.1, _at(19, 20, 21, down=0.33), _at(21, 27), _at(27, down=-0.5)),
    _pair(6, "cheek raiser", 0.15, _ring(40, 41, out=0.1, down=1.0, reach=0.35)),
    _pair(7, "lid tightener", 0.26, _at(36, 37, 38, 39, 40, 41)),
    _pair(9, "nose wrinkler", 0.1, _at(27, 28, 29, 31, 39), _at(31, down=-0.5)),
    _single(10, "upper lip raiser", 0.15, _at(*range(48, 55)), _at(*range(31, 36), down=0.15)),
    _pair(12, "lip corner puller", 0.3, _at(48), _at(48, out=0.35, down=-0.4)),
    _pair(14, "dimpler", 0.25, _at(48, out=-0.2), _at(48, out=0.35)),
    _pair(15, "lip corner depressor", 0.25, _at(48), _at(48, out=0.05, down=0.45)),
    _single(17, "chin raiser", 0.2, _at(56, 57, 58, down=0.3), _at(7, 8, 9, down=-0.3)),
    _single(23, "lip tightener", 0.18, _at(*range(48, 60))),
    _single(24, "lip pressor", 0.1, _at(49, 50, 51, 52, 53, 55, 56, 57, 58, 59)),
    _single(25, "lips part", 0.2, _at(*range(60, 68))),
    _single(26, "jaw drop", 0.1, _at(48, *range(54, 60)), _at(6, 7, 8, 9, 10)),
)
