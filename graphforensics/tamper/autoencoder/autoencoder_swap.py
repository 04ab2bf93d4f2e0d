"""Swaps as face-swap programs make them: by an autoencoder of the two people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import ClassVar, Literal, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from graphforensics.errors import MissingDataError, NoFaceError
from graphforensics.tamper.autoencoder.aligned_face import (
    FOREHEAD,
    AlignedFace,
    align_face,
    unalign,
)
from graphforensics.tamper.autoencoder.face_network import FaceNetwork
from graphforensics.tamper.autoencoder.face_set import FEWEST, FaceSet
from graphforensics.tamper.autoencoder.train_pair import train_pair
from graphforensics.tamper.fitted_face import FittedFace, forge_fitted
from graphforensics.tamper.forged_face import (
    ForgedClip,
    ForgedStill,
    first_size,
    window_around,
)
from graphforensics.tamper.masks.face_mask import extend_forehead, hull_mask, soften
from graphforensics.tamper.partner.partner import Partner
from graphforensics.tamper.paste.blend_by_gradients import blend_by_gradients
from graphforensics.tamper.paste.face_colours import Colouring, FaceColours, match_colours
from graphforensics.tamper.paste.skin_mask import skin_mask
from graphforensics.tamper.recipe.autoencoder_settings import AutoencoderSettings
from graphforensics.tamper.recipe.colour_drift import ColourDrift
from graphforensics.tamper.warp.steady_landmarks import steady_landmarks

_ANYWHERE = (100_000, 100_000)


@dataclass(frozen=True)
class AutoencoderRecipe:
    """What is drawn for a swap by an autoencoder.

    Args:
        colour: How the drawn face takes on the target's colours.
        blend: How it is blended.
        erosion: How far its rim is drawn in, in sides of the face's box.
        blur: Radius of the blur of its rim, in the same unit.
    """

    colour: Colouring
    blend: Literal["feather", "poisson"]
    erosion: float
    blur: float

    @classmethod
    def draw(cls, generator: np.random.Generator) -> AutoencoderRecipe:
        """Draw a recipe."""
        drawn = generator.random(4).tolist()
        return cls(
            "statistics" if drawn[0] < 0.5 else "histogram",
            "feather" if drawn[1] < 0.5 else "poisson",
            erosion=0.02 + 0.04 * drawn[2],
            blur=0.05 + 0.06 * drawn[3],
        )


@dataclass(frozen=True)
class AutoencoderSwap:
    r"""Puts another person's face where a target's is, drawn by an autoencoder of the two.

    .. math:: I_f = (1 - M) \odot I_t + M \odot B\big(C(D_s(E(I_t)))\big)

    One encoder E learns from the faces of both clips, a decoder D of each person from that
    person's (:class:`~graphforensics.tamper.autoencoder.face_network.FaceNetwork`). The target's
    frames pass through the encoder and the partner's decoder, take on the colours of the target's
    skin (C), and are blended (B) within the soft hull of the landmarks and part of the forehead
    (M). Either way of a pair uses the same network.

    Args:
        settings: Size and training. Default: 96 pixels, 2000 steps.
        folder: Where networks and the state of unfinished training are kept. Default: nowhere.
        smoothing: Width in seconds of the window that smooths landmarks. Default: 0.24.

    Raises:
        ValueError: ``smoothing`` is negative.
    """

    settings: AutoencoderSettings = field(default_factory=AutoencoderSettings)
    folder: Path | None = None
    smoothing: float = 0.24

    name: ClassVar[str] = "autoencoder"

    def __post_init__(self) -> None:
        if not self.smoothing >= 0:
            raise ValueError(f"'smoothing' must not be negative (got {self.smoothing})")

    def forge_still(
        self,
        image: NDArray[np.uint8],
        landmarks: NDArray[np.floating],
        partner: Partner,
        generator: np.random.Generator,
    ) -> ForgedStill:
        """Refuse a photograph: there is no clip of its person to learn from.

        Raises:
            MissingDataError: Always.
        """
        raise MissingDataError(
            f"an autoencoder needs {FEWEST} faces of either person to learn from, and this is a "
            "photograph: give a clip"
        )

    def forge_clip(
        self,
        frames: Iterable[NDArray[np.uint8]],
        landmarks: Sequence[NDArray[np.floating] | None],
        partner: Partner,
        generator: np.random.Generator,
        rate: float = 25.0,
    ) -> ForgedClip:
        """Train on both clips, unless that was done before, and put the partner's face in.

        Args:
            frames: RGB frames ``[H, W, 3]``, ``uint8``, anew each time they are iterated.
            landmarks: Those of the person to be forged in each frame, ``None`` where there are
                none: gaps up to 0.2 seconds are filled, in longer ones frames stay as they are.
            partner: Somebody with a clip: ``frames`` and ``motion``.
            generator: Draws the recipe, once for the clip.
            rate: Frames a second. Default: 25.

        Raises:
            MissingDataError: The partner has no clip, or either has fewer than eight faces.
            NoFaceError: No frame has a face.
            ValueError: A wrong shape or type, or frames that can be drawn once only.
        """
        size = first_size(frames)
        steady = steady_landmarks(landmarks, size, rate, self.smoothing)
        shown = sum(points is not None for points in steady)
        if not shown:
            raise NoFaceError(f"none of {len(steady)} frames has landmarks of a face")
        recipe = AutoencoderRecipe.draw(generator)
        drift = ColourDrift(generator.integers(2**32, size=2).tolist(), rate)
        network, person = self._network(frames, steady, partner)
        told = {"partner": partner.identity, "partner_file": partner.name}
        training = {"training": self.settings.to_dict(), "smoothing": self.smoothing}
        record = {"family": self.name, **told, **asdict(recipe), **training}
        record["untouched"] = len(steady) - shown
        drawing = _Drawing(network, person, self.settings, recipe)
        fit = partial(_fit, drawing=drawing)
        return ForgedClip(forge_fitted(frames, steady, fit, rate, drift), record)

    def _network(
        self,
        frames: Iterable[NDArray[np.uint8]],
        steady: Sequence[NDArray[np.float64] | None],
        partner: Partner,
    ) -> tuple[FaceNetwork, int]:
        """Return the network of a pair, and which of its decoders draws the partner."""
        if partner.frames is None or partner.motion is None:
            raise MissingDataError(
                f"an autoencoder needs a clip of {partner.identity!r} to learn from: give one"
            )
        track = steady_landmarks(partner.motion, _ANYWHERE, partner.rate, self.smoothing)
        size = self.settings.size
        own = FaceSet.of(frames, steady, size, "this clip")
        other = FaceSet.of(partner.frames, track, size, partner.name or partner.identity)
        # One order, whichever of the two is forged: both ways share one network.
        swapped = other.digest() < own.digest()
        people = (other, own) if swapped else (own, other)
        return train_pair(people, self.settings, self.folder), int(not swapped)


class _Drawing(NamedTuple):
    network: FaceNetwork
    person: int
    settings: AutoencoderSettings
    recipe: AutoencoderRecipe

    @torch.no_grad()
    def draw(self, face: AlignedFace) -> NDArray[np.float32]:
        """Draw the partner with the face's expression, RGB from 0 to 255 ``[s, s, 3]``."""
        pixels = torch.from_numpy(face.pixels).permute(2, 0, 1)[None].float() / 255
        drawn = self.network(pixels.to(self.settings.device), self.person)
        return np.ascontiguousarray((drawn[0] * 255).permute(1, 2, 0).cpu().numpy(), np.float32)


def _fit(
    image: NDArray[np.uint8],
    points: NDArray[np.float64],
    colours: FaceColours,
    *,
    drawing: _Drawing,
) -> FittedFace:
    recipe, crop = drawing.recipe, drawing.settings.size
    face = align_face(image, points, crop)
    drawn = drawing.draw(face)
    drawn = match_colours(
        drawn, FaceColours.of(drawn, skin_mask(face.points, (crop, crop))), colours, recipe.colour
    )
    side = float(np.ptp(points, axis=0).max())
    radius = max(2, round(recipe.blur * side))
    covered = np.concatenate([points, extend_forehead(points, FOREHEAD)])
    corner, size = window_around(covered, radius + 3.0, image.shape[:2])
    pasted = unalign(drawn, face.placing, corner, size)
    mask = soften(hull_mask(covered - corner, size), recipe.erosion * side + radius / 2, radius)
    if recipe.blend == "poisson":
        rows, columns = slice(corner[1], corner[1] + size[0]), slice(corner[0], corner[0] + size[1])
        pasted = blend_by_gradients(pasted, image[rows, columns], mask)
    return FittedFace(pasted, mask, corner)
