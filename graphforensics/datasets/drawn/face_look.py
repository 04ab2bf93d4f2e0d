"""What sets one drawn person apart from the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Colour = tuple[float, float, float]

# From light to dark, as skin looks in daylight photographs.
# fmt: off
_SKIN: tuple[Colour, ...] = (
    (241, 206, 184), (227, 180, 150), (208, 155, 121), (178, 122, 88), (132, 86, 60), (92, 58, 42),
)
# The first three are dark.
_HAIR: tuple[Colour, ...] = (
    (28, 22, 20), (52, 36, 26), (92, 62, 38), (140, 98, 54), (188, 148, 92), (128, 62, 36),
    (150, 148, 146),
)
# The first two are brown.
_EYES: tuple[Colour, ...] = (
    (66, 42, 26), (92, 64, 38), (104, 96, 60), (86, 110, 118), (74, 96, 78),
)
_CLOTHES: tuple[Colour, ...] = (
    (44, 52, 70), (110, 38, 40), (60, 84, 66), (172, 168, 160), (30, 30, 32), (92, 76, 120),
)
# fmt: on


@dataclass(frozen=True)
class FaceLook:
    """The looks of one person; lengths are factors of an average face, colours are RGB bytes.

    Args:
        width: Width of the face.
        jaw: Width of the jaw at the mouth's height.
        chin: Length from mouth to chin.
        eye_size: Size of the eyes.
        eye_gap: Distance between the eyes.
        eye_tilt: How far the outer corners are raised, in half widths of the face.
        brow_height: Height of the brows above the eyes.
        brow_arch: How much the brows are bent.
        brow_weight: Thickness of the brows.
        nose_length: Length of the nose.
        nose_width: Width of the nose's wings.
        mouth_width: Width of the mouth.
        lips: Fullness of the lips.
        forehead: Height of the forehead.
        skin: Colour of the skin.
        hair: Colour of hair and brows.
        iris: Colour of the irises.
        lip: Colour of the lips.
        clothes: Colour of the clothes.
        style: ``"short"``, ``"long"``, ``"fringe"``, ``"parted"`` or ``"bald"``.
        beard: Density of the beard from 0 to 1.
        glasses: Whether glasses are worn.
        lines: Depth of the lines of the skin.
        texture: Seed of the skin's texture.
    """

    width: float
    jaw: float
    chin: float
    eye_size: float
    eye_gap: float
    eye_tilt: float
    brow_height: float
    brow_arch: float
    brow_weight: float
    nose_length: float
    nose_width: float
    mouth_width: float
    lips: float
    forehead: float
    skin: Colour
    hair: Colour
    iris: Colour
    lip: Colour
    clothes: Colour
    style: str
    beard: float
    glasses: bool
    lines: float
    texture: int

    @classmethod
    def draw(cls, rng: np.random.Generator) -> FaceLook:
        """Draw a person at random."""
        skin = _between(_SKIN, rng)
        # Dark skin and fair hair seldom meet.
        kinds = len(_HAIR) if skin.mean() > 150 else 3
        red = np.array([0.86, 0.56, 0.56]) * rng.uniform(0.9, 1.06)
        spread = _spread(rng)
        return cls(
            **spread,
            skin=_colour(skin),
            hair=_colour(np.array(_HAIR[rng.integers(kinds)]) * rng.uniform(0.85, 1.1)),
            iris=_EYES[rng.integers(len(_EYES) if kinds > 3 else 2)],
            lip=_colour(skin * red),
            clothes=_CLOTHES[rng.integers(len(_CLOTHES))],
            style=("short", "long", "fringe", "parted", "short", "long", "bald")[rng.integers(7)],
            beard=float(rng.uniform(0.35, 1)) if rng.random() < 0.25 else 0.0,
            glasses=bool(rng.random() < 0.15),
            lines=float(rng.uniform(0.2, 1)),
            texture=int(rng.integers(2**31)),
        )


def _spread(rng: np.random.Generator) -> dict[str, float]:
    """Draw the lengths, each around 1 (the tilt around 0)."""
    deviations = {
        "width": 0.04,
        "jaw": 0.05,
        "chin": 0.08,
        "eye_size": 0.08,
        "eye_gap": 0.05,
        "brow_height": 0.12,
        "brow_arch": 0.3,
        "brow_weight": 0.25,
        "nose_length": 0.06,
        "nose_width": 0.1,
        "mouth_width": 0.08,
        "lips": 0.2,
        "forehead": 0.06,
    }
    # Beyond two deviations faces look like caricatures.
    draws = np.clip(rng.normal(size=len(deviations)), -2, 2)
    lengths = {
        name: float(1 + size * draw)
        for (name, size), draw in zip(deviations.items(), draws, strict=True)
    }
    return {**lengths, "eye_tilt": float(rng.uniform(-0.02, 0.03))}


def _between(
    palette: tuple[Colour, ...], rng: np.random.Generator
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Draw a colour between two neighbours of a palette."""
    place = rng.uniform(0, len(palette) - 1)
    low = int(place)
    low_colour, high_colour = np.array(palette[low]), np.array(palette[low + 1])
    mixed: np.ndarray[tuple[int], np.dtype[np.float64]] = low_colour + (place - low) * (
        high_colour - low_colour
    )
    return mixed


def _colour(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Colour:
    red, green, blue = np.clip(values, 0, 255).tolist()
    return (red, green, blue)
