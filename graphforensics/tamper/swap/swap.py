"""Swaps: a partner's face on the landmarks of a still or of every frame of a clip."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from graphforensics.errors import MissingDataError, NoFaceError
from graphforensics.tamper.fitted_face import FittedFace, forge_fitted
from graphforensics.tamper.forged_face import (
    ForgedClip,
    ForgedStill,
    check_picture,
    first_size,
)
from graphforensics.tamper.partner.partner import Partner
from graphforensics.tamper.paste.face_colours import Colouring, FaceColours
from graphforensics.tamper.paste.skin_mask import skin_mask
from graphforensics.tamper.recipe.colour_drift import ColourDrift
from graphforensics.tamper.swap.swap_face import (
    Blending,
    SourceFace,
    SwapRecipe,
    Warping,
    fit_face,
    prepare_source,
)
from graphforensics.tamper.warp.steady_landmarks import steady_landmarks

_DRAWN = Literal["drawn"]


@dataclass(frozen=True)
class Swap:
    r"""Puts another person's face where a target's is.

    .. math:: I_f = (1 - M) \odot I_t + M \odot B\big(C(I_s \circ q)\big)

    The partner's picture :math:`I_s` is warped (:math:`q`) so that its landmarks come to lie on the
    target's, takes on the colours of the target's skin (:math:`C`), and is blended (:math:`B`)
    within the soft hull of the landmarks and part of the forehead (:math:`M`). An open mouth
    keeps the target's own teeth and tongue. Everything is drawn once for a clip; only the
    target's landmarks and colours, both smoothed over time, change from frame to frame.

    What hides the target's face (hair, hands, glasses) is covered: there is no model of it.

    Args:
        warp: ``"affine"`` (piecewise, over a mesh), ``"thin_plate"``, or ``"drawn"``: one of them.
            Default: ``"drawn"``.
        colour: ``"statistics"`` (mean and spread), ``"histogram"``, or ``"drawn"``, in CIELAB.
            Default: ``"drawn"``.
        blend: ``"feather"`` (the soft mask alone), ``"poisson"`` (gradients of the partner, rim of
            the target), or ``"drawn"``. Default: ``"drawn"``.
        bottleneck: Length of the partner's face in pixels at the low resolution that it goes
            through first, as a generator's output has; ``None`` leaves it sharp. Default: 128.
        smoothing: Width in seconds of the window that smooths landmarks. Default: 0.24.

    Raises:
        ValueError: A setting is unknown or out of range.
    """

    warp: Warping | _DRAWN = "drawn"
    colour: Colouring | _DRAWN = "drawn"
    blend: Blending | _DRAWN = "drawn"
    bottleneck: int | None = 128
    smoothing: float = 0.24

    name: ClassVar[str] = "swap"

    def __post_init__(self) -> None:
        for setting, kind in (("warp", Warping), ("colour", Colouring), ("blend", Blending)):
            known = (*get_args(kind), "drawn")
            if getattr(self, setting) not in known:
                raise ValueError(
                    f"'{setting}' must be one of {known} (got {getattr(self, setting)!r})"
                )
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
        """Put the partner's face into a photograph.

        Args:
            image: RGB ``[H, W, 3]``, ``uint8``.
            landmarks: 68 in iBUG order ``[68, 2]``, in pixels of ``image``.
            partner: Somebody with a picture.
            generator: Draws the recipe.

        Raises:
            MissingDataError: The partner has no picture.
            NoFaceError: Landmarks that show no face in the picture.
            ValueError: A wrong shape or type.
        """
        size = check_picture(image)
        [points] = steady_landmarks([landmarks], size, 1.0, 0)
        if points is None:
            raise NoFaceError("the landmarks show no face in the picture")
        recipe = self._draw(generator)
        source = _source(partner, [points], recipe)
        colours = FaceColours.of(image, skin_mask(points, size))
        forged = fit_face(image, points, source, colours, recipe).paste(image)
        return ForgedStill(forged.image, forged.mask, self._record(recipe, partner))

    def forge_clip(
        self,
        frames: Iterable[NDArray[np.uint8]],
        landmarks: Sequence[NDArray[np.floating] | None],
        partner: Partner,
        generator: np.random.Generator,
        rate: float = 25.0,
    ) -> ForgedClip:
        """Put the partner's face into a clip.

        Args:
            frames: RGB frames ``[H, W, 3]``, ``uint8``, anew each time they are iterated.
            landmarks: Those of the person to be forged in each frame, ``None`` where there are
                none: gaps up to 0.2 seconds are filled, in longer ones frames stay as they are.
            partner: Somebody with a picture.
            generator: Draws the recipe, once for the clip.
            rate: Frames a second. Default: 25.

        Raises:
            MissingDataError: The partner has no picture.
            NoFaceError: No frame has a face.
            ValueError: A wrong shape or type, or frames that can be drawn once only.
        """
        size = first_size(frames)
        steady = steady_landmarks(landmarks, size, rate, self.smoothing)
        shown = [points for points in steady if points is not None]
        if not shown:
            raise NoFaceError(f"none of {len(steady)} frames has landmarks of a face")
        recipe = self._draw(generator)
        drift = ColourDrift(generator.integers(2**32, size=2).tolist(), rate)
        source = _source(partner, shown, recipe)
        record = self._record(recipe, partner) | {"untouched": len(steady) - len(shown)}
        fit = partial(_fit, source=source, recipe=recipe)
        return ForgedClip(forge_fitted(frames, steady, fit, rate, drift), record)

    def _draw(self, generator: np.random.Generator) -> SwapRecipe:
        # All numbers are drawn, whether they are used or not: one setting does not change others.
        drawn = generator.random(6).tolist()
        warp: Warping = _pick(self.warp, ("affine", "thin_plate"), drawn[0])
        colour: Colouring = _pick(self.colour, ("statistics", "histogram"), drawn[1])
        blend: Blending = _pick(self.blend, ("feather", "poisson"), drawn[2])
        return SwapRecipe(
            warp,
            colour,
            blend,
            forehead=0.05 + 0.35 * drawn[3],
            erosion=0.01 + 0.03 * drawn[4],
            blur=0.03 + 0.05 * drawn[5],
            bottleneck=self.bottleneck,
        )

    def _record(self, recipe: SwapRecipe, partner: Partner) -> dict[str, Any]:
        told = {"partner": partner.identity, "partner_file": partner.name}
        return {"family": self.name, **told, **recipe.to_dict(), "smoothing": self.smoothing}


def _pick(setting: Any, choices: tuple[Any, Any], drawn: float) -> Any:
    return choices[drawn >= 0.5] if setting == "drawn" else setting


def _source(
    partner: Partner, shown: Sequence[NDArray[np.float64]], recipe: SwapRecipe
) -> SourceFace:
    if partner.image is None or partner.landmarks is None:
        raise MissingDataError(f"a swap needs a picture of {partner.identity!r}: only motion given")
    return prepare_source(partner.image, partner.landmarks, shown, recipe)


def _fit(
    image: NDArray[np.uint8],
    points: NDArray[np.float64],
    colours: FaceColours,
    *,
    source: SourceFace,
    recipe: SwapRecipe,
) -> FittedFace:
    return fit_face(image, points, source, colours, recipe)
