"""UADFV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from graphforensics.datasets.layout import videos_in
from graphforensics.datasets.video_dataset import VideoDataset
from graphforensics.datasets.video_record import VideoRecord
from graphforensics.store.columns import FAKE, REAL


class UADFV(VideoDataset):
    """49 videos of the internet, and each with the face of one actor.

    There are no official parts.

    Layout::

        real/0000.mp4
        fake/0000_fake.mp4      made from real/0000.mp4

    Args:
        root: Folder of the data set.
        split: ``"all"``.
        **options: As of :class:`VideoDataset`.

    Source:
        X. Yang et al., Exposing deep fakes using inconsistent head poses, ICASSP 2019.
    """

    name = "UADFV"
    url = "https://github.com/yuezunli/WIFS2018_In_Ictu_Oculi"
    splits: ClassVar[tuple[str, ...]] = ()
    totals: ClassVar[Mapping[str, int]] = {"original": 49, "FakeApp": 49}

    def _index(self) -> Iterator[VideoRecord]:
        for label in (REAL, FAKE):
            for name in videos_in(self._require(label)):
                stem = Path(name).stem.removesuffix("_fake")
                yield VideoRecord(
                    path=f"{label}/{name}",
                    label=label,
                    manipulation="original" if label == REAL else "FakeApp",
                    video=Path(name).stem,
                    # One actor lends the face of all forgeries: told, he would tie all together.
                    identity=f"{self.name}/{stem}",
                    origin="" if label == REAL else f"real/{stem}{Path(name).suffix}",
                )
