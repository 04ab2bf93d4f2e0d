"""From a face that was followed to a face that is kept."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from graphforensics.preprocess.crop.box import shorter_side
from graphforensics.preprocess.crop.face_crop import (
    FaceCrop,
    aligned_crop,
    anchor_points,
    square_crop,
)
from graphforensics.preprocess.crop.region import Region
from graphforensics.preprocess.crop.sharpness import sharpness
from graphforensics.preprocess.track.smoothing import smooth_at
from graphforensics.preprocess.track.tracklet import Observation, Tracklet
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.track_frame import Quality, TrackFrame

# How far smoothing may take a box from where the face was seen, in shares of its side: the
# pixels that are kept around a face are those that the crop may then need.
_DRIFT = 0.2
_GROWTH = 0.15


def kept_reach(options: ExtractionOptions) -> float:
    """Side of the pixels to keep around a face, over the side of its box."""
    square = options.margin * (1 + _GROWTH)
    if options.align:
        # A square that is turned by up to 45 degrees, about eyes and mouth.
        square *= 1.5
    # A little more for the pixel that rounding and cubic interpolation want.
    return max(square, 1.6) + 2 * _DRIFT + 0.05


def crop_face(tracklet: Tracklet, place: int, options: ExtractionOptions) -> TrackFrame:
    """Smooth an observation among its neighbours, cut it out and judge it.

    Args:
        tracklet: The face's tracklet; its person and segment are known.
        place: Which of its observations.
        options: How to cut.
    """
    observation, region = tracklet.observations[place], tracklet.observations[place].region
    if tracklet.person is None or region is None:
        raise RuntimeError("a face is finished twice, or before it is known whose it is")
    near = _neighbours(tracklet.observations, place, options.smoothing / 2)
    box = _smooth_box(near, observation, options.smoothing)
    crop = _crop(near, observation, region, box, options)
    detail = sharpness(_inside(region, box))
    return TrackFrame(
        person=tracklet.person,
        segment=tracklet.segment,
        number=observation.number,
        time=observation.time,
        crop=crop.pixels,
        box=box.astype(np.float32),
        crop_box=crop.crop_box,
        landmarks=observation.landmarks,
        crop_landmarks=crop.landmarks,
        sharpness=detail,
        quality=_quality(shorter_side(box), detail, options),
        detected=observation.confidence is not None,
    )


def _neighbours(observations: list[Observation], place: int, half: float) -> list[Observation]:
    """Return the observations of the same segment within half a window to either side."""
    time = observations[place].time
    first = last = place
    while (
        first > 0
        and observations[first - 1].number == observations[first].number - 1
        and time - observations[first - 1].time < half
    ):
        first -= 1
    while (
        last + 1 < len(observations)
        and observations[last + 1].number == observations[last].number + 1
        and observations[last + 1].time - time < half
    ):
        last += 1
    return observations[first : last + 1]


def _smooth_box(
    near: list[Observation], observation: Observation, window: float
) -> NDArray[np.float64]:
    squares = np.array([_square(other.box) for other in near])
    x, y, side = smooth_at([other.time for other in near], squares, observation.time, window)
    raw_x, raw_y, raw_side = _square(observation.box)
    drift = _DRIFT * raw_side
    x = np.clip(x, raw_x - drift, raw_x + drift)
    y = np.clip(y, raw_y - drift, raw_y + drift)
    half = np.clip(side, (1 - _GROWTH) * raw_side, (1 + _GROWTH) * raw_side) / 2
    return np.array([x - half, y - half, x + half, y + half])


def _square(box: NDArray[np.float64]) -> tuple[float, float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, box[2] - box[0]


def _crop(
    near: list[Observation],
    observation: Observation,
    region: Region,
    box: NDArray[np.float64],
    options: ExtractionOptions,
) -> FaceCrop:
    if not options.align:
        return square_crop(region, box, observation.landmarks, options.margin)
    points = np.array([anchor_points(other.landmarks).ravel() for other in near])
    times = [other.time for other in near]
    anchors = smooth_at(times, points, observation.time, options.smoothing).reshape(3, 2)
    return aligned_crop(region, anchors, observation.landmarks, options.margin, options.align_size)


def _inside(region: Region, box: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Pixels of the box, as far as the region reaches."""
    x0, y0, x1, y1 = (round(float(side)) for side in box)
    left, top = max(0, x0 - region.left), max(0, y0 - region.top)
    return region.pixels[
        top : max(top + 1, y1 - region.top), left : max(left + 1, x1 - region.left)
    ]


def _quality(side: float, detail: float, options: ExtractionOptions) -> Quality:
    if side < options.min_face:
        return "small"
    return "blurred" if detail < options.min_sharpness else "ok"
