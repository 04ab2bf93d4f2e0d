"""A photograph as a clip, as if a camera in a hand had filmed the person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image as PillowImage

from graphforensics.media.frame import Frame
from graphforensics.tamper.moving_portrait.camera_noise import CameraNoise
from graphforensics.tamper.moving_portrait.portrait_motion import COURSES, moved_landmarks
from graphforensics.tamper.recipe.frame_drift import FrameDrift
from graphforensics.tamper.sources.clip_landmarks import PersonLandmarks
from graphforensics.tamper.warp import sample_picture, thin_plate_map
from graphforensics.tamper.warp.control_points import control_points

#: Longer side of a clip at most, in pixels.
_LARGEST = 640
#: Brightness: of the whole frame in the course of seconds, and of bands that roll through it.
_EXPOSURE, _BAND = 0.012, 0.004


class MovingPortrait:
    r"""Frames of a photographed person before a camera that is held in a hand.

    .. math:: y_n = e_n \cdot (I \circ q_n) + \text{noise}_n

    The map :math:`q_n` is a thin plate spline through the landmarks, which move slightly
    (lips, brows, a turn of the head), and through points around them, which follow the camera's
    motion; :math:`e_n` is the brightness, with bands that roll through the picture as under mains
    light; the noise is drawn anew in every frame (:class:`CameraNoise`). Every frame is known by
    itself.

    Args:
        image: RGB photograph ``[H, W, 3]``, ``uint8``; a large one is made smaller.
        landmarks: 68 landmarks in its pixels ``[68, 2]``.
        entropy: Numbers that seed everything.
        count: Number of frames. Default: 50.
        rate: Frames a second. Default: 25.
        name: What errors call it. Default: ``"photograph"``.

    Raises:
        ValueError: ``count`` is not positive.
    """

    is_still = False
    truncated: str | None = None

    def __init__(
        self,
        image: NDArray[np.uint8],
        landmarks: NDArray[np.floating],
        entropy: Sequence[int],
        count: int = 50,
        rate: float = 25.0,
        name: str = "photograph",
    ) -> None:
        if count < 1:
            raise ValueError(f"'count' must be at least 1 (got {count})")
        self.count, self.rate, self.name = count, rate, name
        self._image, self._landmarks = _smaller(image, np.asarray(landmarks, np.float64))
        self._entropy = tuple(entropy)
        rng = self._rng(0)
        self._drift = FrameDrift(rng, COURSES, rate)
        self.noise = CameraNoise.draw(rng)
        self._band = rng.uniform([1.0, 0.5, 0.0], [3.0, 6.0, 2 * np.pi])
        self._last: tuple[int, NDArray[np.float32]] | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of a frame."""
        return self._image.shape[0], self._image.shape[1]

    def landmarks(self, number: int) -> NDArray[np.float32]:
        """Return the landmarks in a frame, ``[68, 2]``."""
        return self._moved(number)[0].astype(np.float32)

    def clean(self, number: int) -> NDArray[np.float32]:
        """Return a frame without noise, RGB from 0 to 255 ``[H, W, 3]``."""
        if self._last is None or self._last[0] != number:
            self._last = (number, self._warped(number) * self._light(number))
        return self._last[1]

    def image(self, number: int) -> NDArray[np.uint8]:
        """Return a frame as the camera records it, ``uint8 [H, W, 3]``."""
        noisy = self.noise.add(self.clean(number), self._rng(number + 1))
        return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)

    def frames(self) -> Iterator[Frame]:
        """Yield the frames in order."""
        for number in range(self.count):
            yield Frame(self.image(number), number, number / self.rate)

    def faces(self) -> dict[int, list[PersonLandmarks]]:
        """Return the face by frame number."""
        return {n: [PersonLandmarks(0, self.landmarks(n))] for n in range(self.count)}

    def _moved(self, number: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return moved landmarks, and moved points around them and at the picture's rim."""
        around = self._around()
        height, width = self.shape
        return moved_landmarks(self._landmarks, around, self._drift.at(number), (width, height))

    def _around(self) -> NDArray[np.float64]:
        height, width = self.shape
        x, y = np.meshgrid(np.linspace(0, width - 1, 5), np.linspace(0, height - 1, 5))
        rim = np.stack([x, y], axis=-1).reshape(-1, 2)
        rim = rim[(rim == 0).any(axis=1) | (rim == [width - 1, height - 1]).any(axis=1)]
        return np.concatenate([control_points(self._landmarks)[78:], rim])

    def _warped(self, number: int) -> NDArray[np.float32]:
        moved, around = self._moved(number)
        source = np.concatenate([self._landmarks, self._around()])
        target = np.concatenate([moved, around])
        one, other = (torch.from_numpy(points)[None] for points in (source, target))
        # Without smoothing landmarks that are close together would bend the skin between them.
        places = thin_plate_map(one, other, self.shape, smoothing=2e-3)
        read = sample_picture(self._image.astype(np.float32), places[0].numpy())
        return np.asarray(np.clip(read, 0, 255))

    def _light(self, number: int) -> NDArray[np.float32]:
        waves, speed, phase = self._band
        row = np.arange(self.shape[0]) / self.shape[0]
        band = np.sin(2 * np.pi * (waves * row + speed * number / self.rate) + phase)
        light = 1 + _EXPOSURE * float(self._drift.at(number)[-1]) + _BAND * band
        return np.asarray(light, dtype=np.float32)[:, None, None]

    def _rng(self, number: int) -> np.random.Generator:
        return np.random.default_rng([*self._entropy, 21, number])


def _smaller(
    image: NDArray[np.uint8], landmarks: NDArray[np.float64]
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    height, width = image.shape[:2]
    scale = min(1.0, _LARGEST / max(height, width))
    # Even sides, which 4:2:0 video wants.
    size = [max(2, int(length * scale) & ~1) for length in (width, height)]
    if size == [width, height]:
        return image, landmarks
    resized = PillowImage.fromarray(image).resize(
        (size[0], size[1]), PillowImage.Resampling.LANCZOS
    )
    factor = np.divide(size, [width, height])
    return np.asarray(resized), (landmarks + 0.5) * factor - 0.5
