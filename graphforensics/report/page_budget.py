"""How large the parts of a page may be."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

#: Bytes of a page.
PAGE = 5 * 2**20
#: Of templates, tables, metadata, a card, and a second clip.
RESERVED = 700_000
#: Frames never take more, and always may take the second number.
_FRAMES, _LEAST = 3_000_000, 200_000
#: Faces with pictures and graphs, moments of all of them together, and of one.
FACES, _MOMENTS, _OF_ONE = 6, 180, 90


def moments_each(faces: int) -> int:
    """Return how many moments of each face a page holds.

    Args:
        faces: Faces that it shows.

    Example:
        >>> moments_each(1), moments_each(6)
        (90, 30)
    """
    return min(_OF_ONE, _MOMENTS // max(faces, 1))


def frame_budget(
    report: Mapping[str, Any],
    faces: Sequence[Mapping[str, Any]],
    heats: Sequence[Sequence[str | None]],
) -> int:
    """Return how many characters all frames of a page may take: what the rest leaves.

    Args:
        report: Figures, which the page holds as JSON.
        faces: Moments and graphs, which it holds twice.
        heats: Pictures of heat.
    """
    heat = sum(len(one) for run in heats for one in run if one is not None)
    figures = len(json.dumps(report)) + 2 * len(json.dumps(list(faces)))
    return max(_LEAST, min(_FRAMES, PAGE - RESERVED - heat - figures))
