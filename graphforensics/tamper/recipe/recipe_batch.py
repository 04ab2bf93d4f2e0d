"""The numbers that make a batch of self-blended forgeries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor

from graphforensics.regions import ACTION_UNITS
from graphforensics.tamper.recipe import published_limits as published
from graphforensics.tamper.recipe.seeded_draw import seeded_uniform
from graphforensics.tamper.recipe.self_blend_recipe import (
    BLEND_RATIOS,
    BLUR,
    BRIGHTNESS,
    COLOUR_SHIFT,
    CONTRAST,
    DOWNSCALE,
    ELASTIC,
    EROSION,
    FOREHEAD,
    FOREHEAD_CHANCE,
    HUE,
    MAX_SCALE,
    MAX_SHIFT,
    RGB_SHIFT,
    RGB_SHIFT_CHANCE,
    SATURATION,
    SHARPEN,
    VALUE,
    SelfBlendRecipe,
    Side,
    Strength,
    check_strength,
)

#: Down-scaling is drawn in steps, so that a batch has few sizes to reduce its pictures to.
_DOWNSCALE_STEP = 0.25
_NUMBERS = 24
_PUBLISHED_STREAM = 3


@dataclass(frozen=True)
class RecipeBatch:
    """:class:`SelfBlendRecipe` for a whole batch: the same entries, a tensor each.

    Args:
        changes_source: ``side`` is ``"source"``, ``bool [B]``.
        rgb_shift: ``[B, 3]``.
        hue: ``[B]``, as are the others of one number.
        saturation: As in :class:`SelfBlendRecipe`.
        value: As in :class:`SelfBlendRecipe`.
        brightness: As in :class:`SelfBlendRecipe`.
        contrast: As in :class:`SelfBlendRecipe`.
        sharpens: ``detail`` is ``"sharpen"``, ``bool [B]``.
        strength: As in :class:`SelfBlendRecipe`.
        shift: ``[B, 2]``.
        scale: As in :class:`SelfBlendRecipe`.
        forehead: As in :class:`SelfBlendRecipe`.
        elastic: As in :class:`SelfBlendRecipe`.
        elastic_seed: ``int64 [B]``.
        erosion: As in :class:`SelfBlendRecipe`.
        blur: As in :class:`SelfBlendRecipe`.
        ratio: As in :class:`SelfBlendRecipe`.
        nearest: ``detail`` is ``"nearest"``, ``bool [B]``.
        gain: As in :class:`SelfBlendRecipe`.
        stretch: As in :class:`SelfBlendRecipe`.
        smoothing: As in :class:`SelfBlendRecipe`.
        removed: ``bool [B, 15]``, in the order of
            :data:`graphforensics.regions.ACTION_UNITS`.

    Example:
        >>> recipes = RecipeBatch.draw(torch.arange(4), partial=True)
        >>> len(recipes), bool(recipes.removed.any(1).all())
        (4, True)
        >>> RecipeBatch.from_recipes(recipes.recipes()).hue.equal(recipes.hue)
        True
    """

    changes_source: Tensor
    rgb_shift: Tensor
    hue: Tensor
    saturation: Tensor
    value: Tensor
    brightness: Tensor
    contrast: Tensor
    sharpens: Tensor
    strength: Tensor
    shift: Tensor
    scale: Tensor
    forehead: Tensor
    elastic: Tensor
    elastic_seed: Tensor
    erosion: Tensor
    blur: Tensor
    ratio: Tensor
    nearest: Tensor
    gain: Tensor
    stretch: Tensor
    smoothing: Tensor
    removed: Tensor

    @classmethod
    def draw(
        cls,
        seeds: Tensor,
        sides: Sequence[Side] = ("source", "target"),
        partial: bool = False,
        level: Strength = "mild",
    ) -> RecipeBatch:
        """Draw a recipe a seed, with the limits and chances of :meth:`SelfBlendRecipe.draw`.

        The numbers are others than that method's, and down-scaling is by 1.5 to 3 in steps of a
        quarter.

        Args:
            seeds: ``int64 [B]``; a sample's recipe depends on its own seed alone.
            sides: Sides to choose from.
            partial: Cut a random, non-empty set of action-unit regions out of the mask.
            level: As in :meth:`SelfBlendRecipe.draw`.
        """
        check_strength(level)
        drawn = seeded_uniform(seeds, _NUMBERS + len(ACTION_UNITS))
        u, units = drawn[:, :_NUMBERS].unbind(1), drawn[:, _NUMBERS:]
        sources = torch.tensor([side == "source" for side in sides], device=seeds.device)
        ratios = torch.tensor(BLEND_RATIOS, device=seeds.device)
        sharpens = u[2] < 0.5
        own, common = drawn[:, 3:6], drawn[:, 22:23]
        rgb = _between(own, -COLOUR_SHIFT, COLOUR_SHIFT) + _between(common, -RGB_SHIFT, RGB_SHIFT)
        removed = _some(units, u[23]) if partial else torch.zeros_like(units, dtype=torch.bool)
        mild = cls(
            changes_source=sources[(u[0] * len(sides)).long()],
            rgb_shift=rgb * (u[1] < RGB_SHIFT_CHANCE).unsqueeze(1),
            hue=_between(u[6], -HUE, HUE),
            saturation=_between(u[7], -SATURATION, SATURATION),
            value=_between(u[8], -VALUE, VALUE),
            brightness=_between(u[9], -BRIGHTNESS, BRIGHTNESS),
            contrast=_between(u[10], -CONTRAST, CONTRAST),
            sharpens=sharpens,
            strength=torch.where(sharpens, _between(u[11], *SHARPEN), _downscale(u[11])),
            shift=_between(drawn[:, 12:14], -1, 1) * drawn.new_tensor(MAX_SHIFT),
            scale=_between(u[14], -MAX_SCALE, MAX_SCALE),
            forehead=_between(u[15], *FOREHEAD) * (u[16] < FOREHEAD_CHANCE),
            elastic=_between(u[17], *ELASTIC),
            elastic_seed=(u[18] * 2**24).long(),
            erosion=_between(u[19], *EROSION),
            blur=_between(u[20], *BLUR),
            ratio=ratios[(u[21] * len(BLEND_RATIOS)).long()],
            nearest=torch.zeros_like(sharpens),
            gain=torch.ones_like(u[2]),
            stretch=torch.zeros_like(u[2]),
            smoothing=torch.ones_like(u[2]),
            removed=removed,
        )
        return _published(mild, seeds) if level == "published" else mild

    @classmethod
    def from_recipes(cls, recipes: Sequence[SelfBlendRecipe]) -> RecipeBatch:
        """Put recipes together."""
        values = {
            name: torch.tensor([getattr(recipe, name) for recipe in recipes], dtype=torch.float32)
            for name in _NUMBERS_OF_BOTH
        }
        removed = [[name in recipe.removed for name in ACTION_UNITS] for recipe in recipes]
        return cls(
            changes_source=torch.tensor([recipe.side == "source" for recipe in recipes]),
            sharpens=torch.tensor([recipe.detail == "sharpen" for recipe in recipes]),
            nearest=torch.tensor([recipe.detail == "nearest" for recipe in recipes]),
            elastic_seed=torch.tensor([recipe.elastic_seed for recipe in recipes]),
            removed=torch.tensor(removed, dtype=torch.bool),
            **values,
        )

    def recipes(self) -> list[SelfBlendRecipe]:
        """Take the recipes apart."""
        lists = {field.name: getattr(self, field.name).tolist() for field in fields(self)}
        rows = [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]
        return [_recipe(row) for row in rows]

    def growth(self, axis: int) -> Tensor:
        """Return how many times as wide (axis 0) or as high (axis 1) sources become, ``[B]``."""
        return (1 + self.scale) * (1 + self.stretch) if axis else 1 + self.scale

    def to(self, device: torch.device | str) -> RecipeBatch:
        """Move every tensor."""
        return self._each(lambda tensor: tensor.to(device, non_blocking=True))

    def repeat(self, times: int) -> RecipeBatch:
        """Give each sample's recipe to as many samples in a row."""
        return self if times == 1 else self._each(lambda one: one.repeat_interleave(times, 0))

    def __getitem__(self, rows: slice | Tensor) -> RecipeBatch:
        """Return the recipes of some rows."""
        return self._each(lambda tensor: tensor[rows])

    def __len__(self) -> int:
        return self.hue.size(0)

    def _each(self, change: Callable[[Tensor], Tensor]) -> RecipeBatch:
        return RecipeBatch(**{one.name: change(getattr(self, one.name)) for one in fields(self)})


