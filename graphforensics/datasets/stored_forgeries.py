"""Which forged tracks were made from which real ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from graphforensics.datasets.forgery_groups import forgery_groups


def stored_forgeries(
    real: Sequence[Mapping[str, Any]], forged: Sequence[Mapping[str, Any]]
) -> list[list[int]]:
    """List the forged tracks that show the scene of each real track.

    What belongs together is what :func:`~graphforensics.datasets.forgery_groups.forgery_groups`
    ties. A forgery whose own store has real tracks of its scene, as the sets of ``forge`` do,
    belongs to these alone: those of other stores went through another encoder, which would tell
    the two apart.

    Args:
        real: Rows of real tracks.
        forged: Rows of forged tracks.

    Returns:
        Numbers of forged rows for each real one, ascending.

    Example:
        >>> real = [{"source": "a.mp4"}, {"source": "b.mp4"}]
        >>> stored_forgeries(real, [{"source": "f.mp4", "origin": "b.mp4"}])
        [[], [0]]
    """
    groups = forgery_groups([*real, *forged]).tolist()
    stores = [row.get("store") for row in real]
    own = set(zip(groups, stores, strict=False))
    members: dict[Any, list[int]] = defaultdict(list)
    for number, (group, row) in enumerate(zip(groups[len(real) :], forged, strict=True)):
        store = row.get("store")
        members[group, store if (group, store) in own else None].append(number)
    return [
        sorted({*members.get((group, store), ()), *members.get((group, None), ())})
        for group, store in zip(groups, stores, strict=False)
    ]
