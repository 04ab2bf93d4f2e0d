"""Which of the 68 landmarks outline which part of a face, and which mirrors which."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: Number of landmarks in the iBUG 300-W order.
NUM_LANDMARKS = 68


def _span(first: int, last: int) -> tuple[int, ...]:
    return tuple(range(first, last + 1))


#: Numbers, from 0, of the landmarks of each part. Left and right are the picture's sides, not
#: the person's. ``"lids"`` are both eyes, ``"mouth"`` is both contours of the lips.
LANDMARK_GROUPS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "jaw": _span(0, 16),
        "left_brow": _span(17, 21),
        "right_brow": _span(22, 26),
        "brows": _span(17, 26),
        "nose_bridge": _span(27, 30),
        "nostrils": _span(31, 35),
        "nose": _span(27, 35),
        "left_eye": _span(36, 41),
        "right_eye": _span(42, 47),
        "lids": _span(36, 47),
        "outer_lips": _span(48, 59),
        "inner_lips": _span(60, 67),
        "mouth": _span(48, 67),
    }
)

#: ``MIRRORED_LANDMARKS[i]`` shows on the other side of the face what ``i`` shows on its own.
MIRRORED_LANDMARKS: tuple[int, ...] = (
    *reversed(_span(0, 16)),
    *reversed(_span(17, 26)),
    *_span(27, 30),
    *reversed(_span(31, 35)),
    *(45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40),
    *(54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55),
    *(64, 63, 62, 61, 60, 67, 66, 65),
)
