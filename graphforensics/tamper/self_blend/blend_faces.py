"""Changing, moving and pasting the sources of several pictures."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from graphforensics.tamper.recipe.face_window import CROP_MARGIN
from graphforensics.tamper.recipe.recipe_batch import RecipeBatch
from graphforensics.tamper.recipe.recipe_kind import RecipeKind
from graphforensics.tamper.self_blend.colour_shift import shift_colours
from graphforensics.tamper.self_blend.detail_change import reduce, sharpen

#: Rows and columns.
Part = tuple[slice, slice]


def blend_faces(
    pictures: Tensor, masks: Tensor, landmarks: Tensor, recipe: RecipeBatch, kind: RecipeKind
) -> tuple[Tensor, Tensor]:
    r"""Forge pictures whose recipes are of one kind.

    .. math:: \mathbf{I}_f = \mathbf{I}_t + r \mathbf{M}_p \odot (\mathbf{I}_s - \mathbf{I}_t)

    Eq. 9 with the blend ratio r, in the form that leaves the target as it is where the mask is 0.

    Args:
        pictures: RGB, bytes or floating in [0, 1].
        masks: From 0 to 255.
        landmarks: In pixels.
        recipe: B recipes.
        kind: What they have in common.

    Shapes:
        ``pictures [B, 3, H, W]``, ``masks [B, H, W]``, ``landmarks [B, 68, 2]``; forgeries and
        targets are like ``pictures``.
    """
    is_bytes = not pictures.is_floating_point()
    whole = 255.0 if is_bytes else 1.0
    rows, columns = _reach(masks)
    plain = pictures.to(torch.float32, copy=True)
    given = reduce(plain.clone(), kind.smoothing) if kind.smooths else plain
    if kind.changes_source:
        seen = _seen(pictures, landmarks, recipe, kind, (rows, columns))
        source = _change(given, seen, recipe, kind, whole)
        target, below = pictures, pictures[..., rows, columns].to(torch.float32)
    else:
        everything = (slice(0, pictures.size(-2)), slice(0, pictures.size(-1)))
        source, changed = given, _change(plain, everything, recipe, kind, whole)
        under = changed.round_() if is_bytes else changed
        target, below = _like(under, pictures), under[..., rows, columns]
    moved = _move(source, landmarks, recipe, rows, columns)
    weight = masks[:, rows, columns] * (recipe.ratio / 255).view(-1, 1, 1)
    moved.sub_(below).mul_(weight.unsqueeze(1)).add_(below)
    forged = target.clone()
    forged[..., rows, columns] = _like(moved.round_() if is_bytes else moved, pictures)
    return forged, target


def _like(pixels: Tensor, pictures: Tensor) -> Tensor:
    # By way of short integers a CPU makes bytes three times as fast.
    return (pixels if pictures.is_floating_point() else pixels.short()).to(pictures.dtype)


def _change(
    pixels: Tensor, part: Part, recipe: RecipeBatch, kind: RecipeKind, whole: float
) -> Tensor:
    """Change colours and detail; outside the given rows and columns the result does not matter.

    Pixels stay as they are unless only a part is changed.
    """
    rows, columns = part
    changed = shift_colours(pixels[..., rows, columns], recipe, whole)
    if kind.sharpens:
        changed = sharpen(changed, recipe.strength, whole, recipe.gain if kind.gains else None)
    if changed.shape != pixels.shape:
        pixels[..., rows, columns] = changed
        changed = pixels
    return changed if kind.sharpens else reduce(changed, kind.strengths, kind.nearest)


def _reach(masks: Tensor) -> Part:
    """Return the rows and columns outside which all masks are 0."""
    height, width = masks.shape[1:]
    if masks.device.type != "cpu":
        # To know them would mean to wait for the device.
        return slice(0, height), slice(0, width)
    # Sums, for on a CPU a largest value takes several times as long.
    rows, columns = (masks.sum(axes).nonzero().flatten().tolist() for axes in ((0, 2), (0, 1)))
    if not rows:
        return slice(0, 1), slice(0, 1)
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _seen(
    pictures: Tensor, landmarks: Tensor, recipe: RecipeBatch, kind: RecipeKind, reach: Part
) -> Part:
    """Return the rows and columns of the sources that come to lie in those given."""
    height, width = pictures.shape[-2:]
    if pictures.device.type != "cpu":
        return slice(0, height), slice(0, width)
    rim = 2 if kind.sharpens else math.ceil(2 * max(kind.strengths)) + 3
    rows, columns = reach
    parts = []
    for axis, span, length in ((1, rows, height), (0, columns, width)):
        ends = torch.tensor([span.start, span.stop - 1])
        first, last = _sources(ends, axis, landmarks, recipe).aminmax()
        start = min(max(math.floor(first.item()) - rim, 0), length - 1)
        parts.append(slice(start, min(max(math.ceil(last.item()) + rim, start) + 1, length)))
    return parts[0], parts[1]


def _sources(place: Tensor, axis: int, landmarks: Tensor, recipe: RecipeBatch) -> Tensor:
    """Return where what comes to lie at places ``[n]`` along an axis is from, ``[B, n]``."""
    low, high = landmarks.amin(1), landmarks.amax(1)
    centre = (low + high) / 2
    shift = recipe.shift * (CROP_MARGIN * (high - low).amax(1, keepdim=True))
    factor = 1 / recipe.growth(axis)
    place = place - (centre + shift)[:, axis, None]
    return place * factor.unsqueeze(1) + centre[:, axis, None]


def _move(
    pixels: Tensor, landmarks: Tensor, recipe: RecipeBatch, rows: slice, columns: slice
) -> Tensor:
    """Shift and scale pictures about their faces; beyond the rim the rim goes on.

    Returns only the given rows and columns of the result.
    """
    spans = (columns, rows)
    size = (span.stop - span.start for span in reversed(spans))
    grid = pixels.new_empty(len(pixels), 2, *size)
    for axis, span in enumerate(spans):
        place = torch.arange(span.start, span.stop, device=pixels.device)
        place = _sources(place, axis, landmarks, recipe)
        # grid_sample wants -1 and 1 at the middles of the first and last pixel.
        place = place * (2 / (pixels.size(3 - axis) - 1)) - 1
        grid[:, axis] = place.unsqueeze(2 if axis else 1)
    places = grid.permute(0, 2, 3, 1)
    return F.grid_sample(pixels, places, padding_mode="border", align_corners=True)
