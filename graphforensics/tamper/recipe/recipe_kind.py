"""Grouping of a batch's recipes that share their steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from graphforensics.tamper.recipe.recipe_batch import RecipeBatch


@dataclass(frozen=True)
class RecipeKind:
    """Pictures that follow one another and are forged in the same steps.

    Args:
        changes_source: The source is changed in colour and detail; else the target.
        sharpens: Detail is sharpened; else taken away.
        nearest: Where it is taken away, it is without a low-pass filter.
        gains: What is sharpened is also multiplied by a number other than one.
        smooths: Sources are smoothed before all else.
        part: The pictures.
        strengths: Their strengths.
        smoothing: How much each is smoothed.
    """

    changes_source: bool
    sharpens: bool
    nearest: bool
    gains: bool
    smooths: bool
    part: slice
    strengths: tuple[float, ...]
    smoothing: tuple[float, ...]


def kind_order(recipe: RecipeBatch) -> list[int]:
    """Return the order of rows in which recipes of one kind, and of like strength, follow one
    another.

    Args:
        recipe: B recipes, on the CPU.
    """
    keys = list(zip(*_lists(recipe), strict=True))
    return sorted(range(len(keys)), key=keys.__getitem__)


def recipe_kinds(recipe: RecipeBatch, most: int) -> Iterator[RecipeKind]:
    """Cut recipes that are in order into parts of one kind.

    Args:
        recipe: B recipes in :func:`kind_order`, on the CPU.
        most: So many at most in each part.
    """
    start = 0
    for kind, run in groupby(zip(*_lists(recipe), strict=True), _kind):
        rows = list(run)
        for first in range(0, len(rows), most):
            *_, strengths, smoothing = zip(*rows[first : first + most], strict=True)
            part = slice(start + first, start + first + len(strengths))
            yield RecipeKind(*kind, part, strengths, smoothing)
        start += len(rows)


def _lists(recipe: RecipeBatch) -> list[list[Any]]:
    flags = [recipe.changes_source, recipe.sharpens, recipe.nearest, recipe.gain != 1]
    numbers = [recipe.strength, recipe.smoothing]
    return [one.tolist() for one in (*flags, recipe.smoothing != 1, *numbers)]


def _kind(row: tuple[Any, ...]) -> tuple[bool, bool, bool, bool, bool]:
    changes_source, sharpens, nearest, gains, smooths, *_ = row
    return changes_source, sharpens, nearest, gains, smooths