#: Entries that a recipe and a batch of them name and count alike.
_NUMBERS_OF_BOTH = tuple(
    field.name
    for field in fields(RecipeBatch)
    if field.name not in ("changes_source", "sharpens", "nearest", "elastic_seed", "removed")
)


def _recipe(row: dict[str, object]) -> SelfBlendRecipe:
    removed = row.pop("removed")
    taken = zip(ACTION_UNITS, removed if isinstance(removed, list) else [], strict=True)
    row["side"] = "source" if row.pop("changes_source") else "target"
    takes = "nearest" if row.pop("nearest") else "downscale"
    row["detail"] = "sharpen" if row.pop("sharpens") else takes
    return SelfBlendRecipe.from_dict({**row, "removed": [name for name, is_out in taken if is_out]})


def _published(mild: RecipeBatch, seeds: Tensor) -> RecipeBatch:
    """Draw what the published recipe draws otherwise; sides, forehead and regions stay."""
    u = seeded_uniform(seeds, 20, _PUBLISHED_STREAM)
    shifts = u[:, 0] < published.RGB_SHIFT_CHANCE
    contrast = _between(u[:, 5], -published.CONTRAST, published.CONTRAST)
    # Contrast multiplies from black there, from middle grey here.
    brightness = _between(u[:, 4], -published.BRIGHTNESS, published.BRIGHTNESS) + contrast / 2
    share = _between(u[:, 6], *published.SHARPEN_SHARE)
    lightness = _between(u[:, 7], *published.SHARPEN_LIGHTNESS)
    small, large = published.DOWNSCALE
    factor = torch.where(u[:, 6] < 0.5, small, large)
    across, down = (_whole(u[:, place], *published.MASK_SIDE) for place in (8, 9))
    first, second = (
        2 * _whole(u[:, place], 0, len(published.KERNELS) - 1) + published.KERNELS[0]
        for place in (10, 11)
    )
    pixel = published.mask_pixel(across, down)
    blur = published.blur_pixels(second, _whole(u[:, 12], *published.BLUR_SIGMA))
    scale, height = (_between(u[:, place], *published.SCALE) for place in (13, 14))
    rgb = _between(u[:, 15:18], -published.RGB_SHIFT, published.RGB_SHIFT)
    return replace(
        mild,
        rgb_shift=rgb * shifts.unsqueeze(1),
        hue=_between(u[:, 1], -published.HUE, published.HUE),
        saturation=_between(u[:, 2], -published.SATURATION, published.SATURATION),
        value=_between(u[:, 3], -published.VALUE, published.VALUE),
        brightness=brightness,
        contrast=contrast,
        nearest=~mild.sharpens,
        # Our sharpening adds a thirteenth of this much of the differences to the eight neighbours.
        strength=torch.where(mild.sharpens, 1 + 13 * share, factor),
        gain=torch.where(mild.sharpens, 1 - share + share * lightness, 1.0),
        shift=_between(u[:, 18:20], -1, 1) * u.new_tensor(published.SHIFT),
        scale=scale - 1,
        stretch=height / scale - 1,
        elastic=torch.full_like(scale, published.ELASTIC),
        erosion=published.erosion_pixels(first) * pixel,
        blur=blur * pixel,
    )


def _whole(drawn: Tensor, first: int, last: int) -> Tensor:
    """Draw a whole number from the first to the last."""
    return (first + (drawn * (last - first + 1)).floor()).clamp_max(last)


def _between(drawn: Tensor, low: float, high: float) -> Tensor:
    return low + (high - low) * drawn


def _downscale(drawn: Tensor) -> Tensor:
    low, high = DOWNSCALE
    steps = round((high - low) / _DOWNSCALE_STEP) + 1
    return low + _DOWNSCALE_STEP * (drawn * steps).floor()


def _some(drawn: Tensor, alone: Tensor) -> Tensor:
    """Take each with probability one half; where none was drawn, one of all."""
    taken = drawn < 0.5
    units = torch.arange(drawn.size(1), device=drawn.device)
    one = units == (alone * drawn.size(1)).long().unsqueeze(1)
    return taken | (one & ~taken.any(1, keepdim=True))
