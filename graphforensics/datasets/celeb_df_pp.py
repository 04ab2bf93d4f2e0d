"""Celeb-DF++."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import ClassVar

from graphforensics.datasets.layout import folders_in, read_lines, videos_in
from graphforensics.datasets.video_dataset import VideoDataset
from graphforensics.datasets.video_record import VideoRecord
from graphforensics.errors import MissingDataError
from graphforensics.store.columns import FAKE, REAL

_TEST_LIST = "List_of_testing_videos.txt"
_REAL = ("Celeb-real", "YouTube-real")
_FAKE = "Celeb-synthesis"
#: The kinds of forgeries, as their folders are called.
SCENARIOS = ("FaceSwap", "FaceReenact", "TalkingFace")


class CelebDFPP(VideoDataset):
    """The people of Celeb-DF, forged in 22 ways.

    ``split`` is ``"test"`` for the videos of ``List_of_testing_videos.txt`` and ``"train"`` for all
    others; there is no official validation part.

    Layout::

        Celeb-real/id0_0000.mp4
        YouTube-real/00000.mp4
        Celeb-synthesis/FaceSwap/BlendFace/id0_id1_0000.mp4
        Celeb-synthesis/{FaceReenact,TalkingFace}/METHOD/*.mp4
        List_of_testing_videos.txt          paths, each perhaps behind a label, 1 is real

    Args:
        root: Folder of the data set.
        split: ``"train"``, ``"test"`` or ``"all"``.
        **options: As of :class:`VideoDataset`.

    Source:
        Y. Li et al., Celeb-DF++: A large-scale challenging video DeepFake benchmark for
        generalizable forensics, arXiv:2507.18015, 2025.
    """

    name = "Celeb-DF++"
    url = "https://github.com/OUC-VAS/Celeb-DF-PP"
    splits: ClassVar[tuple[str, ...]] = ("train", "test")
    totals: ClassVar[Mapping[str, int]] = {"Celeb-real": 590, "YouTube-real": 300}

    def _index(self) -> Iterator[VideoRecord]:
        for folder in (*_REAL, _FAKE):
            self._require(folder)
        self._require(*(f"{_FAKE}/{scenario}" for scenario in SCENARIOS))
        tested = self._tested()
        folders = [*_REAL]
        for scenario in SCENARIOS:
            place = f"{_FAKE}/{scenario}"
            folders += [f"{place}/{method}" for method in folders_in(self.root / place)]
        there = {f"{folder}/{name}" for folder in folders for name in videos_in(self.root / folder)}
        for path in sorted(there | tested):
            yield self._record(path, "test" if path in tested else "train")

    def _record(self, path: str, split: str) -> VideoRecord:
        place = PurePosixPath(path)
        fake = place.parts[0] == _FAKE
        people = re.findall(r"id\d+", place.stem)
        if place.parts[0] == _REAL[1]:
            people = [f"YouTube-{place.stem}"]
        return VideoRecord(
            path=path,
            label=FAKE if fake else REAL,
            manipulation="/".join(place.parts[1:-1]) if fake else place.parts[0],
            video=place.stem,
            # They are the people of Celeb-DF.
            identity=";".join(dict.fromkeys(f"Celeb-DF/{person}" for person in people)),
            split=split,
        )

    def _tested(self) -> set[str]:
        path: Path = self._require(_TEST_LIST)
        tested = set()
        for line in read_lines(path):
            label, _, name = line.rpartition(" ")
            top = name.split("/")[0]
            if top not in (*_REAL, _FAKE) or label.strip() not in ("", "0", "1"):
                raise MissingDataError(f"{path}: cannot be understood: {line!r}")
            if label and (label.strip() == "1") != (top in _REAL):
                raise MissingDataError(f"{path}: the label does not fit the folder: {line!r}")
            tested.add(name)
        return tested
