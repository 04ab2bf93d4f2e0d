"""How a drawn head moves, looks around, blinks and speaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class FacePose:
    """One moment of a face.

    Args:
        yaw: Turn to the picture's right, in radians.
        pitch: Nod downwards, in radians.
        roll: Tilt clockwise in the picture, in radians.
        shift: Offset of the head from its place, in half widths of the face.
        zoom: Size of the head, 1 at rest.
        blink: 0 with open eyes, 1 with closed ones.
        mouth: 0 with a closed mouth, 1 with a wide open one.
        smile: How far the mouth's corners are raised and drawn apart, 0 to 1.
        gaze: Where the eyes look, in radii of the iris.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)
    zoom: float = 1.0
    blink: float = 0.0
    mouth: float = 0.0
    smile: float = 0.2
    gaze: tuple[float, float] = (0.0, 0.0)


class FaceMotion:
    """Smooth movement of a head that speaks, as a function of time.

    Args:
        rng: Draws phases and extents; equal generators give equal movement.
        strength: Extent of the movement; 0 holds the head still.
    """

    def __init__(self, rng: np.random.Generator, strength: float = 1.0) -> None:
        self._phase = rng.uniform(0, 2 * np.pi, size=8)
        self._speed = rng.uniform(0.7, 1.3, size=8)
        self._rest = rng.normal(size=4) * [0.12, 0.05, 0.04, 0.15]
        self._blinks = float(rng.uniform(2.5, 4.5))
        self.strength = strength

    def pose(self, time: float) -> FacePose:
        """Return the pose at ``time`` in seconds."""
        rates = np.array([0.9, 0.7, 0.6, 0.8, 0.5, 9.0, 1.1, 0.4])
        wave = self.strength * np.sin(self._phase + self._speed * rates * time)
        speech = 0.5 + 0.5 * float(np.sin(self._phase[5] + self._speed[5] * 9.0 * time))
        aloud = max(0.0, float(wave[6]))
        return FacePose(
            yaw=float(self._rest[0] + 0.16 * wave[0]),
            pitch=float(self._rest[1] + 0.07 * wave[1]),
            roll=float(self._rest[2] + 0.07 * wave[2]),
            shift=(float(0.22 * wave[3]), float(0.1 * wave[4])),
            zoom=float(1 + 0.03 * wave[7]),
            blink=self._blink(time),
            mouth=0.5 * speech * aloud,
            smile=float(np.clip(0.25 + self._rest[3] + 0.2 * wave[7], 0, 1)),
            gaze=(float(0.25 * wave[3]), float(0.12 * wave[1])),
        )

    def _blink(self, time: float) -> float:
        """A blink takes a fifth of a second."""
        if self.strength == 0:
            return 0.0
        since = (time * self._speed[0] + self._phase[7]) % self._blinks
        return max(0.0, 1 - abs(since - 0.1) / 0.1) if since < 0.2 else 0.0
