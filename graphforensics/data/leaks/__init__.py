"""Whether the parts of a data set are really apart."""

from graphforensics.data.leaks.check_leaks import check_leaks, part_tables
from graphforensics.data.leaks.leak_report import LeakReport, NearDuplicate, SharedName
from graphforensics.data.leaks.near_duplicates import close_pairs, near_duplicates
from graphforensics.data.leaks.perceptual_hash import perceptual_hash
from graphforensics.data.leaks.shared_names import shared_names

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
