"""A forgery of a face made from nothing but itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from torch import Tensor
from torch.nn.functional import grid_sample

from graphforensics.errors import NoFaceError
from graphforensics.regions import ACTION_UNITS
from graphforensics.regions.action_unit_ellipses import ELLIPSE_UNITS, fit_ellipses
from graphforensics.tamper.masks.face_mask import extend_forehead, hull_mask, soften
from graphforensics.tamper.masks.mask_plan import SPARE
from graphforensics.tamper.recipe.elastic_field import elastic_field
from graphforensics.tamper.recipe.face_window import FaceWindow
from graphforensics.tamper.recipe.recipe_batch import RecipeBatch
from graphforensics.tamper.recipe.self_blend_recipe import SelfBlendRecipe, Strength
from graphforensics.tamper.self_blend.detail_change import reduce
from graphforensics.tamper.self_blend.pixel_changes import change_colour, change_detail
from graphforensics.tamper.self_blend.self_blend_result import SelfBlendResult


class _Window(NamedTuple):
    """The part of the image that may change, and the face's crop in it (all in pixels).

    ``rows`` and ``columns`` are those of the image; ``margin`` is how far the face's window goes on
    to the left of them and above, ``size`` its height and width with all that is outside the image.
    """

    rows: slice
    columns: slice
    margin: tuple[int, int]
    size: tuple[int, int]
    centre: NDArray[np.float64]
    side: float
    low: NDArray[np.float64]
    extent: NDArray[np.float64]


def self_blend(
    image: NDArray[np.uint8],
    landmarks: NDArray[np.floating],
    generator: np.random.Generator | None = None,
    recipe: SelfBlendRecipe | None = None,
    strength: Strength = "mild",
) -> SelfBlendResult:
    r"""Blend an image's face with a slightly changed copy of itself.

    .. math:: I_f = r M \odot \Phi_s(I) + (1 - r M) \odot \Phi_t(I)

    One of the two copies is changed in colour and detail, the source is moved and scaled, and
    the mask is the blurred, elastically deformed hull of the landmarks. What is left are the
    traces that face swaps share: a seam, and statistics that differ on its two sides.

    Args:
        image: RGB image ``[H, W, 3]``, ``uint8``.
        landmarks: 68 landmarks in iBUG order ``[68, 2]``, x then y, in pixels of ``image``.
        generator: Draws the recipe where none is given.
        recipe: What to do; drawn from ``generator`` by default.
        strength: Of the recipe that is drawn: ``"mild"``, or ``"published"`` for the numbers of
            Shiohara and Yamasaki's program.

    Returns:
        The forged image, its real counterpart, the mask and the recipe.

    Raises:
        ValueError: Wrong shape or type, or both or neither of ``generator`` and ``recipe``.
        NoFaceError: Landmarks that are not finite, collapsed, or outside the image.

    Source:
        K. Shiohara and T. Yamasaki, Detecting deepfakes with self-blended images, CVPR 2022;
        Bai et al., AUNet, CVPR 2023, eqs. 8 and 9; with ``recipe.removed`` the mask is theirs too,
        else the whole hull.

    Example:
        >>> image = np.full((96, 96, 3), 128, dtype=np.uint8)
        >>> angle = np.linspace(0, 2 * np.pi, 68, endpoint=False)
        >>> landmarks = 48 + 24 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        >>> result = self_blend(image, landmarks, np.random.default_rng(0))
        >>> bool((result.image == result.target)[result.mask == 0].all())
        True
    """
    _check(image, landmarks)
    if (generator is None) == (recipe is None):
        raise ValueError("give either 'generator' or 'recipe'")
    if recipe is None:
        recipe = SelfBlendRecipe.draw(generator or np.random.default_rng(), level=strength)
    points = extend_forehead(landmarks, recipe.forehead)
    window = _window(np.asarray(landmarks, dtype=np.float64), recipe, image.shape[:2])
    target, changed = _pseudo_faces(image, window, recipe)
    grid = _grid(window, recipe)
    area = (window.rows, window.columns)
    height, width = target[area].shape[:2]
    left, top = window.margin
    inside = (slice(top, top + height), slice(left, left + width))
    mask = np.zeros(image.shape[:2], dtype=np.uint8)
    drawn = _mask(points, np.asarray(landmarks, dtype=np.float64), grid, window, recipe)
    mask[area] = drawn[inside]
    if not mask.any():
        raise NoFaceError("the landmarks lie outside the image")
    forged = target.copy()
    pasted = _sample(changed, grid[inside] - torch.tensor([left, top]))
    forged[area] = _blend(pasted, target[area], mask[area], recipe.ratio)
    return SelfBlendResult(forged, target, mask, recipe)


def _check(image: NDArray[np.uint8], landmarks: NDArray[np.floating]) -> None:
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        shape, kind = tuple(image.shape), image.dtype
        raise ValueError(f"'image' must be uint8 [H, W, 3] (got {kind} {shape})")
    if tuple(landmarks.shape) != (68, 2):
        raise ValueError(f"'landmarks' must be [68, 2] (got {tuple(landmarks.shape)})")
    if not np.isfinite(landmarks).all():
        raise NoFaceError("the landmarks are not finite numbers")


def _window(
    landmarks: NDArray[np.float64], recipe: SelfBlendRecipe, shape: tuple[int, ...]
) -> _Window:
    """Frame the hull with room for everything that may move beyond it."""
    if not np.ptp(landmarks, axis=0).any():
        raise NoFaceError("the landmarks lie in one place")
    batch = RecipeBatch.from_recipes([recipe])
    window = FaceWindow.around(torch.from_numpy(landmarks)[None], batch)
    low, extent = window.low[0].double().numpy(), window.extent[0].double().numpy()
    first, last = np.floor(low), np.ceil(low + extent) + 1
    left, top = np.clip(first, 0, shape[1::-1]).astype(int).tolist()
    right, bottom = np.clip(last, 0, shape[1::-1]).astype(int).tolist()
    if right - left < 2 or bottom - top < 2:
        raise NoFaceError("the landmarks lie outside the image")
    # The mask is drawn as far beyond the image as what is there can move, bend or blur into it.
    room = float((landmarks.min(axis=0) - low).max())
    reach = np.ceil(room + recipe.erosion * float(window.side))
    corner = np.maximum(first, -reach)
    beyond = np.minimum(last, np.array(shape[1::-1]) + reach)
    width, height = (beyond - corner).astype(int).tolist()
    margin = (left - int(corner[0]), top - int(corner[1]))
    centre = (landmarks.min(axis=0) + landmarks.max(axis=0)) / 2 - corner
    rows, columns = slice(top, bottom), slice(left, right)
    return _Window(
        rows, columns, margin, (height, width), centre, float(window.side), low - corner, extent
    )


def _pseudo_faces(
    image: NDArray[np.uint8], window: _Window, recipe: SelfBlendRecipe
) -> tuple[NDArray[np.uint8], Tensor]:
    """Return the whole target, and the window of the source ``[3, h, w]`` in [0, 1]."""
    target_changes = recipe.side == "target"
    # Which pixels are averaged follows from the size of the picture, so that all of it is reduced.
    whole = target_changes or recipe.detail != "sharpen" or recipe.smoothing != 1
    area = (slice(None), window.rows, window.columns)
    pixels = image if whole else image[area[1:]]
    plain = torch.tensor(pixels).permute(2, 0, 1).float() / 255
    source = plain
    if recipe.smoothing != 1:
        source = reduce(plain[None].clone(), [recipe.smoothing])[0].clamp(0, 1)
    changed = change_detail(change_colour(plain if target_changes else source, recipe), recipe)
    if not target_changes:
        return image, changed[area] if whole else changed
    target = (changed * 255).round().byte().permute(1, 2, 0).contiguous().numpy()
    return target, source[area]


def _grid(window: _Window, recipe: SelfBlendRecipe) -> Tensor:
    """Say for each place of the face's window where it comes from, ``[h, w, 2]``."""
    y, x = torch.meshgrid(*(torch.arange(length) for length in window.size), indexing="ij")
    centre = torch.from_numpy(window.centre)
    shift = torch.tensor(recipe.shift, dtype=torch.float64) * window.side
    place = torch.stack([x, y], dim=-1)
    wider = 1 + recipe.scale
    growth = torch.tensor([wider, wider * (1 + recipe.stretch)], dtype=torch.float64)
    return ((place - centre - shift) / growth + centre).float()


