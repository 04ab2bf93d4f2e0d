"""What the driven families have in common."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from graphforensics.errors import MissingDataError, NoFaceError
from graphforensics.tamper.driven.drive_face import DriveRecipe, drive_face
from graphforensics.tamper.driven.driven_landmarks import driven_landmarks
from graphforensics.tamper.driven.expression import Expressions
from graphforensics.tamper.driven.loop_motion import loop_motion
from graphforensics.tamper.driven.mouth_interior import MouthInterior
from graphforensics.tamper.forged_face import (
    ForgedClip,
    ForgedFace,
    ForgedStill,
    check_picture,
    first_size,
    untouched,
)
from graphforensics.tamper.partner.partner import Partner
from graphforensics.tamper.recipe.colour_drift import ColourDrift
from graphforensics.tamper.warp.steady_landmarks import steady_landmarks

#: How far the face next to a frame's may be away, in its own widths, to be averaged with it.
_NEAR = 0.05
#: A picture that holds any landmarks: where the driver's frames end does not matter.
_ANYWHERE = (100_000, 100_000)


@dataclass(frozen=True)
class DrivenFamily:
    """Settings of a family that gives a face another's motion.

    Args:
        bottleneck: Length of the face in pixels at the low resolution that it goes through, as a
            generator's output has, and no more than 0.6 of its own; ``None`` leaves it sharp, with
            the camera's noise. Default: 128.
        smoothing: Width in seconds of the window that smooths landmarks. Default: 0.24.

    Raises:
        ValueError: A setting is out of range.
    """

    bottleneck: int | None = 128
    smoothing: float = 0.24

    name: ClassVar[str]
    _whole_face: ClassVar[bool]
    _colour_drift: ClassVar[float] = 1.0

    def __post_init__(self) -> None:
        if self.bottleneck is not None and self.bottleneck < 8:
            raise ValueError(f"'bottleneck' must be at least 8 (got {self.bottleneck})")
        if not self.smoothing >= 0:
            raise ValueError(f"'smoothing' must not be negative (got {self.smoothing})")

    def forge_still(
        self,
        image: NDArray[np.uint8],
        landmarks: NDArray[np.floating],
        partner: Partner,
        generator: np.random.Generator,
    ) -> ForgedStill:
        """Give the face of a photograph the expression of one moment of the driver's clip.

        Args:
            image: RGB ``[H, W, 3]``, ``uint8``.
            landmarks: 68 in iBUG order ``[68, 2]``, in pixels of ``image``.
            partner: Somebody with motion; the moment is among those that differ most from rest.
            generator: Draws the recipe.

        Raises:
            MissingDataError: The partner's motion has fewer than two frames in a row with a face.
            NoFaceError: Landmarks that show no face in the picture.
            ValueError: A wrong shape or type.
        """
        size = check_picture(image)
        [points] = steady_landmarks([landmarks], size, 1.0, 0)
        if points is None:
            raise NoFaceError("the landmarks show no face in the picture")
        recipe = self._draw(generator)
        moved = self._motion(partner)
        # Half of the moments hardly differ from rest: the picture would be none that was forged.
        lively = np.argsort(np.abs(moved[:, 48:]).sum(axis=(1, 2)), kind="stable")
        chosen = lively[len(lively) // 2 :][int(recipe.start * (len(lively) - len(lively) // 2))]
        [wanted] = driven_landmarks(
            Expressions.of([points]), moved[[chosen]], self._whole_face, recipe.strength
        )
        interior = MouthInterior.find([image], [points], size)
        forged = drive_face(image, points, wanted, interior, recipe)
        return ForgedStill(forged.image, forged.mask, self._record(recipe, partner))

    def forge_clip(
        self,
        frames: Iterable[NDArray[np.uint8]],
        landmarks: Sequence[NDArray[np.floating] | None],
        partner: Partner,
        generator: np.random.Generator,
        rate: float = 25.0,
    ) -> ForgedClip:
        """Give the face of a clip the motion of the driver's.

        Args:
            frames: RGB frames ``[H, W, 3]``, ``uint8``, anew each time they are iterated.
            landmarks: Those of the person to be forged in each frame, ``None`` where there are
                none: gaps up to 0.2 seconds are filled, in longer ones frames stay as they are.
            partner: Somebody with motion; a shorter one goes back and forth.
            generator: Draws the recipe, once for the clip.
            rate: Frames a second. Default: 25.

        Raises:
            MissingDataError: The partner's motion has fewer than two frames in a row with a face.
            NoFaceError: No frame has a face.
            ValueError: A wrong shape or type, or frames that can be drawn once only.
        """
        size = first_size(frames)
        steady = steady_landmarks(landmarks, size, rate, self.smoothing)
        known = [number for number, points in enumerate(steady) if points is not None]
        if not known:
            raise NoFaceError(f"none of {len(steady)} frames has landmarks of a face")
        recipe = self._draw(generator)
        entropy = generator.integers(2**32, size=2).tolist()
        drift = ColourDrift(entropy, rate, self._colour_drift)
        motion = self._motion(partner)
        start = recipe.start * (len(motion) - 1)
        moved = loop_motion(motion, partner.rate / rate, len(steady), start)[known]
        target = Expressions.of([points for points in steady if points is not None])
        wanted = driven_landmarks(target, moved, self._whole_face, recipe.strength)
        interior = MouthInterior.find(frames, steady, size)
        goals = dict(zip(known, wanted, strict=True))
        record = self._record(recipe, partner) | {"untouched": len(steady) - len(known)}
        return ForgedClip(_drive_frames(frames, steady, goals, interior, recipe, drift), record)

    def _draw(self, generator: np.random.Generator) -> DriveRecipe:
        drawn = generator.random(4).tolist()
        return DriveRecipe(
            self._whole_face,
            strength=0.9 + 0.3 * drawn[0],
            start=drawn[1],
            rim=0.04 + 0.04 * drawn[2],
            blur=0.02 + 0.02 * drawn[3],
            bottleneck=self.bottleneck,
        )

    def _motion(self, partner: Partner) -> NDArray[np.float64]:
        """Return the driver's expression in its longest stretch with a face, ``[T, 68, 2]``."""
        steady = steady_landmarks(partner.motion or (), _ANYWHERE, partner.rate, self.smoothing)
        best: list[NDArray[np.float64]] = []
        run: list[NDArray[np.float64]] = []
        for points in steady:
            run = [] if points is None else [*run, points]
            best = max(best, run, key=len)
        if len(best) < 2:
            raise MissingDataError(
                f"{partner.name or partner.identity}: a driver needs at least 2 frames in a row "
                f"with a face (got {len(best)}): give a clip, not a photograph"
            )
        return Expressions.of(best).moved

    def _record(self, recipe: DriveRecipe, partner: Partner) -> dict[str, Any]:
        told = {"partner": partner.identity, "partner_file": partner.name}
        return {"family": self.name, **told, **recipe.to_dict(), "smoothing": self.smoothing}


