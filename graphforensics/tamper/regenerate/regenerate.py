"""Regeneration of a batch of faces: reduce, smooth, enlarge, sharpen, paste."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from graphforensics.regions.usable_landmarks import replace_unusable, usable_landmarks
from graphforensics.tamper._checks import check_images, check_seeds
from graphforensics.tamper.masks.soft_mask import soft_masks
from graphforensics.tamper.recipe.recipe_batch import RecipeBatch
from graphforensics.tamper.recipe.seeded_draw import draw_seeds
from graphforensics.tamper.regenerate.denoise import bilateral, shrink_wavelets
from graphforensics.tamper.regenerate.regenerate_recipe import RegenerateRecipe
from graphforensics.tamper.self_blend.self_blend_batch import SelfBlendBatch

#: A face is cut out with this much of its landmarks' box around it on each side.
_ROOM = 0.45
#: However small a face is, it is reduced to this share of its size, so that its noise goes.
_LARGEST = 0.75


@dataclass(frozen=True)
class RegenerateBatch(SelfBlendBatch):
    """Regenerated faces; as a :class:`SelfBlendBatch`, whose ``recipe`` is that of the masks.

    Args:
        made: How each was made.
    """

    made: tuple[RegenerateRecipe, ...] = ()


class Regenerate(nn.Module):
    r"""Pass faces through a bottleneck, as the generators of swaps and reenactments do.

    .. math:: I_f = M \odot \big(S U D_\ell R_n I + \Delta\big) + (1 - M) \odot I

    The face is reduced (:math:`R_n`) until it is n = 56 to 160 pixels long, smoothed there
    (:math:`D`: bilateral or wavelet shrinkage, or nothing), enlarged (:math:`U`), sharpened
    (:math:`S`) and shifted in colour. It then has edges, but neither the camera's noise nor the
    finest texture, while the rest of the picture has both. Where an autoencoder is given, every
    second face also passes through that.

    Args:
        autoencoder: Reconstructs faces ``[B, 3, H, W]`` in [0, 1]. Default: none.

    Shapes:
        ``images [B, ..., 3, H, W]`` with ``landmarks [B, ..., 68, 2]``; axes between are frames of
        a clip, which share one recipe. A sample's forgery depends on its seed alone.

    Raises:
        ValueError: Wrong shapes, types or ranges, or more than one of ``seeds``, ``generator`` and
            ``recipes``. Landmarks that show no face are no error: see ``valid``.

    Example:
        >>> images = torch.randint(256, (2, 3, 96, 96), dtype=torch.uint8)
        >>> landmarks = 20 + 56 * torch.rand(2, 68, 2)
        >>> batch = Regenerate()(images, landmarks, seeds=torch.tensor([1, 2]))
        >>> same = batch.forged == batch.target
        >>> bool(same[(batch.mask == 0).expand_as(same)].all()), batch.label.tolist()
        (True, [1.0, 1.0])
    """

    def __init__(self, autoencoder: Callable[[Tensor], Tensor] | None = None) -> None:
        super().__init__()
        self.autoencoder = autoencoder

    def reset_parameters(self) -> None:
        """Do nothing: there is nothing to learn."""

    @torch.no_grad()
    def forward(
        self,
        images: Tensor,
        landmarks: Tensor,
        seeds: Tensor | None = None,
        generator: Generator | None = None,
        recipes: Sequence[RegenerateRecipe] | None = None,
        target: Tensor | None = None,
    ) -> RegenerateBatch:
        """Regenerate the face of every sample.

        Args:
            images: RGB, ``uint8`` or floating in [0, 1].
            landmarks: 68 landmarks in pixels, iBUG order.
            seeds: ``int64 [B]``, one a sample.
            generator: Draws the seeds where none are given; default: torch's global one.
            recipes: What to do, one a sample, instead of drawing it.
            target: Pictures that the faces are pasted into, like ``images``. Default: ``images``.
        """
        check_images(images, landmarks)
        made = self._recipes(len(images), seeds, generator, recipes)
        with torch.autocast(images.device.type, enabled=False):
            return self._forge(images, landmarks.float(), made, self._target(images, target))

    def _target(self, images: Tensor, target: Tensor | None) -> Tensor:
        if target is None:
            return images
        if (target.shape, target.dtype) != (images.shape, images.dtype):
            raise ValueError(
                f"'target' must be like 'images' {list(images.shape)} (got {list(target.shape)})"
            )
        return target

    def _recipes(
        self,
        count: int,
        seeds: Tensor | None,
        generator: Generator | None,
        recipes: Sequence[RegenerateRecipe] | None,
    ) -> tuple[RegenerateRecipe, ...]:
        if sum(given is not None for given in (seeds, generator, recipes)) > 1:
            raise ValueError("give at most one of 'seeds', 'generator' and 'recipes'")
        if recipes is None:
            seeds = draw_seeds(count, generator) if seeds is None else seeds
            check_seeds(seeds, count)
            rngs = [np.random.default_rng(seed & (2**63 - 1)) for seed in seeds.tolist()]
            return tuple(RegenerateRecipe.draw(rng, self.autoencoder is not None) for rng in rngs)
        if len(recipes) != count:
            raise ValueError(f"'recipes' must be {count}, one a sample (got {len(recipes)})")
        return tuple(recipes)

    def _forge(
        self,
        images: Tensor,
        landmarks: Tensor,
        made: tuple[RegenerateRecipe, ...],
        target: Tensor,
    ) -> RegenerateBatch:
        size = (images.size(-2), images.size(-1))
        frames = images[0].numel() // (3 * size[0] * size[1])
        pictures, faces = images.flatten(0, -4), landmarks.flatten(0, -3)
        usable = usable_landmarks(faces, size)
        faces = replace_unusable(faces, usable, size)
        recipe = RecipeBatch.from_recipes([one.mask() for one in made]).to(images.device)
        masks = soft_masks(faces, size, recipe.repeat(frames)).to(torch.uint8)
        valid = (usable & (masks.flatten(1).amax(1) > 0)).view(len(images), -1).all(1)
        below = target.flatten(0, -4)
        forged = below.clone()
        shown = valid.repeat_interleave(frames).tolist()
        masks[~valid.repeat_interleave(frames)] = 0
        for row, picture in enumerate(pictures):
            if shown[row]:
                drawn = self._drawn(picture, faces[row], made[row // frames])
                _paste(forged[row], below[row], masks[row], drawn)
        shape = (*images.shape[:-3], 1, *size)
        return RegenerateBatch(
            forged.view_as(images), target, masks.view(shape), valid, recipe, made
        )

    def _drawn(
        self, picture: Tensor, face: Tensor, recipe: RegenerateRecipe
    ) -> tuple[Tensor, slice, slice]:
        """Draw the face's part of a picture anew, ``[3, h, w]`` in [0, 1], and say where it is."""
        rows, columns, length = _part(face, (picture.size(-2), picture.size(-1)))
        pixels = picture[:, rows, columns].float()[None]
        if not picture.is_floating_point():
            pixels = pixels / 255
        small = _through(pixels, recipe, length)
        if recipe.autoencoder and self.autoencoder is not None:
            small = self.autoencoder(small).to(small)
        drawn = _enlarged(small, pixels.shape[-2:], recipe)
        shift = torch.tensor(recipe.rgb_shift, device=drawn.device).view(3, 1, 1) / 255
        return (drawn[0] + shift).clamp_(0, 1), rows, columns

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