def _sample(pixels: Tensor, grid: Tensor) -> Tensor:
    """Look ``pixels [C, h, w]`` up at the places of ``grid``; beyond the rim the rim goes on."""
    # grid_sample wants -1 and 1 at the middles of the first and last pixel.
    last = torch.tensor([pixels.shape[2] - 1, pixels.shape[1] - 1])
    places = grid[None] / last * 2 - 1
    return grid_sample(pixels[None], places, padding_mode="border", align_corners=True)[0]


def _mask(
    points: NDArray[np.float64],
    landmarks: NDArray[np.float64],
    grid: Tensor,
    window: _Window,
    recipe: SelfBlendRecipe,
) -> NDArray[np.uint8]:
    """Move the hull with the source, bend it, take regions out and soften its rim."""
    left, top = window.margin
    corner = (window.columns.start - left, window.rows.start - top)
    shape = (grid.shape[0], grid.shape[1])
    hull = hull_mask(points - corner, shape)
    # Half a pixel lies between a pixel's middle and its border.
    inner = distance_transform_edt(hull) > recipe.erosion * window.side + 0.5
    eroded = torch.from_numpy((inner if inner.any() else hull).astype(np.float32))
    moved = _sample(eroded[None], grid + _displacement(window, grid, recipe))[0]
    solid = moved.numpy() > 0.5
    radius = max(2, round(recipe.blur * window.side))
    if recipe.removed:
        solid &= ~_regions(landmarks - corner, shape, recipe.removed, SPARE * radius)
    if not solid.any():
        raise NoFaceError("the face is too small to be blended")
    return np.rint(soften(solid, 0, radius) * 255).astype(np.uint8)


