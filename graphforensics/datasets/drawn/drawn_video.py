"""A video of a drawn face, real or forged, of which any frame can be asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from graphforensics.datasets.drawn.draw_face import Picture, draw_face
from graphforensics.datasets.drawn.face_look import FaceLook
from graphforensics.datasets.drawn.face_motion import FaceMotion, FacePose
from graphforensics.datasets.drawn.face_shape import face_points
from graphforensics.datasets.drawn.scene import Scene, View

Forgery = Literal["self_blend", "swap"]
#: How faces can be forged.
FORGERIES: tuple[Forgery, ...] = ("self_blend", "swap")
#: Frames a second.
RATE = 25.0


class DrawnFrame(NamedTuple):
    """One frame, and the truth about it.

    Args:
        image: RGB ``[H, W, 3]``, ``uint8``.
        mask: Share of each pixel that is forged, 0 to 255, ``[H, W]``, ``uint8``.
        landmarks: ``[68, 2]``, x then y, in pixels of ``image``, dlib's order.
    """

    image: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    landmarks: NDArray[np.float32]


@dataclass(frozen=True)
class DrawnVideo:
    """A drawn person who moves before a camera.

    Args:
        person: Number of the person that is seen.
        take: Number of the video of this person: another room, another movement.
        forgery: How it is forged, ``None`` if it is real.
        donor: Whose inner face a ``"swap"`` puts in.
        seed: Equal seeds give equal people and videos.
    """

    person: int
    take: int = 0
    forgery: Forgery | None = None
    donor: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.forgery not in (None, *FORGERIES):
            raise ValueError(f"'forgery' must be one of {FORGERIES} (got {self.forgery!r})")
        if (self.forgery == "swap") != (self.donor is not None):
            raise ValueError("'donor' must be given with 'swap', and with nothing else")

    def pose(self, number: int) -> FacePose:
        """Return the pose in frame ``number``."""
        return self._motion.pose(number / RATE)

    def view(self, number: int, size: int, margin: float = 1.3) -> View:
        """Return the view that crops the face as extraction does."""
        from graphforensics.preprocess.crop.box import square_around
        from graphforensics.preprocess.detect.landmarks import landmark_box

        # Neither speech nor blinking moves a crop.
        calm = replace(self.pose(number), blink=0.0, mouth=0.0)
        x, y, side = square_around(landmark_box(face_points(self._look, calm)[:68]), margin)
        return View((x - side / 2, y - side / 2), size / side, (size, size))

    def frame(self, number: int, view: View) -> DrawnFrame:
        """Draw frame ``number`` as ``view`` shows it."""
        pose = self.pose(number)
        real = draw_face(self._look, pose, self._scene, view, number)
        if self.forgery == "self_blend":
            return self._self_blended(real, number)
        if self.forgery == "swap":
            return self._swapped(real, pose, view, number)
        return DrawnFrame(real.image, np.zeros(view.size, np.uint8), real.landmarks)

    def _self_blended(self, real: Picture, number: int) -> DrawnFrame:
        from graphforensics.tamper.recipe.frame_drift import FrameDrift
        from graphforensics.tamper.recipe.self_blend_recipe import COURSES, SelfBlendRecipe
        from graphforensics.tamper.self_blend.single import self_blend

        recipe = SelfBlendRecipe.draw(np.random.default_rng([*self._key, 3]), ("source",))
        drift = FrameDrift(np.random.default_rng([*self._key, 3, 0, 0]), COURSES, RATE)
        varied = recipe.varied(drift.at(number), np.random.default_rng([*self._key, 3, number]))
        forged = self_blend(real.image, real.landmarks, recipe=varied)
        return DrawnFrame(forged.image, forged.mask, real.landmarks)

    def _swapped(self, real: Picture, pose: FacePose, view: View, number: int) -> DrawnFrame:
        from graphforensics.tamper.masks.face_mask import extend_forehead, hull_mask, soften

        rng = np.random.default_rng([*self._key, 4])
        # The donor is drawn coarser and enlarged, as the autoencoders of face swaps do it.
        coarse = max(32, round(view.size[0] * rng.uniform(0.35, 0.6))) / view.size[0]
        height, width = (max(2, round(side * coarse)) for side in view.size)
        small = View(view.corner, view.scale * coarse, (height, width))
        donor = _draw_like(self.donor or 0, self, pose, small, number)
        pasted = Image.fromarray(donor.image).resize(view.size[::-1], Image.Resampling.BICUBIC)
        size = float(np.ptp(real.landmarks[:, 0]))
        hull = hull_mask(extend_forehead(real.landmarks, 0.4), (view.size[0], view.size[1]))
        soft = soften(hull, 0.06 * size, max(1, round(0.05 * size)))
        toned = np.asarray(pasted) * _gain(real.image[hull], np.asarray(pasted)[hull], rng)
        mixed = real.image + soft[..., None] * (np.clip(toned, 0, 255) - real.image)
        landmarks = np.concatenate(
            [real.landmarks[:17], (donor.landmarks[17:] + 0.5) / coarse - 0.5]
        ).astype(np.float32)
        return DrawnFrame(
            np.clip(np.rint(mixed), 0, 255).astype(np.uint8),
            np.rint(soft * 255).astype(np.uint8),
            landmarks,
        )

    @property
    def _key(self) -> tuple[int, int, int]:
        return (self.seed, self.person, self.take)

    @cached_property
    def _look(self) -> FaceLook:
        return FaceLook.draw(np.random.default_rng([self.seed, self.person]))

    @cached_property
    def _scene(self) -> Scene:
        return Scene(np.random.default_rng([*self._key, 1]))

    @cached_property
    def _motion(self) -> FaceMotion:
        return FaceMotion(np.random.default_rng([*self._key, 2]))


def _gain(
    wanted: NDArray[np.uint8], given: NDArray[np.uint8], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Match the mean colour of a pasted face, as face swaps do, not quite exactly."""
    exact = wanted.mean(axis=0) / np.maximum(given.mean(axis=0), 1.0)
    gain: NDArray[np.float64] = np.clip(exact, 0.4, 1.8) * (1 + rng.uniform(-0.12, 0.12, size=3))
    return gain


def _draw_like(person: int, video: DrawnVideo, pose: FacePose, view: View, number: int) -> Picture:
    """Draw another person at the place of the one in ``video``, in the other's own light."""
    other = DrawnVideo(person, seed=video.seed)
    return draw_face(other._look, pose, other._scene, view, number)
