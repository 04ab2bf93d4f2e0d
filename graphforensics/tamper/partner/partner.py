"""The other person of a forgery."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphforensics.errors import NoFaceError
from graphforensics.tamper.partner.face_pose import FacePose
from graphforensics.tamper.partner.shape_changes import shape_changes

#: What a change of the landmarks' shape by a face's width weighs against a turn by a distance
#: between the eyes: landmarks that are off often look as if the face were frontal.
_TREMBLE = 12.0
#: A change that talking brings with it.
_CALM = 0.015


@dataclass(frozen=True, eq=False)
class Partner:
    """Whose face, or whose motion, goes into a forgery.

    Args:
        identity: Who it is.
        image: RGB picture of the face ``[H, W, 3]``, ``uint8``; only swaps look at it.
        landmarks: Its 68 landmarks ``[68, 2]``, in pixels of ``image``.
        motion: The landmarks of a clip's frames, ``None`` where there is no face; only driven
            families look at it.
        rate: Frames a second of ``motion``. Default: 25.
        name: The file, for the record. Default: empty.
        frames: The frames that ``motion`` is of, anew each time they are iterated; only
            autoencoders look at them.

    Raises:
        ValueError: A wrong shape or type.
    """

    identity: str
    image: NDArray[np.uint8] | None = None
    landmarks: NDArray[np.floating] | None = None
    motion: Sequence[NDArray[np.floating] | None] | None = None
    rate: float = 25.0
    name: str = ""
    frames: Iterable[NDArray[np.uint8]] | None = None

    def __post_init__(self) -> None:
        if not self.rate > 0:
            raise ValueError(f"'rate' must be positive (got {self.rate})")
        if (self.image is None) != (self.landmarks is None):
            raise ValueError("give 'image' and 'landmarks' together")
        shapes = [None if one is None else np.shape(one) for one in self.motion or ()]
        if self.landmarks is not None:
            shapes.append(np.shape(self.landmarks))
        if wrong := [shape for shape in shapes if shape not in (None, (68, 2))]:
            raise ValueError(f"landmarks must be [68, 2] (got {wrong[0]})")

    @classmethod
    def from_clip(
        cls,
        frames: Iterable[NDArray[np.uint8]],
        landmarks: Sequence[NDArray[np.floating] | None],
        identity: str,
        rate: float = 25.0,
        name: str = "",
    ) -> Partner:
        """Take a clip's motion, and as its picture the frame best fit to be pasted.

        That is the frame, of those with a face, that looks most to the front, with open eyes and a
        closed mouth, and whose landmarks are steady.

        Args:
            frames: RGB frames; drawn up to that frame only, and kept where they can be drawn anew.
            landmarks: Those of each frame, ``None`` where there is no face.
            identity: Who it is.
            rate: Frames a second. Default: 25.
            name: The file. Default: empty.

        Raises:
            NoFaceError: No frame has a face.
        """
        chosen = fittest_frame(landmarks)
        if chosen is None:
            raise NoFaceError("no frame of the partner's clip has a face")
        image = next((frame for number, frame in enumerate(frames) if number == chosen), None)
        if image is None:
            raise ValueError(f"'frames' ended before frame {chosen} of {len(landmarks)}")
        kept = None if isinstance(frames, Iterator) else frames
        picture = np.array(image)
        return cls(identity, picture, landmarks[chosen], landmarks, rate, name, kept)


def fittest_frame(landmarks: Sequence[NDArray[np.floating] | None]) -> int | None:
    """Return which frame's face is best to be pasted, ``None`` where there is no face.

    Args:
        landmarks: Those of each frame, ``None`` where there is no face.
    """
    changes = shape_changes(landmarks)
    fits = [
        (_unfitness(FacePose.of(face)) + _TREMBLE * max(0.0, changes[number] - _CALM), number)
        for number, face in enumerate(landmarks)
        if face is not None
    ]
    return min(fits)[1] if fits else None


def _unfitness(pose: FacePose) -> float:
    """Weigh how far a face is from one that looks ahead with open eyes and a closed mouth."""
    return abs(pose.yaw) + 0.3 * abs(pose.roll) + pose.mouth + max(0.0, 0.3 - pose.eyes) * 3
