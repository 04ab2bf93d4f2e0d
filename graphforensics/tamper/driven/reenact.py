"""A face with the expressions of another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from graphforensics.tamper.driven.driven_family import DrivenFamily


@dataclass(frozen=True)
class Reenact(DrivenFamily):
    """Drives all of a target's own face by the motion of another's landmarks.

    Mouth, jaw, brows and eyelids move as the driver's do, relative to the face at rest, in the
    face's own coordinates; the head keeps its own motion. An opened mouth shows what the
    target's own mouth shows in the frame in which it is open widest, or darkness.

    Args:
        bottleneck: Length of the face in pixels at the low resolution that it goes through, as a
            generator's output has, and no more than 0.6 of its own; ``None`` leaves it sharp, with
            the camera's noise. Default: 128.
        smoothing: Width in seconds of the window that smooths landmarks. Default: 0.24.

    Raises:
        ValueError: A setting is out of range.
    """

    name: ClassVar[str] = "reenact"
    _whole_face: ClassVar[bool] = True
