"""Where faces are looked for, how often, and at what cost."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from graphforensics.media.picture import ArrayPicture
from graphforensics.preprocess.detect.detection import Detection
from graphforensics.preprocess.detect.detection_schedule import DetectionSchedule


class BrightSquare:
    """Finds one white square of at least 20 pixels, and notes the sizes that it was shown."""

    colour = False

    def __init__(self) -> None:
        self.sizes: list[tuple[int, ...]] = []

    def __call__(self, image: NDArray[np.uint8]) -> list[Detection]:
        self.sizes.append(image.shape)
        rows, columns = np.nonzero(image > 200)
        if len(rows) < 400:
            return []
        box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        return [Detection(tuple(float(side) for side in box), 1.0)]


def _picture(height: int, width: int, side: int, number: int = 0) -> ArrayPicture:
    image = np.zeros((height, width, 3), np.uint8)
    image[height // 3 :][:side, width // 2 : width // 2 + side] = 255
    return ArrayPicture(image, number, number / 25)


@pytest.mark.parametrize(
    ("side", "copies"),
    [(100, [360, 720]), (32, [360, 720]), (12, [360, 720, 1440])],
)
def test_larger_copies_for_smaller_faces(side: int, copies: list[int]) -> None:
    detector = BrightSquare()
    [face] = DetectionSchedule(detector)(_picture(720, 1280, side), seeing=False, fresh=True)
    assert [size[0] for size in detector.sizes] == copies
    np.testing.assert_allclose(face.box, (640, 240, 640 + side, 240 + side), atol=2)


def test_no_face_is_looked_for_often_and_on_large_copies_seldom() -> None:
    detector, search = BrightSquare(), DetectionSchedule(BrightSquare(), every=5)
    search.detector = detector
    for number in range(600):
        assert search(_picture(72, 128, 0, number), seeing=False, fresh=False) == []
    heights = [size[0] for size in detector.sizes]
    assert {height: heights.count(height) for height in set(heights)} == {72: 120, 144: 40}
    # With a face in sight the whole frame is searched seldom, and never at its largest.
    detector.sizes.clear()
    search.restart()
    for number in range(200):
        search(_picture(720, 1280, 0, number), seeing=True, fresh=False)
    heights = [size[0] for size in detector.sizes]
    assert {height: heights.count(height) for height in set(heights)} == {360: 10, 720: 2}


@pytest.mark.parametrize("shape", [(1, 1), (2, 3000), (3000, 2), (4320, 7680), (288, 360)])
def test_copies_are_bounded(shape: tuple[int, int]) -> None:
    detector = BrightSquare()
    DetectionSchedule(detector)(_picture(*shape, 0), seeing=False, fresh=True)
    for height, width in detector.sizes:
        assert height * width <= 3 * 1440 * 1440 + 3 * 7680
        assert height <= max(2 * shape[0], 1)
        assert abs(height * shape[1] - width * shape[0]) <= max(shape) * 2


def test_one_face_is_reported_once_and_colours_go_to_whom_they_concern() -> None:
    class Colours(BrightSquare):
        colour = True

        def __call__(self, image: NDArray[np.uint8]) -> list[Detection]:
            assert image.shape[2] == 3
            return super().__call__(image[:, :, 0])

    search = DetectionSchedule(Colours())
    assert len(search(_picture(720, 1280, 200), seeing=False, fresh=True)) == 1
