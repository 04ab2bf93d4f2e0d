"""From a face that was followed to a face that is kept."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from graphforensics.preprocess.crop.alignment import (
    FaceCrop,
    aligned_crop,
    anchor_points,
    square_crop,
)
from graphforensics.preprocess.crop.box import shorter_side
from graphforensics.preprocess.crop.region import Region
from graphforensics.preprocess.crop.sharpness import sharpness
from graphforensics.preprocess.track.smoothing import smooth_at
from graphforensics.preprocess.track.tracklet import FaceTrail, Sighting
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


def finished_face(trail: FaceTrail, place: int, options: ExtractionOptions) -> TrackFrame:
    """Smooth a sighting among its neighbours, cut it out and judge it.

    Args:
        trail: The face's trail; its person and segment are known.
        place: Which of its sightings.
        options: How to cut.
    """
    sighting, region = trail.sightings[place], trail.sightings[place].region
    if trail.person is None or region is None:
        raise RuntimeError("a face is finished twice, or before it is known whose it is")
    near = _neighbours(trail.sightings, place, options.smoothing / 2)
    box = _smooth_box(near, sighting, options.smoothing)
    crop = _crop(near, sighting, region, box, options)
    detail = sharpness(_inside(region, box))
    return TrackFrame(
        person=trail.person,
        segment=trail.segment,
        number=sighting.number,
        time=sighting.time,
        crop=crop.pixels,
        box=box.astype(np.float32),
        crop_box=crop.crop_box,
        landmarks=sighting.landmarks,
        crop_landmarks=crop.landmarks,
        sharpness=detail,
        quality=_quality(shorter_side(box), detail, options),
        detected=sighting.confidence is not None,
    )


def _neighbours(sightings: list[Sighting], place: int, half: float) -> list[Sighting]:
    """Return the sightings of the same segment within half a window to either side."""
    time = sightings[place].time
    first = last = place
    while (
        first > 0
        and sightings[first - 1].number == sightings[first].number - 1
        and time - sightings[first - 1].time < half
    ):
        first -= 1
    while (
        last + 1 < len(sightings)
        and sightings[last + 1].number == sightings[last].number + 1
        and sightings[last + 1].time - time < half
    ):
        last += 1
    return sightings[first : last + 1]


def _smooth_box(near: list[Sighting], sighting: Sighting, window: float) -> NDArray[np.float64]:
    squares = np.array([_square(other.box) for other in near])
    x, y, side = smooth_at([other.time for other in near], squares, sighting.time, window)
    raw_x, raw_y, raw_side = _square(sighting.box)
    drift = _DRIFT * raw_side
    x = np.clip(x, raw_x - drift, raw_x + drift)
    y = np.clip(y, raw_y - drift, raw_y + drift)
    half = np.clip(side, (1 - _GROWTH) * raw_side, (1 + _GROWTH) * raw_side) / 2
    return np.array([x - half, y - half, x + half, y + half])


def _square(box: NDArray[np.float64]) -> tuple[float, float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, box[2] - box[0]


def _crop(
    near: list[Sighting],
    sighting: Sighting,
    region: Region,
    box: NDArray[np.float64],
    options: ExtractionOptions,
) -> FaceCrop:
    if not options.align:
        return square_crop(region, box, sighting.landmarks, options.margin)
    points = np.array([anchor_points(other.landmarks).ravel() for other in near])
    times = [other.time for other in near]
    anchors = smooth_at(times, points, sighting.time, options.smoothing).reshape(3, 2)
    return aligned_crop(region, anchors, sighting.landmarks, options.margin, options.align_size)


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
