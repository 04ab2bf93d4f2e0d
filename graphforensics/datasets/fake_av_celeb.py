"""FakeAVCeleb."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import ClassVar

from graphforensics.datasets.video_dataset import VideoDataset
from graphforensics.datasets.video_record import VideoRecord
from graphforensics.errors import MissingDataError
from graphforensics.store.columns import FAKE, REAL

_TABLE = "meta_data.csv"
_FIRST = ("source", "target1", "target2", "method", "category", "type", "race", "gender")
# Of these methods ``target1`` is a face; of the others a voice.
_SWAPS = ("faceswap", "fsgan")


class FakeAVCeleb(VideoDataset):
    """Talking celebrities with forged faces, voices, or both.

    A video is ``"fake"`` here where its *picture* is: a real picture with a forged voice
    (``RealVideo-FakeAudio``) shows a real face, and is ``"real"`` with a manipulation of that name.
    There are no official parts.

    Layout::

        meta_data.csv       source,target1,target2,method,category,type,race,gender,path,
        {Real,Fake}Video-{Real,Fake}Audio/African/men/id00076/00109.mp4

    The table's line of names is one short: the last two columns of its rows are the name of the
    file and its folder, behind ``FakeAVCeleb/``.

    Args:
        root: Folder of the data set (``FakeAVCeleb_v1.2``).
        split: ``"all"``.
        **options: As of :class:`VideoDataset`.

    Source:
        H. Khalid et al., FakeAVCeleb: A novel audio-video multimodal deepfake dataset, NeurIPS
        Datasets and Benchmarks 2021.
    """

    name = "FakeAVCeleb"
    url = "https://github.com/DASH-Lab/FakeAVCeleb"
    splits: ClassVar[tuple[str, ...]] = ()

    def _index(self) -> Iterator[VideoRecord]:
        path = self._require(_TABLE)
        try:
            with open(path, newline="", encoding="utf-8-sig") as file:
                rows = [row for row in csv.reader(file) if row]
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise MissingDataError(f"{path}: not a CSV table in UTF-8 ({error})") from error
        if not rows or tuple(word.strip() for word in rows[0][:8]) != _FIRST:
            raise MissingDataError(f"{path}: its columns must begin with {', '.join(_FIRST)}")
        for number, row in enumerate(rows[1:], 2):
            if len(row) < 10:
                raise MissingDataError(f"{path}, row {number}: has {len(row)} of 10 values")
            yield self._record(*(word.strip() for word in row[:10]))

    def _record(
        self,
        source: str,
        target: str,
        _: str,
        method: str,
        category: str,
        kind: str,
        race: str,
        gender: str,
        file: str,
        folder: str,
    ) -> VideoRecord:
        place = PurePosixPath(folder.removeprefix("FakeAVCeleb/")) / file
        people = [source]
        if any(word in method for word in _SWAPS) and target.startswith("id"):
            people.append(target)
        real = kind.startswith("RealVideo")
        genuine = kind == "RealVideo-RealAudio"
        return VideoRecord(
            path=place.as_posix(),
            label=REAL if real else FAKE,
            manipulation="original" if genuine else f"{kind}/{method}",
            video=place.with_suffix("").as_posix(),
            identity=";".join(f"{self.name}/{person}" for person in people),
        )
