from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import binary_dilation

from graphforensics.regions.mean_face import mean_face
from graphforensics.tamper.paste import FaceColours, poisson_blend, skin_mask
from graphforensics.tamper.swap.swap_face import SwapRecipe, fit_face, open_mouth, prepare_source

PLAIN = SwapRecipe("affine", "statistics", "feather", 0.3, 0.02, 0.05, None)
FACE = mean_face(200, 1.6).double().numpy()


def test_a_larger_partner_is_reduced_to_the_target_s_size(photograph, landmarks) -> None:
    small = landmarks.astype(float) * 0.5
    source = prepare_source(photograph, landmarks, [small], PLAIN)
    across = np.ptp(source.points[:68], axis=0)
    np.testing.assert_allclose(across, np.ptp(small, axis=0), rtol=0.02)
    as_large = prepare_source(photograph, landmarks, [landmarks.astype(float)], PLAIN)
    np.testing.assert_allclose(np.ptp(as_large.points[:68], axis=0), np.ptp(landmarks, axis=0))


def test_points_lie_on_the_same_pixels_after_reduction(photograph, landmarks) -> None:
    # A white spot on the nose is found again where the landmark says.
    marked = photograph.copy()
    x, y = landmarks[30].round().astype(int)
    marked[y - 3 : y + 4, x - 3 : x + 4] = (0, 255, 0)
    source = prepare_source(marked, landmarks, [landmarks * 0.5], PLAIN)
    x, y = source.points[30].round().astype(int)
    assert source.picture[y, x, 1] - source.picture[y, x, 0] > 150


@pytest.mark.parametrize("warp", ["affine", "thin_plate"])
@pytest.mark.parametrize("blend", ["feather", "poisson"])
def test_a_face_fits_onto_itself(photograph, landmarks, warp: str, blend: str) -> None:
    recipe = SwapRecipe(warp, "histogram", blend, 0.3, 0.02, 0.05, None)
    points = landmarks.astype(float)
    source = prepare_source(photograph, landmarks, [points], recipe)
    colours = FaceColours.of(photograph, skin_mask(points, photograph.shape[:2]))
    forged = fit_face(photograph, points, source, colours, recipe).paste(photograph)
    change = np.abs(forged.image.astype(int) - photograph)
    assert change[forged.mask > 0].mean() < 1.5


def test_a_shift_is_added_under_the_mask(photograph, landmarks) -> None:
    points = landmarks.astype(float)
    source = prepare_source(photograph, landmarks, [points], PLAIN)
    colours = source.colours
    face = fit_face(photograph, points, source, colours, PLAIN)
    plain, shifted = face.paste(photograph), face.paste(photograph, np.array([9.0, 0, -9]))
    inside = (plain.mask == 1) & (plain.image > 20).all(2) & (plain.image < 235).all(2)
    change = shifted.image[inside].astype(int) - plain.image[inside]
    np.testing.assert_allclose(change.mean(axis=0), [9, 0, -9], atol=0.1)
    weights = face.mask.ravel().astype(float)
    wanted = np.average(face.pixels.reshape(-1, 3), axis=0, weights=weights)
    np.testing.assert_allclose(face.mean, wanted, rtol=1e-6)


def test_only_an_open_mouth_is_left_out() -> None:
    opened = FACE.copy()
    opened[[*range(55, 60), *range(65, 68)], 1] += 14
    assert not open_mouth(FACE, (200, 200)).any()
    hole = open_mouth(opened, (200, 200))
    x, y = opened[60:68].mean(axis=0).round().astype(int)
    assert hole[y, x] > 0.9
    assert hole.max() <= 1
    assert hole[: int(opened[61:64, 1].min()) - 6].max() == 0


def test_a_large_face_is_blended_as_an_exact_solution_would(photograph, landmarks) -> None:
    recipe = replace(PLAIN, blend="poisson")
    # Three times as large, so that what gradients add is found at a lower resolution.
    large = np.repeat(np.repeat(photograph[:240, 100:340], 3, axis=0), 3, axis=1)
    points = (landmarks - [100, 0] + 0.5) * 3.0 - 0.5
    source = prepare_source(np.ascontiguousarray(large[:, :, ::-1]), points, [points], recipe)
    colours = FaceColours.of(large, skin_mask(points, large.shape[:2]))
    solved = fit_face(large, points, source, colours, recipe)
    plain = fit_face(large, points, source, colours, PLAIN)
    inner = solved.mask > 0.25
    assert np.count_nonzero(inner) > 30_000
    (left, top), (height, width) = solved.corner, solved.mask.shape
    target = large[top : top + height, left : left + width].astype(np.float32)
    away = target - plain.pixels
    rim = binary_dilation(inner) & ~inner
    middle = np.median(away[rim], axis=0)
    tame = plain.pixels + np.clip(away, middle - 20, middle + 20)
    exact = poisson_blend(plain.pixels, tame, inner)
    assert np.abs(solved.pixels - exact)[inner].mean() < 1.0
