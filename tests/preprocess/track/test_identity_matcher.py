"""Who is who, with descriptions that are written down by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from graphforensics.preprocess.crop.region import Region
from graphforensics.preprocess.detect.dlib_hog_detector import DlibHogDetector
from graphforensics.preprocess.detect.face_recognizer import FaceRecognizer
from graphforensics.preprocess.detect.landmarks import LandmarkPredictor
from graphforensics.preprocess.track.identity_matcher import IdentityMatcher
from graphforensics.preprocess.track.tracklet import Observation, Tracklet


class Shade(FaceRecognizer):
    """Tells faces apart by their brightness, 1 a hundred grey values."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def __call__(self, image: NDArray[np.uint8], landmarks: ArrayLike) -> NDArray[np.float64]:
        self.calls += 1
        return np.array([image.mean() / 100])


def _tracklet(shade: int, first: int, last: int, side: float = 80) -> Tracklet:
    region = Region(np.full((9, 9, 3), shade, np.uint8), 0, 0)
    box, points = np.array([0, 0, side, side], np.float64), np.zeros((68, 2), np.float32)
    return Tracklet(
        [Observation(n, n / 25, points, box, region, 1.0) for n in range(first, last + 1)]
    )


def test_together_they_are_different_later_they_are_known() -> None:
    shade = Shade()
    matcher = IdentityMatcher(shade)
    first, second = _tracklet(50, 0, 9), _tracklet(52, 0, 9)
    matcher.name([first, second])
    assert (first.person, second.person, len(matcher), shade.calls) == (0, 1, 2, 0)
    third, fourth, fifth = _tracklet(180, 20, 29), _tracklet(55, 20, 29), _tracklet(51, 30, 39)
    matcher.name([third, fourth])
    assert (third.person, fourth.person) == (2, 1)
    matcher.name([fifth])
    assert fifth.person == 0


def test_nearest_pairs_first() -> None:
    matcher = IdentityMatcher(Shade())
    matcher.name([_tracklet(50, 0, 9), _tracklet(90, 0, 9)])
    near, nearer = _tracklet(75, 20, 29), _tracklet(86, 20, 29)
    matcher.name([near, nearer])
    assert (near.person, nearer.person) == (0, 1)


def test_too_small_to_tell_is_new() -> None:
    shade = Shade()
    matcher = IdentityMatcher(shade, smallest=40)
    matcher.name([_tracklet(50, 0, 9)])
    late = _tracklet(50, 20, 29, side=30)
    matcher.name([late])
    assert (late.person, shade.calls) == (1, 0)


def test_segments_are_counted_by_person() -> None:
    matcher = IdentityMatcher(Shade())
    matcher.name([_tracklet(50, 0, 9), _tracklet(200, 0, 9)])
    assert [matcher.next_segment(0), matcher.next_segment(0), matcher.next_segment(1)] == [0, 1, 0]


@pytest.mark.data
def test_dlibs_network_tells_real_people_apart(data_root: Path) -> None:
    detector, predictor, recognizer = DlibHogDetector(), LandmarkPredictor(), FaceRecognizer()
    described = []
    for path in sorted((data_root / "stills/canada").glob("*.jpg"))[:4]:
        for height in (360, 420):
            image = Image.open(path).convert("RGB")
            small = np.asarray(image.resize((round(image.width * height / image.height), height)))
            points = predictor(small, detector(small)[0].box)
            described.append(recognizer(small, points))
    table = np.linalg.norm(np.array(described)[:, None] - np.array(described), axis=-1)
    same = np.arange(8)[:, None] // 2 == np.arange(8) // 2
    assert table[same].max() < 0.3
    assert table[~same].min() > 0.5
