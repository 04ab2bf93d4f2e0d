"""Whether the parts of a data set are really apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.splits.leaks.check_leaks import check_leaks, part_tables
    from graphforensics.splits.leaks.leak_report import LeakReport, NearDuplicate, SharedName
    from graphforensics.splits.leaks.near_duplicates import close_pairs, near_duplicates
    from graphforensics.splits.leaks.perceptual_hash import perceptual_hash
    from graphforensics.splits.leaks.shared_names import shared_names

__all__ = [
    "LeakReport",
    "NearDuplicate",
    "SharedName",
    "check_leaks",
    "close_pairs",
    "near_duplicates",
    "part_tables",
    "perceptual_hash",
    "shared_names",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "check_leaks": "check_leaks part_tables",
        "leak_report": "LeakReport NearDuplicate SharedName",
        "near_duplicates": "close_pairs near_duplicates",
        "perceptual_hash": "perceptual_hash",
        "shared_names": "shared_names",
    },
)
