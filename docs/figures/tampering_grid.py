"""Draw 64 pseudo-fakes beside their masks: ``python docs/figures/tampering_grid.py OUT.png``.

Rows in turns of scikit-image's astronaut and of drawn faces; the upper four have the whole hull as
their mask, the lower four lack the regions of random action units.
"""

from __future__ import annotations

import sys

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from skimage.data import astronaut
from skimage.transform import resize
from torch import Tensor

from graphforensics.datasets.drawn.drawn_video import DrawnVideo
from graphforensics.preprocess.detect.dlib_hog_detector import DlibHogDetector
from graphforensics.preprocess.detect.landmarks import LandmarkPredictor
from graphforensics.tamper import SelfBlend

#: Pictures a row, the side that is worked on, and the side that is shown.
_ROW, _SIDE, _SHOWN = 8, 224, 80
_MARGIN = 1.45

Faces = tuple[list[NDArray[np.uint8]], list[NDArray[np.float32]]]


def main(out: str) -> None:
    """Forge the faces and lay them out."""
    photographs, drawings = photographed(4 * _ROW), drawn(4 * _ROW)
    rows = [row for pair in zip(_rows(photographs), _rows(drawings), strict=True) for row in pair]
    sheets = []
    for half, partial in ((rows[:4], False), (rows[4:], True)):
        images = torch.from_numpy(np.stack([image for row in half for image in row[0]]))
        points = torch.from_numpy(np.stack([face for row in half for face in row[1]]))
        batch = SelfBlend(partial)(
            images.permute(0, 3, 1, 2).contiguous(), points, torch.arange(len(images))
        )
        masks = (batch.mask * 255).byte().expand_as(batch.forged)
        sheets.append(np.concatenate([sheet(batch.forged), sheet(masks)], axis=1))
    Image.fromarray(np.concatenate(sheets)).save(out, optimize=True)


def photographed(count: int) -> Faces:
    """Cut crops about the astronaut's face."""
    image = astronaut()
    [face] = DlibHogDetector()(image)
    points = LandmarkPredictor()(image, face.box)
    extent, middle = np.ptp(points, axis=0).max(), (points.min(0) + points.max(0)) / 2
    rng = np.random.default_rng(0)
    cut, moved = [], []
    for _ in range(count):
        length = round(float(extent * _MARGIN * rng.uniform(0.95, 1.1)))
        x, y = np.round(middle - [length / 2, 0.56 * length] + rng.uniform(-6, 6, 2)).astype(int)
        part = resize(image[y : y + length, x : x + length], (_SIDE, _SIDE), order=3)
        cut.append((part.clip(0, 1) * 255).round().astype(np.uint8))
        moved.append(((points - [x, y] + 0.5) * _SIDE / length - 0.5).astype(np.float32))
    return cut, moved


def drawn(count: int) -> Faces:
    """Draw a frame of as many people."""
    frames = []
    for person in range(count):
        video = DrawnVideo(person)
        frames.append(video.frame(10, video.view(10, _SIDE, _MARGIN)))
    return [frame.image for frame in frames], [frame.landmarks for frame in frames]


def sheet(pictures: Tensor) -> NDArray[np.uint8]:
    """Lay pictures out in rows."""
    small = [
        np.asarray(Image.fromarray(picture.numpy()).resize((_SHOWN, _SHOWN), Image.Resampling.BOX))
        for picture in pictures.permute(0, 2, 3, 1)
    ]
    return np.concatenate(
        [np.concatenate(small[i : i + _ROW], axis=1) for i in range(0, len(small), _ROW)]
    )


def _rows(faces: Faces) -> list[Faces]:
    images, points = faces
    starts = range(0, len(images), _ROW)
    return [(images[i : i + _ROW], points[i : i + _ROW]) for i in starts]


if __name__ == "__main__":
    main(*sys.argv[1:2])
