"""Landmarks against dlib called directly, and the box that they imply against its detector."""

from __future__ import annotations

from pathlib import Path

import dlib
import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from graphforensics.errors import MissingDataError
from graphforensics.preprocess.crop.box import overlap
from graphforensics.preprocess.detect.dlib_hog_detector import DlibHogDetector
from graphforensics.preprocess.detect.landmarks import LandmarkPredictor, landmark_box
from graphforensics.preprocess.detect.model_file import model_file


def test_the_part_that_is_looked_at_is_large_enough() -> None:
    image = astronaut()
    predictor = LandmarkPredictor()
    plain = dlib.shape_predictor(str(model_file("shape_predictor_68_face_landmarks.dat")))
    [face] = DlibHogDetector()(image)
    for shift in (-12, 0, 12):
        x0, y0, x1, y1 = (round(side) + shift for side in face.box)
        parts = plain(image, dlib.rectangle(x0, y0, x1 - 1, y1 - 1)).parts()
        wanted = np.array([(point.x, point.y) for point in parts])
        found = predictor(image, (x0, y0, x1, y1))
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, wanted, atol=1)
        np.testing.assert_allclose(predictor(image[:, :, 1], (x0, y0, x1, y1)), wanted, atol=12)


@pytest.mark.parametrize("box", [(-50, -40, 60, 70), (450, 450, 600, 600), (600, 600, 700, 700)])
def test_boxes_beyond_the_frame(box: tuple[int, int, int, int]) -> None:
    assert np.isfinite(LandmarkPredictor()(astronaut(), box)).all()


@pytest.mark.parametrize("turn", [-20, 0, 20])
@pytest.mark.parametrize("scale", [0.9, 1.0, 1.3, 1.7])
def test_the_box_of_landmarks_is_the_detectors(turn: int, scale: float) -> None:
    photograph = Image.fromarray(astronaut()[:300, 60:420])
    turned = photograph.rotate(turn, Image.Resampling.BICUBIC, center=(165, 130))
    image = np.asarray(turned.resize([round(side * scale) for side in turned.size]))
    [face] = DlibHogDetector()(image)
    points = LandmarkPredictor()(image, face.box)
    assert overlap(landmark_box(points), face.box) > 0.7


def test_the_box_follows_the_landmarks() -> None:
    points = np.random.default_rng(0).normal(size=(68, 2)) * 30
    np.testing.assert_allclose(
        landmark_box(points * 3 + [100, -20]),
        landmark_box(points) * 3 + [100, -20, 100, -20],
        atol=1e-9,
    )
    x0, y0, x1, y1 = landmark_box(points)
    assert x1 - x0 == pytest.approx(y1 - y0)


def test_a_missing_or_foreign_model(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match="no such model file"):
        LandmarkPredictor(tmp_path / "none.dat")
    foreign = tmp_path / "foreign.dat"
    foreign.write_bytes(bytes(100))
    with pytest.raises(MissingDataError, match="not a model"):
        LandmarkPredictor(foreign)


def test_repr() -> None:
    assert repr(LandmarkPredictor()).startswith("LandmarkPredictor('")


@pytest.mark.data
def test_real_faces_against_hand_placed_landmarks(data_root: Path) -> None:
    """The set's own points are good to a few pixels of the large photographs."""
    predictor, detector, errors = LandmarkPredictor(), DlibHogDetector(), []
    for path in sorted((data_root / "stills/frll").glob("*.jpg"))[:8]:
        wanted = np.loadtxt(path.with_suffix(".pts"))
        image = Image.open(path).convert("L")
        small = np.asarray(image.resize((round(image.width * 0.4), round(image.height * 0.4))))
        [face] = detector(small)
        found = predictor(small, face.box) / 0.4
        eyes = np.linalg.norm(wanted[36:42].mean(axis=0) - wanted[42:48].mean(axis=0))
        errors.append(np.linalg.norm(found - wanted, axis=1)[17:].mean() / eyes)
    assert np.mean(errors) < 0.08
