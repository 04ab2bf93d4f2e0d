"""What a way to forge has to offer, and what it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from graphforensics.tamper.partner import Partner
from graphforensics.tamper.recipe.autoencoder_settings import AutoencoderSettings
from graphforensics.tamper.recipe.self_blend_recipe import Strength
from graphforensics.tamper.sources.clip_landmarks import PersonLandmarks

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class ClipToForge:
    """All that a family is told about the clip, or the still, that it is to forge.

    Args:
        entropy: Numbers that seed every draw; equal numbers, equal forgeries.
        faces: Frame number -> faces in the frame; frames without a face may be missing.
        frames: How many frames there are, 1 for a still.
        images: The frames, RGB ``[H, W, 3]``, decoded anew each time they are iterated.
        rate: Mean number of frames a second.
        is_still: It is one image, not a clip.
        partner: The other face, for families that need one.
        strength: How strong self-blends are.
        autoencoder: Reconstructs faces ``[B, 3, H, W]`` in [0, 1]; ``None`` where none was given.
        portrait: The photograph that is set in motion, for families that animate one.
        training: How the autoencoder of a pair is trained.
        networks: Folder in which such autoencoders are kept; ``None``: they are not.
    """

    entropy: tuple[int, ...]
    faces: Mapping[int, Sequence[PersonLandmarks]]
    frames: int
    images: Iterable[Image] = ()
    rate: float = 25.0
    is_still: bool = False
    partner: Partner | None = None
    strength: Strength = "mild"
    autoencoder: Callable[[Tensor], Tensor] | None = None
    portrait: Any = None
    training: AutoencoderSettings = field(default_factory=AutoencoderSettings)
    networks: Path | None = None

    def rng(self, *numbers: int) -> np.random.Generator:
        """Return a generator of its own for, say, a person and a frame."""
        return np.random.default_rng([*self.entropy, *numbers])

    def track(self, person: int) -> tuple[list[int], NDArray[np.float32]]:
        """Return the frames in which a person is seen, ascending, and the landmarks in them.

        Returns:
            Frame numbers, and landmarks ``[n, 68, 2]``.
        """
        seen = [
            (number, face.landmarks)
            for number, faces in sorted(self.faces.items())
            for face in faces
            if face.person == person
        ]
        points = np.array([landmarks for _, landmarks in seen], dtype=np.float32)
        return [number for number, _ in seen], points.reshape(-1, 68, 2)


class FrameForger(Protocol):
    """Forges the frames of one clip, in order, so that they belong together."""

    def forge(
        self, image: Image, number: int, faces: Sequence[PersonLandmarks]
    ) -> tuple[Image, Image]:
        """Forge one frame.

        Args:
            image: RGB frame ``[H, W, 3]``, ``uint8``.
            number: Frame number, from 0; ascending from call to call.
            faces: Faces in it.

        Returns:
            The forged frame, and its mask ``[H, W]``, 0 to 255: 0 exactly where the frame is as it
            was. A face that cannot be forged stays as it is.
        """
        ...

    def described(self) -> Mapping[str, Mapping[str, Any]]:
        """Return person -> what was done to it, for the record; JSON takes it."""
        ...


@dataclass(frozen=True)
class Family:
    """A way to forge.

    Args:
        name: What ``--method`` calls it; the ``manipulation`` of its forgeries.
        about: One line for the help.
        purpose: What the record beside a forged file says it is.
        start: Prepares the forging of one clip.
        partner: ``"face"``: another source of the run, of like pose and skin tone, lends its face.
            ``"clip"``: the same, a clip. ``"motion"``: another clip lends its motion. Default:
            nobody is needed.
        animates: Takes photographs and makes clips of them.
        options: Which settings of the run change its forgeries; the others do not make a finished
            forgery outdated.
    """

    name: str
    about: str
    purpose: str
    start: Callable[[ClipToForge], FrameForger]
    partner: Literal["face", "clip", "motion"] | None = None
    animates: bool = False
    options: frozenset[str] = field(default_factory=frozenset)
