"""Which pictures of a batch are forged in the same steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from graphforensics.tamper.self_blend.recipe_batch import RecipeBatch


@dataclass(frozen=True)
class RecipeKind:
    """Pictures that follow one another and are forged in the same steps.

    Args:
        changes_source: The source is changed in colour and detail; else the target.
        sharpens: Detail is sharpened; else taken away.
        part: The pictures.
        strengths: Their strengths.
    """

    changes_source: bool
    sharpens: bool
    part: slice
    strengths: tuple[float, ...]


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
    for (changes_source, sharpens), run in groupby(zip(*_lists(recipe), strict=True), _kind):
        strengths = tuple(strength for *_, strength in run)
        for first in range(0, len(strengths), most):
            some = strengths[first : first + most]
            part = slice(start + first, start + first + len(some))
            yield RecipeKind(changes_source, sharpens, part, some)
        start += len(strengths)


def _lists(recipe: RecipeBatch) -> tuple[list[bool], list[bool], list[float]]:
    return recipe.changes_source.tolist(), recipe.sharpens.tolist(), recipe.strength.tolist()


def _kind(row: tuple[bool, bool, float]) -> tuple[bool, bool]:
    return row[:2]
