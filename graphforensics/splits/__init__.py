"""Parts of a data set that share no person, and the proof that they do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.splits.leaks.check_leaks import check_leaks
    from graphforensics.splits.official_split import official_split
    from graphforensics.splits.split import identity_groups, identity_split
    from graphforensics.splits.split_file import find_parts, read_split, split_document

__all__ = [
    "check_leaks",
    "find_parts",
    "identity_groups",
    "identity_split",
    "official_split",
    "read_split",
    "split_document",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "split": "identity_groups identity_split",
        "official_split": "official_split",
        "split_file": "find_parts read_split split_document",
        "leaks.check_leaks": "check_leaks",
    },
)
