"""A page of small pictures of a store's faces."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from graphforensics.store.columns import FAKE, REAL
from graphforensics.store.face_store import FaceStore

#: Colour of a picture's frame by the label of its track; an unknown label is grey.
RIMS = {REAL: (0, 114, 178), FAKE: (213, 94, 0)}
_UNKNOWN, _RIM = (128, 128, 128), 3


def contact_sheet(store: FaceStore, count: int = 48, size: int = 96) -> NDArray[np.uint8]:
    """Lay out the middle face of tracks, evenly over a store, row by row.

    Args:
        store: The store.
        count: At most so many tracks.
        size: Side of each face in pixels; its frame (:data:`RIMS`) is added.

    Shapes:
        The output is RGB ``[rows * (size + 6), columns * (size + 6), 3]``; places without a face
        are white.

    Raises:
        ValueError: ``count`` or ``size`` is not positive, or the store has no track.
        StoreError: The store is damaged.

    Example:
        >>> contact_sheet(FaceStore("faces"), 4, 58).shape  # doctest: +SKIP
        (128, 128, 3)
    """
    if count < 1 or size < 1:
        raise ValueError(f"'count' and 'size' must be positive (got {count} and {size})")
    if not len(store):
        raise ValueError(f"{store.root}: has no face track to show")
    places = np.unique(np.linspace(0, len(store) - 1, min(count, len(store))).astype(int))
    columns, side = math.ceil(math.sqrt(len(places))), size + 2 * _RIM
    rows = math.ceil(len(places) / columns)
    sheet = np.full((rows * side, columns * side, 3), 255, np.uint8)
    for number, place in enumerate(places.tolist()):
        top, left = (number // columns) * side, (number % columns) * side
        sheet[top : top + side, left : left + side] = _tile(store, place, size)
    return sheet


def _tile(store: FaceStore, place: int, size: int) -> NDArray[np.uint8]:
    track = store[place]
    face = track.crops([track.frames // 2], size)[0].permute(1, 2, 0).numpy()
    side = size + 2 * _RIM
    tile = np.empty((side, side, 3), np.uint8)
    tile[:] = RIMS.get(track.label or "", _UNKNOWN)
    tile[_RIM:-_RIM, _RIM:-_RIM] = face
    return tile
