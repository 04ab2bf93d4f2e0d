"""Which data sets lie where."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from graphforensics.datasets.layout import folders_in
from graphforensics.datasets.registry import DATASETS
from graphforensics.datasets.video_dataset import VideoDataset
from graphforensics.errors import GraphForensicsError, MissingDataError
from graphforensics.store.columns import REAL

# Any folder may be one of these, or another name for one that is told.
_LEFT_OUT = ("folder", "faceshifter")


@dataclass(frozen=True)
class FoundSet:
    """A data set that was found.

    Args:
        name: As ``graphforensics prepare`` calls it.
        root: Its folder.
        real: Real videos that are there.
        fake: Forged ones.
    """

    name: str
    root: Path
    real: int
    fake: int


def find_sets(folder: str | Path, depth: int = 2) -> list[FoundSet]:
    """Try every known layout on a folder and on the folders below it.

    Args:
        folder: Where to look.
        depth: How many folders deep; 0 is ``folder`` itself.

    Returns:
        What can be opened, whatever of it is there, by folder. Below a data set nothing is looked
        for.

    Raises:
        MissingDataError: There is no such folder.
    """
    root = Path(folder)
    if not root.is_dir():
        raise MissingDataError(f"{root}: no such folder")
    found = [one for name in DATASETS if (one := _opened(name, root)) is not None]
    if found or depth == 0:
        return found
    return [one for name in folders_in(root) for one in find_sets(root / name, depth - 1)]


def _opened(name: str, root: Path) -> FoundSet | None:
    if name in _LEFT_OUT:
        return None
    try:
        dataset: VideoDataset = DATASETS[name](root, split="all", partial=True)
    except (GraphForensicsError, OSError):
        return None
    labels = dataset.table.column("label").to_pylist()
    real = labels.count(REAL)
    return FoundSet(name, root, real, len(labels) - real)
