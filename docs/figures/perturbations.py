"""Draw every perturbation in every strength: ``python docs/figures/perturbations.py OUT``."""

from __future__ import annotations

import sys

import numpy as np
from PIL import Image, ImageDraw
from skimage.data import astronaut

from graphforensics.datasets.moving_face import moving_face
from graphforensics.datasets.perturbation import KINDS, LEVELS, Perturbation

_SIDE, _NAME, _HEAD = 96, 104, 16


def main(out: str) -> None:
    """Put a row a kind and a column a strength, the untouched face first."""
    frames = list(moving_face(25, size=(192, 192), scale=1.2, sway=8, image=astronaut()))
    sheet = Image.new("RGB", (_NAME + 6 * _SIDE, _HEAD + len(KINDS) * _SIDE), "white")
    write = ImageDraw.Draw(sheet)
    for column, word in enumerate(["as it was", *(f"strength {level}" for level in LEVELS)]):
        write.text((_NAME + column * _SIDE + 4, 2), word, fill="black")
    for row, kind in enumerate(KINDS):
        top = _HEAD + row * _SIDE
        write.text((4, top + _SIDE // 2 - 6), kind.replace("_", " "), fill="black")
        shown = [frames, *(Perturbation(kind, level)(frames) for level in LEVELS)]
        for column, clip in enumerate(shown):
            sheet.paste(_small(clip[12]), (_NAME + column * _SIDE, top))
    sheet.save(out, quality=82, optimize=True)


def _small(image: np.ndarray) -> Image.Image:
    return Image.fromarray(image).resize((_SIDE - 2, _SIDE - 2), Image.Resampling.BICUBIC)


if __name__ == "__main__":
    main(sys.argv[1])
