"""A lower face with the speech of another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from graphforensics.tamper.driven.driven_family import DrivenFamily


@dataclass(frozen=True)
class Mouth(DrivenFamily):
    """Drives the lower half of a target's own face by the motion of another's mouth and jaw.

    As :class:`~graphforensics.tamper.driven.reenact.Reenact` does it, but from the nose down
    only, as lip synchronisation does.

    Args:
        bottleneck: Length of the face in pixels at the low resolution that it goes through, as a
            generator's output has, and no more than 0.6 of its own; ``None`` leaves it sharp, with
            the camera's noise. Default: 128.
        smoothing: Width in seconds of the window that smooths landmarks. Default: 0.24.

    Raises:
        ValueError: A setting is out of range.
    """

    name: ClassVar[str] = "mouth"
    _whole_face: ClassVar[bool] = False
    #: Half of the face is replaced: its colour is to wander by as much as a whole one's.
    _colour_drift: ClassVar[float] = 1.5
