"""Crops: original pixels, nothing resampled; or one warp, against scikit-image."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.data import astronaut
from skimage.transform import SimilarityTransform, warp

from graphforensics.preprocess.crop.face_crop import (
    ANCHORS,
    aligned_crop,
    anchor_points,
    similarity,
    square_crop,
)
from graphforensics.preprocess.crop.region import Region

POINTS = np.random.default_rng(0).uniform(170, 280, (68, 2))


@pytest.mark.parametrize("margin", [1.0, 1.3, 1.7])
def test_square_crop_is_a_slice(margin: float) -> None:
    image = astronaut()
    box = np.array([175.4, 68.6, 283.4, 176.6])
    crop = square_crop(Region.around(image, box, 2.2), box, POINTS, margin)
    x0, y0, x1, y1 = crop.crop_box.astype(int)
    np.testing.assert_array_equal(crop.pixels, image[y0:y1, x0:x1])
    assert x1 - x0 == y1 - y0 == round(margin * 108)
    assert abs((x0 + x1) / 2 - 229.4) <= 0.5
    assert abs((y0 + y1) / 2 - 122.6) <= 0.5
    np.testing.assert_allclose(crop.landmarks, POINTS - [x0, y0], atol=1e-4)
    assert crop.crop_box.dtype == crop.landmarks.dtype == np.float32


@pytest.mark.parametrize("box", [(-30, -20, 70, 80), (450, 440, 560, 550), (-90, 600, 10, 700)])
def test_beyond_the_frame_its_edge_is_repeated(box: tuple[int, int, int, int]) -> None:
    image = astronaut()
    crop = square_crop(Region.around(image, box, 2.0), box, POINTS, 1.3)
    padded = np.pad(image, ((300, 300), (300, 300), (0, 0)), mode="edge")
    x0, y0, x1, y1 = crop.crop_box.astype(int) + 300
    np.testing.assert_array_equal(crop.pixels, padded[y0:y1, x0:x1])


def test_region_outside_the_frame_holds_its_nearest_pixel() -> None:
    image = astronaut()
    region = Region.around(image, (700, 700, 740, 740), 2.0)
    assert region.cut(690, 690, 3).tolist() == [[image[-1, -1].tolist()] * 3] * 3


def test_similarity_against_scikit_image() -> None:
    rng = np.random.default_rng(0)
    source, target = rng.normal(size=(2, 3, 2)) * 50
    estimated = SimilarityTransform()
    estimated.estimate(source, target)
    np.testing.assert_allclose(similarity(source, target), estimated.params[:2], atol=1e-9)
    exact = SimilarityTransform(scale=0.4, rotation=0.7, translation=(5, -3))
    np.testing.assert_allclose(similarity(source, exact(source)), exact.params[:2], atol=1e-9)


@pytest.mark.parametrize("size", [64, 140, 300])
def test_aligned_crop_is_one_warp(size: int) -> None:
    image = astronaut()
    anchors = np.array([[207.0, 112.0], [248.0, 105.0], [236.0, 160.0]])
    box = (170, 60, 290, 180)
    crop = aligned_crop(Region.around(image, box, 2.4), anchors, POINTS, 1.3, size)
    assert crop.pixels.shape == (size, size, 3)
    matrix = crop.crop_box.astype(np.float64)
    np.testing.assert_allclose(crop.landmarks, POINTS @ matrix[:, :2].T + matrix[:, 2], rtol=1e-4)
    # Oracle: the same matrix in scikit-image, on a smooth version of the crop's resolution.
    full = SimilarityTransform(matrix=np.vstack([matrix, [0, 0, 1]]))
    wanted = warp(image, full.inverse, output_shape=(size, size), order=3, mode="edge") * 255
    difference = np.abs(wanted - crop.pixels)
    assert difference.mean() < (1.5 if size > 100 else 5.0)


def test_aligned_crop_puts_eyes_and_mouth_in_their_places() -> None:
    # A drawn face: two white dots for eyes, one for the mouth, turned and off centre.
    image = np.zeros((300, 300, 3), np.uint8)
    turn = SimilarityTransform(scale=130, rotation=0.35, translation=(90, 60))
    anchors = turn(ANCHORS)
    for x, y in anchors.round().astype(int):
        image[y - 2 : y + 3, x - 2 : x + 3] = 255
    for size in (60, 224):
        region = Region.around(image, (70, 40, 230, 200), 2.0)
        crop = aligned_crop(region, anchors, POINTS, 1.3, size)
        for place in ((ANCHORS - 0.5) / 1.3 + 0.5) * size:
            x, y = place.round().astype(int)
            window = crop.pixels[y - 4 : y + 5, x - 4 : x + 5, 0].astype(float)
            rows, columns = np.mgrid[-4:5, -4:5]
            centre = [(columns * window).sum(), (rows * window).sum()] / window.sum()
            np.testing.assert_allclose(np.add(centre, (x, y)), place, atol=0.75)


def test_anchor_points() -> None:
    points = np.zeros((68, 2))
    points[36:42], points[42:48], points[48:60], points[60:68] = 1, 2, 3, 99
    assert anchor_points(points).tolist() == [[1, 1], [2, 2], [3, 3]]
