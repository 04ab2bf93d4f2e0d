"""Room between nodes whose places lie on top of each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def spread_nodes(
    pos: NDArray[np.floating], distance: float, margin: float = 0.04, rounds: int = 2000
) -> NDArray[np.float64]:
    """Move points apart until each pair is ``distance`` apart, and no further than needed.

    Args:
        pos: Points from 0 to 1.
        distance: Wanted least distance; a smaller one is used where so many do not fit.
        margin: Points stay this far inside the unit square.
        rounds: At most so many rounds of pushing.

    Shapes:
        ``pos [N, 2]``, output ``[N, 2]``; points with room around them stay where they are.

    Example:
        >>> spread_nodes(np.array([[0.5, 0.5], [0.5, 0.5], [0.1, 0.1]]), 0.2)[2].tolist()
        [0.1, 0.1]
    """
    count = len(pos)
    places = np.clip(np.nan_to_num(np.asarray(pos, dtype=np.float64), nan=0.5), margin, 1 - margin)
    # Discs that cover half of the square are the most that pushing settles.
    wanted = min(distance, np.sqrt(0.5 / max(count, 1)))
    # Equal points have no direction to part in: a small fixed spiral gives them one.
    turn = np.arange(count) * np.pi * (3 - np.sqrt(5))
    nudge = 1e-3 * wanted * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    for _ in range(rounds):
        between = places[:, None] - places[None]
        near = np.linalg.norm(between, axis=2) + 10 * np.eye(count)
        close = near < wanted * 0.999
        if not close.any():
            break
        ways = between + np.where(near[..., None] < 1e-9, nudge[:, None] - nudge[None], 0)
        ways /= np.maximum(np.linalg.norm(ways, axis=2, keepdims=True), 1e-12)
        push = (np.where(close, wanted - near, 0)[..., None] * ways).sum(axis=1)
        # Many pushes at once would fling a crowded point away from its place.
        push /= np.maximum(close.sum(axis=1, keepdims=True), 2)
        places = np.clip(places + push, margin, 1 - margin)
    return places
