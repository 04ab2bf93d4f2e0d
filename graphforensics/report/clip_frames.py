"""The frames of a clip that a page holds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from graphforensics.media.open_media import open_media
from graphforensics.media.resize import shrink
from graphforensics.report.picture_data import jpeg_data

#: Longer sides in pixels, the best first; small pictures are packed more strongly as well.
_SIDES = (640, 480, 360, 280)


def clip_frames(
    path: str | Path,
    numbers: Collection[int],
    budget: int,
    sides: Sequence[int] = _SIDES,
) -> dict[int, str]:
    """Return frames as ``data:`` addresses, as large as all of them may be together.

    They are decoded once. Where even small ones do not fit, every second is left out, as often as
    it takes.

    Args:
        path: The clip.
        numbers: Frame numbers, in any order, also repeated.
        budget: Characters of all addresses together.
        sides: Longer sides in pixels that are tried, the largest first.

    Raises:
        UnreadableMediaError: The file is missing or damaged.
        ValueError: A number is out of range.
    """
    wanted = sorted(set(numbers))
    if not wanted:
        return {}
    pictures = {
        picture.number: shrink(np.asarray(picture.rgb()), sides[0])
        for picture in open_media(path).pictures(wanted)
    }
    found: dict[int, str] = {}
    for place, side in enumerate(sides):
        quality = 82 - 6 * place
        found = {number: jpeg_data(rgb, side, quality) for number, rgb in pictures.items()}
        if sum(map(len, found.values())) <= budget:
            return found
    while sum(map(len, found.values())) > budget and len(found) > 1:
        found = dict(list(found.items())[::2])
    return found
