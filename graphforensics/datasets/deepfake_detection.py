"""Google's and Jigsaw's DeepFakeDetection set, in the layout of FaceForensics++."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from graphforensics.datasets.faceforensics_pp import QUALITIES, check_choice
from graphforensics.datasets.layout import videos_in
from graphforensics.datasets.video_dataset import VideoDataset
from graphforensics.datasets.video_record import VideoRecord
from graphforensics.errors import MissingDataError
from graphforensics.store.columns import FAKE, REAL

_REAL = re.compile(r"(?P<target>\d+)__(?P<scene>.+)")
_FAKE = re.compile(r"(?P<target>\d+)_(?P<source>\d+)__(?P<scene>.+)__(?P<code>\w+)")


class DeepFakeDetection(VideoDataset):
    """363 videos of 28 paid actors and 3068 face swaps among them; there is no official split.

    Layout::

        original_sequences/actors/c23/videos/01__exit_phone_room.mp4
        manipulated_sequences/DeepFakeDetection/c23/videos/01_02__exit_phone_room__YVGY8LOK.mp4
        manipulated_sequences/DeepFakeDetection/masks/videos/01_02__exit_phone_room__YVGY8LOK.mp4

    Args:
        root: Folder of the data set, the same as that of FaceForensics++.
        split: ``"all"``.
        quality: ``"raw"``, ``"c23"`` or ``"c40"``.
        **options: As of :class:`VideoDataset`.

    Source:
        N. Dufour and A. Gully, Contributing data to deepfake detection research, 2019.
    """

    name = "DeepFakeDetection"
    url = "https://github.com/ondyari/FaceForensics"
    splits: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self, root: str | Path, split: str = "all", quality: str = "c23", **options: Any
    ) -> None:
        check_choice("quality", [quality], QUALITIES)
        self.quality = quality
        super().__init__(root, split, **options)

    def _index(self) -> Iterator[VideoRecord]:
        real = f"original_sequences/actors/{self.quality}/videos"
        fake = f"manipulated_sequences/{self.name}/{self.quality}/videos"
        for name in videos_in(self._require(real)):
            yield self._record(f"{real}/{name}", _parsed(_REAL, self.root / real / name))
        for name in videos_in(self._require(fake)):
            words = _parsed(_FAKE, self.root / fake / name)
            yield self._record(f"{fake}/{name}", words, f"{real}/{{target}}__{{scene}}.mp4")

    def _record(self, path: str, words: dict[str, str], origin: str = "") -> VideoRecord:
        people = [words[name] for name in ("target", "source") if name in words]
        stem = Path(path).stem
        mask = f"manipulated_sequences/{self.name}/masks/videos/{stem}.mp4"
        return VideoRecord(
            path=path,
            label=FAKE if origin else REAL,
            manipulation=self.name if origin else "original",
            video=stem,
            identity=";".join(f"{self.name}/{person}" for person in people),
            quality=self.quality,
            origin=origin.format(**words),
            mask=mask if origin else "",
        )


def _parsed(pattern: re.Pattern[str], path: Path) -> dict[str, str]:
    match = pattern.fullmatch(path.stem)
    if match is None:
        raise MissingDataError(f"{path}: the name does not tell its actors and scene")
    return match.groupdict()