def _drive_frames(
    frames: Iterable[NDArray[np.uint8]],
    steady: Sequence[NDArray[np.float64] | None],
    goals: dict[int, NDArray[np.float64]],
    interior: MouthInterior | None,
    recipe: DriveRecipe,
    drift: ColourDrift,
) -> Iterator[ForgedFace]:
    for number, (image, points, beside) in enumerate(_with_neighbours(frames, steady)):
        try:
            if points is None:
                yield untouched(image)
            else:
                goal = goals[number]
                shift = drift.at(number)
                yield drive_face(image, points, goal, interior, recipe, beside, shift)
        except NoFaceError:
            yield untouched(image)


_View = tuple[NDArray[np.uint8], NDArray[np.float64]]


def _with_neighbours(
    frames: Iterable[NDArray[np.uint8]], steady: Sequence[NDArray[np.float64] | None]
) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.float64] | None, list[_View]]]:
    """Yield each frame with its landmarks, and those next to it that show the same face near by."""
    held: deque[tuple[NDArray[np.uint8], NDArray[np.float64] | None]] = deque(maxlen=3)
    waiting = False
    for image, points in zip(frames, steady, strict=False):
        check_picture(image)
        held.append((image, points))
        if waiting:
            yield _between(held, -2)
        waiting = True
    if held:
        yield _between(held, -1)


def _between(
    held: Sequence[tuple[NDArray[np.uint8], NDArray[np.float64] | None]], place: int
) -> tuple[NDArray[np.uint8], NDArray[np.float64] | None, list[_View]]:
    image, points = held[place]
    near = [number for number in (place - 1, place + 1) if -len(held) <= number < 0]
    views = [held[number] for number in near]
    beside = [(one, face) for one, face in views if face is not None and _is_near(face, points)]
    return image, points, beside


def _is_near(one: NDArray[np.float64], other: NDArray[np.float64] | None) -> bool:
    """Say whether a face has hardly moved: what moves fast is blurred, or another shot."""
    if other is None:
        return False
    return float(np.hypot(*(one - other).T).mean()) < _NEAR * float(np.ptp(other[:, 0]))