def _part(face: Tensor, size: tuple[int, int]) -> tuple[slice, slice, float]:
    """Return rows and columns around a face, and the longer side of its landmarks' box."""
    low, high = face.amin(0), face.amax(0)
    length = float((high - low).max())
    room = _ROOM * length
    (left, top), (right, bottom) = (low - room).tolist(), (high + room).tolist()
    first = [
        int(np.clip(np.floor(one), 0, n - 2)) for one, n in zip((top, left), size, strict=True)
    ]
    last = [
        int(np.clip(np.ceil(one) + 1, start + 2, n))
        for one, start, n in zip((bottom, right), first, size, strict=True)
    ]
    return slice(first[0], last[0]), slice(first[1], last[1]), length


def _through(pixels: Tensor, recipe: RegenerateRecipe, length: float) -> Tensor:
    """Reduce a face to the bottleneck's size and smooth it there."""
    scale = min(recipe.size / max(length, 1.0), _LARGEST)
    size = [max(4, round(side * scale)) for side in pixels.shape[-2:]]
    if recipe.down == "area":
        small = F.interpolate(pixels, size=size, mode="area")
    else:
        how = "bicubic" if recipe.down == "bicubic" else "bilinear"
        small = F.interpolate(pixels, size=size, mode=how, antialias=True)
    if recipe.denoiser == "bilateral":
        return bilateral(small, recipe.level / 255)
    if recipe.denoiser == "wavelet":
        return shrink_wavelets(small, recipe.level / 255)
    return small


def _enlarged(small: Tensor, size: torch.Size, recipe: RegenerateRecipe) -> Tensor:
    how = "bicubic" if recipe.up == "bicubic" else "bilinear"
    drawn = F.interpolate(small, size=tuple(size), mode=how, antialias=True).clamp_(0, 1)
    if not recipe.sharpening:
        return drawn
    # The blur that is taken away is as wide as a pixel of the bottleneck.
    wide = max(1.0, size[0] / small.size(-2))
    radius = max(1, round(2 * wide))
    place = torch.arange(-radius, radius + 1, device=drawn.device, dtype=drawn.dtype)
    weight = (-place.square() / (2 * wide**2)).exp()
    weight = (weight / weight.sum()).expand(3, 1, -1)
    edge = [min(radius, n - 1) for n in size]
    if min(edge) < radius:
        return drawn
    blurred = F.pad(drawn, [radius] * 4, mode="reflect")
    blurred = F.conv2d(blurred, weight.unsqueeze(2), groups=3)
    blurred = F.conv2d(blurred, weight.unsqueeze(3), groups=3)
    return drawn + recipe.sharpening * (drawn - blurred)


def _paste(
    forged: Tensor, picture: Tensor, mask: Tensor, drawn: tuple[Tensor, slice, slice]
) -> None:
    """Blend what was drawn into a picture; where the mask's byte is 0 nothing changes."""
    face, rows, columns = drawn
    whole = 1.0 if picture.is_floating_point() else 255.0
    below = picture[:, rows, columns].float()
    weight = mask[rows, columns].float() / 255
    mixed = below + weight * (face * whole - below)
    if whole > 1:
        mixed = mixed.round_().clamp_(0, 255)
    forged[:, rows, columns] = mixed.to(picture.dtype)
