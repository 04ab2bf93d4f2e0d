"""FFIW-10K: Face Forensics in the Wild."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from graphforensics.datasets.layout import videos_in
from graphforensics.datasets.video_dataset import VideoDataset
from graphforensics.datasets.video_record import VideoRecord
from graphforensics.store.columns import FAKE, REAL


class FFIW(VideoDataset):
    """10,000 pairs of a video with several people and a copy with some faces swapped.

    ``source`` holds the real videos, ``target`` the forged ones of the same names. Who is seen is
    not published: ``identity`` names the pair.

    Layout; ``source/val/videos/`` and so on will do as well::

        source/train/train_00000000.mp4
        target/train/train_00000000.mp4
        target_mask/train/train_00000000_mask.mp4    may be absent
        source/val/...  source/test/...

    Args:
        root: Folder of the data set (``FFIW10K-v1-release``).
        split: ``"train"``, ``"val"``, ``"test"`` or ``"all"``.
        **options: As of :class:`VideoDataset`.

    Source:
        T. Zhou et al., Face forensics in the wild, CVPR 2021.
    """

    name = "FFIW"
    url = "https://github.com/tfzhou/FFIW"
    splits: ClassVar[tuple[str, ...]] = ("train", "val", "test")

    def __init__(self, root: str | Path, split: str = "test", **options: Any) -> None:
        super().__init__(root, split, **options)

    def _index(self) -> Iterator[VideoRecord]:
        if self.split == "all":
            there = [split for split in self.splits if (self.root / "source" / split).is_dir()]
        else:
            there = [self.split]
        for split in there or self.splits:
            real, fake = self._home(f"source/{split}"), self._home(f"target/{split}")
            for name in videos_in(self.root / real):
                yield self._record(f"{real}/{name}", split)
            for name in videos_in(self.root / fake):
                yield self._record(f"{fake}/{name}", split, f"{real}/{name}")

    def _home(self, folder: str) -> str:
        place = self._require(folder)
        return f"{folder}/videos" if (place / "videos").is_dir() else folder

    def _record(self, path: str, split: str, origin: str = "") -> VideoRecord:
        stem = Path(path).stem
        return VideoRecord(
            path=path,
            label=FAKE if origin else REAL,
            manipulation="swap" if origin else "original",
            video=stem if stem.startswith(split) else f"{split}/{stem}",
            identity=f"{self.name}/{split}/{stem}",
            split=split,
            origin=origin,
            mask=f"target_mask/{split}/{stem}_mask.mp4" if origin else "",
        )
