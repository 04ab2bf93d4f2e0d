"""Self-blends of published strength beside the published steps, written anew in NumPy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.ndimage import affine_transform, correlate, gaussian_filter, map_coordinates
from scipy.spatial import ConvexHull
from skimage.color import hsv2rgb, rgb2hsv
from skimage.data import astronaut
from skimage.draw import polygon
from skimage.transform import resize

from graphforensics.tamper import RecipeBatch, SelfBlend, SelfBlendRecipe, self_blend
from graphforensics.tamper.recipe.self_blend_recipe import Strength
from tests.tamper.conftest import schematic_face

Picture = NDArray[np.uint8]
FIGURES = ("change", "shift", "rim", "area")
SAMPLES = 70


class PublishedSelfBlend:
    """The program's steps on the landmarks' box enlarged to 2 by 2.4 times its size."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def __call__(self, image: Picture, points: NDArray[np.float32]) -> dict[str, NDArray]:
        """Change the source only; return it before it is moved, the hull and the mask."""
        (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
        wide, high = right - left, bottom - top
        first, low = int(max(0, left - wide / 2)), int(max(0, top - high))
        crop = image[low : int(bottom + 0.4 * high), first : int(right + wide / 2)]
        points = points - [first, low]
        changed = self._detail(self._colour(crop))
        corners = points[ConvexHull(points).vertices]
        hull = np.zeros(crop.shape[:2])
        rows, columns = polygon(corners[:, 1], corners[:, 0], hull.shape)
        hull[rows, columns] = 1
        mask = self._soften(self._move(hull))
        return {"crop": crop, "changed": changed, "mask": mask, "hull": hull}

    def _colour(self, image: Picture) -> Picture:
        pixels = image.astype(np.float64)
        if self.rng.random() < 0.3:
            pixels = np.clip(pixels + self.rng.integers(-20, 21, 3), 0, 255)
        hsv = rgb2hsv(pixels / 255) * [180, 255, 255]
        hsv = np.clip(np.floor(hsv + self.rng.uniform(-0.3, 0.3, 3)), 0, 255)
        pixels = np.rint(hsv2rgb(np.clip(hsv / [180, 255, 255], 0, 1)) * 255)
        contrast, brightness = self.rng.uniform(-0.1, 0.1, 2)
        return np.clip(pixels * (1 + contrast) + brightness * 255, 0, 255).astype(np.uint8)

    def _detail(self, image: Picture) -> Picture:
        if self.rng.random() < 0.5:
            factor = self.rng.choice([2, 4])
            small = image[::factor, ::factor]
            return resize(small, image.shape, order=1, preserve_range=True).astype(np.uint8)
        share, lightness = self.rng.uniform(0.2, 0.5), self.rng.uniform(0.5, 1.0)
        kernel = np.full((3, 3), -share)
        kernel[1, 1] = (1 - share) + share * (8 + lightness)
        sharp = [correlate(image[..., c].astype(float), kernel, mode="mirror") for c in range(3)]
        return np.clip(np.rint(np.stack(sharp, axis=-1)), 0, 255).astype(np.uint8)

    def _move(self, mask: NDArray) -> NDArray:
        height, width = mask.shape
        grow = self.rng.uniform(0.95, 1 / 0.95, 2)
        shift = self.rng.uniform(-1, 1, 2) * [0.015 * height, 0.03 * width]
        middle = np.array([height, width]) / 2
        offset = middle - (middle + shift) / grow
        placed = affine_transform(mask, 1 / grow, offset, order=0)
        bend = [gaussian_filter(self.rng.uniform(-1, 1, mask.shape), 7) * 50 for _ in range(2)]
        place = np.indices(mask.shape) + bend
        return map_coordinates(placed, place, order=1)

    def _soften(self, mask: NDArray) -> NDArray:
        small = resize(mask, self.rng.integers(192, 257, 2), order=1, anti_aliasing=False)
        first, second = self.rng.choice(np.arange(5, 26, 2), 2)
        soft = _blur(small, first, 0.3 * ((first - 1) / 2 - 1) + 0.8)
        core = (soft > soft.max() - 1e-6).astype(float)
        blurred = _blur(core, second, self.rng.integers(5, 46))
        return resize(blurred / blurred.max(), mask.shape, order=1, anti_aliasing=False)


def _blur(mask: NDArray, side: int, sigma: float) -> NDArray:
    weight = np.exp(-((np.arange(side) - side // 2) ** 2) / (2 * sigma**2))
    row = (weight / weight.sum())[None]
    return correlate(correlate(mask, row, mode="mirror"), row.T, mode="mirror")


def rim(mask: NDArray) -> float:
    """Mean width in pixels of the band from a tenth to nine tenths, by its area and its middle."""
    band = ((mask > 0.1) & (mask < 0.9)).sum()
    inside = mask > 0.5
    border = (inside[1:] != inside[:-1]).sum() + (inside[:, 1:] != inside[:, :-1]).sum()
    # A border at all angles crosses 4 / pi rows and columns for each pixel of its length.
    return float(band / (border * np.pi / 4))


@pytest.fixture(scope="module")
def face() -> tuple[Picture, NDArray[np.float32]]:
    """The astronaut's head, and points as wide and high as those of a photographed face."""
    points = schematic_face(centre=(222.0, 115.0), width=96.0)
    points[:, 1] = (points[:, 1] - 115) * np.ptp(points[:, 0]) / np.ptp(points[:, 1]) + 115
    return np.ascontiguousarray(astronaut()[:260, 110:334]), points - np.float32([110, 0])


@pytest.fixture(scope="module")
def published(face) -> dict[str, NDArray]:
    image, points = face
    blend, rows = PublishedSelfBlend(0), []
    for _ in range(SAMPLES):
        made = blend(image, points)
        inside = made["hull"] > 0
        change = made["changed"].astype(float) - made["crop"]
        area = made["mask"].sum() / inside.sum()
        rows.append([*figures(change[inside]), rim(made["mask"]), area])
    return dict(zip(FIGURES, np.array(rows).T, strict=True))


def ours(face, level: Strength) -> dict[str, NDArray]:
    """The same of our blends, without a forehead, as the published steps are without one here."""
    image, points = face
    pixels = torch.from_numpy(image).permute(2, 0, 1).expand(SAMPLES, -1, -1, -1)
    marks = torch.from_numpy(points).expand(SAMPLES, -1, -1)
    zero = torch.zeros(SAMPLES)
    drawn = RecipeBatch.draw(torch.arange(SAMPLES), ("source",), level=level)
    drawn = replace(drawn, forehead=zero, ratio=zero + 1)
    masks = SelfBlend()(pixels, marks, recipes=drawn).mask[:, 0]
    # Where nothing is moved nor blurred what is left is the change of colour and detail.
    still = {"shift": zero[:, None].expand(-1, 2), "scale": zero, "stretch": zero}
    plain = replace(drawn, **still, erosion=zero, blur=zero, elastic=zero)
    made = SelfBlend()(pixels, marks, recipes=plain)
    inside = hull_of(points, image.shape[:2])
    rows = []
    for forged, solid, mask in zip(made.forged, made.mask[:, 0], masks, strict=True):
        change = forged.permute(1, 2, 0).numpy().astype(float) - image
        share = mask.numpy() / mask.max().item()
        area = share.sum() / inside.sum()
        rows.append(
            [
                *figures(change[inside & (solid.numpy() > 0.99 * solid.max().item())]),
                rim(share),
                area,
            ]
        )
    return dict(zip(FIGURES, np.array(rows).T, strict=True))


def hull_of(points: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    corners = points[ConvexHull(points).vertices]
    area = np.zeros(shape, bool)
    rows, columns = polygon(corners[:, 1], corners[:, 0], shape)
    area[rows, columns] = True
    return area


def figures(change: NDArray) -> list[float]:
    """Mean change, and mean shift of a colour, in levels."""
    return [np.abs(change).mean(), np.abs(change.mean(axis=0)).mean()]


def test_statistics_are_those_of_the_published_steps(face, published) -> None:
    found = ours(face, "published")
    for name, wanted in published.items():
        deviations = [one.std() / np.sqrt(len(one)) for one in (wanted, found[name])]
        apart = abs(wanted.mean() - found[name].mean())
        assert apart < 3 * np.hypot(*deviations) + 0.03 * wanted.mean(), name


def test_mild_changes_half_as_much(face, published) -> None:
    mild = ours(face, "mild")
    assert mild["change"].mean() < 0.6 * published["change"].mean()
    assert mild["rim"].mean() < 0.6 * published["rim"].mean()


def test_limits() -> None:
    drawn = RecipeBatch.draw(torch.arange(4000), level="published")
    shifted = drawn.rgb_shift[drawn.rgb_shift.any(1)]
    assert len(shifted) / 4000 == pytest.approx(0.3, abs=0.03)
    assert shifted.abs().amax(0).tolist() == pytest.approx([20, 20, 20], rel=0.01)
    # Each colour by itself.
    assert np.abs(np.corrcoef(shifted.T.numpy()) - np.eye(3)).max() < 0.1
    assert drawn.hue.abs().max() * 180 == pytest.approx(0.3, rel=0.01)
    assert drawn.contrast.abs().max() == pytest.approx(0.1, rel=0.01)
    brightness = drawn.brightness - drawn.contrast / 2
    assert brightness.abs().max() == pytest.approx(0.1, rel=0.01)
    assert drawn.nearest.equal(~drawn.sharpens)
    assert drawn.strength[drawn.nearest].unique().tolist() == [2, 4]
    share = (drawn.strength[drawn.sharpens] - 1) / 13
    assert (share.min(), share.max()) == pytest.approx((0.2, 0.5), abs=0.002)
    # The crop of the program is 2 by 2.4 boxes, ours 1.3.
    limits = drawn.shift.abs().amax(0) * 1.3 / torch.tensor([2.0, 2.4])
    assert limits.tolist() == pytest.approx([0.03, 0.015], rel=0.01)
    height = (1 + drawn.scale) * (1 + drawn.stretch)
    for grown in (1 + drawn.scale, height):
        assert (grown.min(), grown.max()) == pytest.approx((0.95, 1 / 0.95), rel=0.002)
    assert abs(np.corrcoef(drawn.scale, height)[0, 1]) < 0.1


def test_a_picture_and_a_batch_agree(face) -> None:
    image, points = face
    recipes = RecipeBatch.draw(torch.arange(8), level="published")
    pixels = torch.from_numpy(image).permute(2, 0, 1).expand(8, -1, -1, -1)
    batch = SelfBlend()(pixels, torch.from_numpy(points).expand(8, -1, -1), recipes=recipes)
    for row, recipe in enumerate(recipes.recipes()):
        single = self_blend(image, points, recipe=recipe)
        assert {recipe.detail} <= {"nearest", "sharpen"}
        target = batch.target[row].permute(1, 2, 0).numpy().astype(int)
        assert np.abs(target - single.target).max() <= 1
        solid = (single.mask == 255) & (batch.mask[row, 0].numpy() == batch.mask[row].max().item())
        forged = batch.forged[row].permute(1, 2, 0).numpy().astype(int)
        assert solid.sum() > 500
        assert np.abs(forged - single.image)[solid].max() <= 2


def test_drawn_with_numpy_and_by_the_layer(face) -> None:
    image, points = face
    recipe = SelfBlendRecipe.draw(np.random.default_rng(3), level="published")
    again = self_blend(image, points, np.random.default_rng(3), strength="published").recipe
    assert recipe == again
    assert recipe != self_blend(image, points, np.random.default_rng(3)).recipe
    seeds = torch.arange(2)
    pixels = torch.from_numpy(image).permute(2, 0, 1).expand(2, -1, -1, -1)
    marks = torch.from_numpy(points).expand(2, -1, -1)
    layer = SelfBlend(strength="published")
    assert "published" in repr(layer)
    assert (
        layer(pixels, marks, seeds).recipe.nearest.any()
        or (layer(pixels, marks, seeds).recipe.gain < 1).any()
    )


def test_another_word() -> None:
    for call in (
        lambda: SelfBlend(strength="strong"),
        lambda: SelfBlendRecipe.draw(np.random.default_rng(0), level="strong"),
        lambda: RecipeBatch.draw(torch.arange(2), level="strong"),
    ):
        with pytest.raises(ValueError, match="'strength' must be mild or published"):
            call()