def _regions(
    landmarks: NDArray[np.float64], shape: tuple[int, int], names: Sequence[str], wider: float
) -> NDArray[np.bool_]:
    """Fill the ellipses of action units, their half-axes lengthened, ``[h, w]``."""
    try:
        found = fit_ellipses(torch.from_numpy(landmarks)[None])
    except ValueError as error:
        raise NoFaceError(f"the landmarks are no face ({error})") from error
    inside = np.zeros(shape, dtype=bool)
    place = np.stack(np.meshgrid(np.arange(shape[1]), np.arange(shape[0])), axis=-1)
    for unit, centre, matrix in zip(ELLIPSE_UNITS, *(one[0].numpy() for one in found), strict=True):
        if ACTION_UNITS[unit] in names:
            squared, axes = np.linalg.eigh(matrix)
            along = (place - centre) @ axes / (np.sqrt(squared) + wider)
            inside |= (along**2).sum(axis=-1) <= 1
    return inside


def _displacement(window: _Window, grid: Tensor, recipe: SelfBlendRecipe) -> Tensor:
    """Look up the field that bends the mask's outline, ``[h, w, 2]`` in pixels."""
    field = elastic_field(torch.tensor([recipe.elastic_seed]))
    y, x = torch.meshgrid(*(torch.arange(length) for length in grid.shape[:2]), indexing="ij")
    low, extent = torch.from_numpy(window.low), torch.from_numpy(window.extent)
    places = ((torch.stack([x, y], dim=-1) - low) / extent * 2 - 1).float()[None]
    bent = grid_sample(field, places, "bicubic", padding_mode="border", align_corners=False)
    return bent[0].permute(1, 2, 0) * (recipe.elastic * window.side)


def _blend(
    source: Tensor, target: NDArray[np.uint8], mask: NDArray[np.uint8], ratio: float
) -> NDArray[np.uint8]:
    """Mix by the mask's bytes, so that a pixel whose byte is 0 keeps its value."""
    weight = ratio * mask[..., None].astype(np.float32) / 255
    pasted = source.permute(1, 2, 0).numpy() * 255
    mixed = np.rint(weight * pasted + (1 - weight) * target)
    return np.asarray(np.clip(mixed, 0, 255), dtype=np.uint8)
