"""Celeb-DF, versions 1 and 2."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from graphforensics.datasets.layout import read_lines, videos_in
from graphforensics.datasets.video_dataset import VideoDataset
from graphforensics.datasets.video_record import VideoRecord
from graphforensics.errors import MissingDataError
from graphforensics.store.columns import FAKE, REAL

_TEST_LIST = "List_of_testing_videos.txt"
_FOLDERS = {"Celeb-real": REAL, "YouTube-real": REAL, "Celeb-synthesis": FAKE}


class CelebDF(VideoDataset):
    """Interviews of celebrities and face swaps among them.

    ``split`` is ``"test"`` for the videos of ``List_of_testing_videos.txt`` and ``"train"`` for all
    others; there is no official validation part.

    Layout, the same for both versions::

        Celeb-real/id0_0000.mp4
        Celeb-synthesis/id0_id1_0000.mp4    a video of id0, face of id1
        YouTube-real/00000.mp4
        List_of_testing_videos.txt          "1 YouTube-real/00170.mp4", 1 is real

    Args:
        root: Folder of the data set.
        split: ``"train"``, ``"test"`` or ``"all"``.
        version: 1 or 2, for the name of the data set only.
        **options: As of :class:`VideoDataset`.

    Source:
        Y. Li et al., Celeb-DF: A large-scale challenging dataset for DeepFake forensics, CVPR 2020.
    """

    name = "Celeb-DF"
    url = "https://github.com/yuezunli/celeb-deepfakeforensics"
    splits: ClassVar[tuple[str, ...]] = ("train", "test")

    def __init__(
        self, root: str | Path, split: str = "test", version: int = 2, **options: Any
    ) -> None:
        if version not in (1, 2):
            raise ValueError(f"'version' must be 1 or 2 (got {version})")
        self.version = version
        super().__init__(root, split, **options)

    def _index(self) -> Iterator[VideoRecord]:
        for folder in _FOLDERS:
            self._require(folder)
        tested = self._tested()
        there = {
            f"{folder}/{name}" for folder in _FOLDERS for name in videos_in(self.root / folder)
        }
        for path in sorted(there | set(tested)):
            yield self._record(path, "test" if path in tested else "train")

    def _record(self, path: str, split: str) -> VideoRecord:
        folder, name = path.split("/")
        stem = Path(name).stem
        people = re.findall(r"id\d+", stem) if folder != "YouTube-real" else [f"YouTube-{stem}"]
        fake = _FOLDERS[folder] == FAKE
        origin = re.sub(r"^(id\d+)_id\d+_", r"\1_", name)
        return VideoRecord(
            path=path,
            label=_FOLDERS[folder],
            manipulation=folder,
            video=stem,
            # The first version's people are the second's.
            identity=";".join(f"{self.name}/{person}" for person in people),
            split=split,
            origin=f"Celeb-real/{origin}" if fake else "",
            dataset=f"{self.name}-v{self.version}",
        )

    def _tested(self) -> dict[str, str]:
        """Return path -> label of the videos for testing."""
        path = self._require(_TEST_LIST)
        tested: dict[str, str] = {}
        for line in read_lines(path):
            words = line.split()
            folder = words[-1].split("/")[0]
            if len(words) != 2 or words[-1].count("/") != 1 or folder not in _FOLDERS:
                raise MissingDataError(f"{path}: cannot be understood: {line!r}")
            if (words[0] == "1") != (_FOLDERS[folder] == REAL):
                raise MissingDataError(f"{path}: the label does not fit the folder: {line!r}")
            tested[words[-1]] = _FOLDERS[folder]
        return tested
