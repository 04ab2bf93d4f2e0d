"""One kind of perturbation at one strength."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graphforensics.datasets.perturbation.colour import Image, contrast, gaussian_noise, saturation
from graphforensics.datasets.perturbation.detail import blur, pixelation
from graphforensics.datasets.perturbation.patches import block_noise, random_patches
from graphforensics.media.h264 import h264

#: Strengths, from the weakest.
LEVELS = (1, 2, 3, 4, 5)

#: Kind -> its parameter at the five levels.
KINDS: dict[str, tuple[float, ...]] = {
    "saturation": (0.4, 0.3, 0.2, 0.1, 0.0),
    "contrast": (0.85, 0.725, 0.6, 0.475, 0.35),
    "block_noise": (16, 32, 48, 64, 80),
    "gaussian_noise": (0.001, 0.002, 0.005, 0.01, 0.05),
    "blur": (7, 9, 13, 17, 21),
    "pixelation": (2, 3, 4, 5, 6),
    "h264": (30, 32, 35, 38, 40),
    "patches": (2, 4, 6, 8, 10),
}


@dataclass(frozen=True)
class Perturbation:
    """Do to a face what happens to videos on their way, at one of five strengths.

    Seven kinds and their parameters are those of DeeperForensics-1.0: ``"saturation"`` (share of
    the chroma kept: 0.4, 0.3, 0.2, 0.1, 0), ``"contrast"`` (pixels times 0.85, 0.725, 0.6, 0.475,
    0.35), ``"block_noise"`` (16, 32, 48, 64, 80 grey blocks of 8 x 8 pixels in a picture of 256
    pixels), ``"gaussian_noise"`` (variance 0.001, 0.002, 0.005, 0.01, 0.05 in YCbCr), ``"blur"``
    (Gaussian window of 7, 9, 13, 17, 21 pixels), ``"pixelation"`` (2 to 6 times smaller and back)
    and ``"h264"`` (constant rate factor 30, 32, 35, 38, 40). The eighth, ``"patches"``, is
    LRL's: 2, 4, 6, 8 or 10 patches, a fifth of the picture wide, covered with a colour each; the
    paper gives no numbers. DeeperForensics' program works on whole frames, this one on the crop's
    own pixels before they are resized, so that lengths in pixels mean the same.

    Everything drawn follows from ``seed``, the kind, the name of the clip and the number of the
    frame, not from what was read before. A stronger level has the same draws: its blocks are
    those of the weaker and more. Patches stay where they are throughout a clip; blocks and noise
    are new in every frame.

    Args:
        kind: A name in :data:`KINDS`.
        level: Strength from 1 to 5.
        seed: Seed of places, colours and noise.

    Raises:
        ValueError: The kind or the level is unknown, or ``seed`` is negative.

    Source:
        L. Jiang et al., DeeperForensics-1.0, CVPR 2020, and its program
        https://github.com/EndlessSora/DeeperForensics-1.0 (perturbation); S. Chen et al., Local
        relation learning for face forgery detection, AAAI 2021, figure 6.

    Example:
        >>> grey = Perturbation("saturation", level=5)
        >>> grey([np.full((2, 2, 3), (200, 100, 0), np.uint8)])[0][0, 0].tolist()
        [118, 118, 118]
    """

    kind: str
    level: int
    seed: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"'kind' must be one of {', '.join(KINDS)} (got {self.kind!r})")
        if self.level not in LEVELS:
            raise ValueError(f"'level' must be from 1 to 5 (got {self.level!r})")
        if self.seed < 0:
            raise ValueError(f"'seed' must not be negative (got {self.seed})")

    def __str__(self) -> str:
        return f"{self.kind}:{self.level}"

    @property
    def parameter(self) -> float:
        """The number that the level stands for."""
        return KINDS[self.kind][self.level - 1]

    @property
    def across_frames(self) -> bool:
        """Whether what becomes of a frame depends on its neighbours."""
        return self.kind == "h264"

    def __call__(
        self, images: Sequence[Image], name: str = "", numbers: Sequence[int] | None = None
    ) -> list[Image]:
        """Perturb frames of one clip.

        Args:
            images: RGB frames ``[H, W, 3]``, ``uint8``; for ``"h264"`` consecutive ones.
            name: What the clip is called; part of the seed.
            numbers: Number of each frame, part of the seed; 0, 1, 2 and so on by default.

        Returns:
            New frames of the same sizes.
        """
        if self.across_frames:
            return h264(images, int(self.parameter))
        places = range(len(images)) if numbers is None else numbers
        return [
            self._picture(image, name, number) for image, number in zip(images, places, strict=True)
        ]

    def _picture(self, image: Image, name: str, number: int) -> Image:
        if self.kind == "saturation":
            return saturation(image, self.parameter)
        if self.kind == "contrast":
            return contrast(image, self.parameter)
        if self.kind == "blur":
            return blur(image, int(self.parameter))
        if self.kind == "pixelation":
            return pixelation(image, int(self.parameter))
        if self.kind == "patches":
            return random_patches(image, int(self.parameter), self._generator(name))
        rng = self._generator(name, number)
        if self.kind == "block_noise":
            return block_noise(image, int(self.parameter), rng)
        return gaussian_noise(image, self.parameter, rng)

    def _generator(self, *key: object) -> np.random.Generator:
        digest = hashlib.sha256(repr((self.seed, self.kind, *key)).encode("utf-8")).digest()
        return np.random.default_rng(int.from_bytes(digest[:16], "little"))


def parse_perturbation(text: str, seed: int = 0) -> Perturbation:
    """Read ``"blur:3"`` as the perturbation of that kind and level.

    Args:
        text: Kind and level, with a colon between.
        seed: Seed of what is drawn.

    Raises:
        ValueError: The text is of another form, or the kind or the level is unknown.

    Example:
        >>> parse_perturbation("h264:2").parameter
        32
    """
    kind, sign, level = text.partition(":")
    if not sign or not level.isdecimal():
        raise ValueError(f"a perturbation must be KIND:LEVEL, as blur:3 (got {text!r})")
    return Perturbation(kind, int(level), seed)
