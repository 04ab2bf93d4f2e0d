"""Seeds of samples, from what they are called alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def recipe_seeds(
    names: Sequence[str],
    seed: int,
    epoch: int | Sequence[int] | None,
    clips: Sequence[int] | None = None,
) -> list[int]:
    """Draw a seed for each of some tracks, the same whatever their order.

    Args:
        names: Of the tracks.
        seed: Of the run.
        epoch: Number of the epoch, or that of each; ``None`` in validation.
        clips: Which sample of its track each is. Default: the first, 0.

    Returns:
        One a track, not negative, below 2**63.

    Example:
        >>> one, other = recipe_seeds(["a", "b"], 0, 3), recipe_seeds(["b"], 0, 3)
        >>> one[1] == other[0]
        True
    """
    numbers = [0] * len(names) if clips is None else clips
    told = "val" if epoch is None else epoch
    epochs = [told] * len(names) if isinstance(told, int | str) else told
    words = [
        f"{seed}/{when}/{name}" + (f"/{number}" if number else "")
        for when, name, number in zip(epochs, names, numbers, strict=True)
    ]
    digests = [hashlib.blake2b(word.encode("utf-8"), digest_size=8).digest() for word in words]
    return [int.from_bytes(digest, "little") >> 1 for digest in digests]
