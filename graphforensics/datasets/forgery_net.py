"""ForgeryNet, its videos."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import ClassVar

from graphforensics.datasets.layout import read_lines
from graphforensics.datasets.video_dataset import VideoDataset
from graphforensics.datasets.video_record import VideoRecord
from graphforensics.errors import MissingDataError
from graphforensics.store.columns import FAKE, REAL

#: Part -> folder.
_PARTS = {"train": "Training", "val": "Validation", "test": "Test"}


class ForgeryNet(VideoDataset):
    """Videos of eight methods and of four real sources, with the authors' parts.

    Layout; parts that were not loaded are left out of ``split="all"``::

        {Training,Validation,Test}/video_list.txt
        {Training,Validation,Test}/video/NAME           or videos/NAME

    A line of a list is ``SEGMENTS NAME [START FRAMES fake|real] * SEGMENTS BINARY TRIPLE SIXTEEN``;
    BINARY is 1 for a forgery, SIXTEEN is the number of the method. Who is seen is not told.

    Args:
        root: Folder of the data set.
        split: ``"train"``, ``"val"``, ``"test"`` or ``"all"``.
        **options: As of :class:`VideoDataset`.

    Source:
        Y. He et al., ForgeryNet: A versatile benchmark for comprehensive forgery analysis, CVPR
        2021.
    """

    name = "ForgeryNet"
    url = "https://github.com/yinanhe/ForgeryNet"
    splits: ClassVar[tuple[str, ...]] = ("train", "val", "test")

    def _index(self) -> Iterator[VideoRecord]:
        there = [part for part, top in _PARTS.items() if (self.root / top).is_dir()]
        for part in there if self.split == "all" else (self.split,):
            top = _PARTS[part]
            self._require(top)
            path = self._require(f"{top}/video_list.txt")
            folder = self._require(f"{top}/video", f"{top}/videos").name
            for number, line in enumerate(read_lines(path), 1):
                try:
                    name, binary, method = _parsed(line)
                except ValueError as error:
                    raise MissingDataError(f"{path}, line {number}: {error}: {line!r}") from error
                yield VideoRecord(
                    path=f"{top}/{folder}/{name}",
                    label=FAKE if binary else REAL,
                    manipulation=f"method-{method}" if binary else "original",
                    video=f"{part}/{PurePosixPath(name).with_suffix('')}",
                    split=part,
                )


def _parsed(line: str) -> tuple[str, int, int]:
    words = line.split()
    segments = int(words[0])
    if len(words) != 2 + 3 * segments + 3:
        raise ValueError(f"must have {2 + 3 * segments + 3} words (got {len(words)})")
    binary, method = int(words[-3]), int(words[-1])
    if binary not in (0, 1):
        raise ValueError(f"the binary label must be 0 or 1 (got {binary})")
    return words[1], binary, method
