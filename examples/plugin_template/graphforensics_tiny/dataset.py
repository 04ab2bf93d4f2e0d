"""A data set: two folders, each forgery called like the video it was made from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from graphforensics.datasets import VideoDataset, VideoRecord


class Pairs(VideoDataset):
    """``real/anna.mp4`` and ``fake/anna.mp4``.

    Args:
        root: Folder of the data set.
        split: ``"all"``: there are no parts.
    """

    name = "Pairs"
    url = "your own disk"
    splits: ClassVar[tuple[str, ...]] = ()

    def _index(self) -> Iterator[VideoRecord]:
        for label in ("real", "fake"):
            for path in sorted(Path(self.root, label).glob("*.mp4")):
                yield VideoRecord(
                    path=f"{label}/{path.name}",
                    label=label,
                    manipulation="original" if label == "real" else "pair",
                    video=path.stem,
                    identity=f"{self.name}/{path.stem}",
                    origin="" if label == "real" else f"real/{path.name}",
                )
