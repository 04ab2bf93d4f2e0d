"""Which pseudo-fakes are made, and how often."""

from __future__ import annotations

#: The way that takes forgeries out of the stores.
STORED = "stored"

#: The ways to forge the real faces of a batch.
PSEUDO_FAKES = ("whole", "partial", "regenerate", STORED)


def pseudo_fake_shares(words: str) -> dict[str, float]:
    """Read the ways to forge and their shares.

    Args:
        words: One way, or several separated by commas, each with ``=`` and its share; shares are
            of their sum. Without a share, each has the same.

    Raises:
        ValueError: A way is unknown or named twice, or a share is not positive.

    Example:
        >>> pseudo_fake_shares("whole")
        {'whole': 1.0}
        >>> pseudo_fake_shares("whole=3,regenerate=1")
        {'whole': 0.75, 'regenerate': 0.25}
    """
    shares: dict[str, float] = {}
    for word in words.split(","):
        name, _, share = word.strip().partition("=")
        if name not in PSEUDO_FAKES:
            known = ", ".join(PSEUDO_FAKES)
            raise ValueError(f"'pseudo_fakes' must be among {known} (got {name!r})")
        if name in shares:
            raise ValueError(f"'pseudo_fakes' names {name} twice (got {words!r})")
        try:
            shares[name] = float(share or 1)
        except ValueError:
            shares[name] = 0.0
        if not 0 < shares[name] < float("inf"):
            raise ValueError(f"'pseudo_fakes' must have positive shares (got {words!r})")
    total = sum(shares.values())
    return {name: share / total for name, share in shares.items()}
