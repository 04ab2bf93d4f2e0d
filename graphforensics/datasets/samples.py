"""Pixels, masks and landmarks of a sample, from a video or from its track in a store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from graphforensics.data.clip_rows import clip_rows
from graphforensics.data.input_spec import InputSpec
from graphforensics.datasets.frame_reader import count_frames, frames_at
from graphforensics.errors import UnreadableMediaError
from graphforensics.media.decode import probe
from graphforensics.media.resize import Box, resize_part, to_grey
from graphforensics.store.face_track import FaceTrack


class SamplePlaces(NamedTuple):
    """Which frames make a sample, and which part of each is seen.

    Args:
        numbers: Frame numbers in the file, run by run.
        boxes: Part of each frame, in pixels of the frame; ``None`` is the middle square.
    """

    numbers: list[int]
    boxes: NDArray[np.float32] | None = None


def whole_frames(path: Path, spec: InputSpec) -> tuple[Tensor, SamplePlaces]:
    """Decode the frames of a sample and cut out the middle square of each.

    Args:
        path: Video, image, or folder of images.
        spec: What the detector takes.

    Returns:
        ``uint8`` ``[n, 3, size, size]``, and which frames these are.

    Raises:
        UnreadableMediaError: The file is damaged.
    """
    rows = clip_rows([0] * count_frames(path), spec)
    numbers = [row for run in rows for row in run]
    frames = frames_at(path, set(numbers))
    if not frames:
        raise UnreadableMediaError(path, "none of the frames wanted can be decoded")
    # A frame that is damaged is replaced by its nearest neighbour.
    there = np.array(sorted(frames))
    numbers = [int(there[np.abs(there - number).argmin()]) for number in numbers]
    small = {
        number: resize_part(frames[number], _middle(frames[number]), spec.size)
        for number in set(numbers)
    }
    pixels = torch.from_numpy(np.stack([small[number] for number in numbers]))
    return pixels.permute(0, 3, 1, 2).contiguous(), SamplePlaces(numbers)


def track_places(track: FaceTrack, rows: Sequence[int], spec: InputSpec) -> SamplePlaces:
    """Say which part of which frames the rows of a track show at the margin of ``spec``."""
    boxes = _seen(track.crop_boxes[list(rows)], spec.margin / track.margin)
    return SamplePlaces(track.numbers[list(rows)].tolist(), boxes)


def track_landmarks(track: FaceTrack, rows: Sequence[int], spec: InputSpec) -> Tensor:
    """Return the landmarks of some rows in pixels of the sample, ``[n, 68, 2]``."""
    wanted = list(rows)
    points, boxes = track.crop_landmarks[wanted], track.crop_boxes[wanted]
    stored = (boxes[:, 2] - boxes[:, 0])[:, None, None]
    share = min(1.0, spec.margin / track.margin)
    # The first pixel's middle is 0, of the stored crop and of the sample.
    inner = points + 0.5 - stored * (1 - share) / 2
    return torch.from_numpy((inner * spec.size / (stored * share) - 0.5).astype(np.float32))


def read_masks(path: Path, places: SamplePlaces, size: int, video: Path | None) -> Tensor | None:
    """Read the mask of each frame of a sample.

    Args:
        path: Video, image or folder of masks; forged pixels are bright.
        places: Frames and parts of a sample.
        size: Side of the sample in pixels.
        video: The file that the boxes are of; a mask of another size is of the whole frame, too.
            None where it is not there: the mask then has its size.

    Returns:
        ``float32`` ``[n, 1, size, size]`` in [0, 1]; ``None`` when the mask has too few frames.

    Raises:
        UnreadableMediaError: The file is damaged.
    """
    if max(places.numbers) >= count_frames(path):
        return None
    frames = frames_at(path, set(places.numbers))
    if set(places.numbers) - set(frames):
        return None
    scale = 1.0
    if places.boxes is not None and video is not None:
        scale = frames[places.numbers[0]].shape[1] / probe(video).width
    masks = []
    for place, number in enumerate(places.numbers):
        box = _middle(frames[number])
        if places.boxes is not None:
            left, top, right, bottom = (places.boxes[place] * scale).tolist()
            box = (left, top, right, bottom)
        masks.append(resize_part(to_grey(frames[number]), box, size))
    return torch.from_numpy(np.stack(masks)).float()[:, None] / 255


def _middle(image: NDArray[np.uint8]) -> Box:
    height, width = image.shape[:2]
    side = min(height, width)
    left, top = (width - side) / 2, (height - side) / 2
    return (left, top, left + side, top + side)


def _seen(boxes: NDArray[np.float32], share: float) -> NDArray[np.float32]:
    """Shrink boxes about their middles."""
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = (boxes[:, 2:] - boxes[:, :2]) / 2 * min(1.0, share)
    return np.concatenate([middle - half, middle + half], axis=1).astype(np.float32)
