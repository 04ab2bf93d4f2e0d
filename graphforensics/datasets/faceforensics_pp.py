"""FaceForensics++."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from graphforensics.datasets.layout import read_json
from graphforensics.datasets.video_dataset import VideoDataset
from graphforensics.datasets.video_record import VideoRecord
from graphforensics.errors import MissingDataError
from graphforensics.store.columns import FAKE, REAL

QUALITIES = ("raw", "c23", "c40")
_SPLIT_FOLDERS = ("", "splits/", "dataset/splits/")


class FaceForensicsPP(VideoDataset):
    """1000 videos of YouTube and up to five forgeries of each.

    ``split`` is ``"train"`` (720 videos), ``"val"`` or ``"test"`` (140 each), by the files
    ``train.json``, ``val.json`` and ``test.json`` of the authors' repository, which list pairs of
    videos whose faces were exchanged; they lie in the root, in ``splits`` or in ``dataset/splits``.

    Layout::

        original_sequences/youtube/c23/videos/000.mp4
        manipulated_sequences/Deepfakes/c23/videos/000_003.mp4    target 000, face of 003
        manipulated_sequences/Deepfakes/masks/videos/000_003.mp4
        train.json  val.json  test.json

    Args:
        root: Folder of the data set.
        split: ``"train"``, ``"val"``, ``"test"`` or ``"all"``.
        manipulations: Any of :attr:`manipulations`. FaceShifter has no masks.
        quality: ``"raw"``, ``"c23"`` or ``"c40"``.
        **options: As of :class:`VideoDataset`.

    Source:
        A. Rössler et al., FaceForensics++: Learning to detect manipulated facial images, ICCV 2019.
    """

    name = "FaceForensics++"
    url = "https://github.com/ondyari/FaceForensics"
    #: Forgeries, as their folders are called.
    manipulations: ClassVar[tuple[str, ...]] = (
        "Deepfakes",
        "Face2Face",
        "FaceSwap",
        "NeuralTextures",
        "FaceShifter",
    )

    def __init__(
        self,
        root: str | Path,
        split: str = "train",
        manipulations: Sequence[str] = manipulations[:4],
        quality: str = "c23",
        **options: Any,
    ) -> None:
        check_choice("quality", [quality], QUALITIES)
        check_choice("manipulations", manipulations, self.manipulations)
        self.chosen, self.quality = tuple(dict.fromkeys(manipulations)), quality
        super().__init__(root, split, **options)

    def _index(self) -> Iterator[VideoRecord]:
        self._require(f"original_sequences/youtube/{self.quality}/videos")
        for kind in self.chosen:
            self._require(f"manipulated_sequences/{kind}/{self.quality}/videos")
        for split in self.splits:
            path = self._require(*(f"{folder}{split}.json" for folder in _SPLIT_FOLDERS))
            for first, second in read_pairs(path):
                yield from (self._real(video, split) for video in (first, second))
                for target, source in ((first, second), (second, first)):
                    yield from (self._fake(kind, target, source, split) for kind in self.chosen)

    def _real(self, video: str, split: str) -> VideoRecord:
        return VideoRecord(
            path=real_path(video, self.quality),
            label=REAL,
            manipulation="original",
            video=video,
            identity=identity_of(video),
            split=split,
            quality=self.quality,
        )

    def _fake(self, kind: str, target: str, source: str, split: str) -> VideoRecord:
        video = f"{target}_{source}"
        return VideoRecord(
            path=f"manipulated_sequences/{kind}/{self.quality}/videos/{video}.mp4",
            label=FAKE,
            manipulation=kind,
            video=video,
            identity=f"{identity_of(target)};{identity_of(source)}",
            split=split,
            quality=self.quality,
            origin=real_path(target, self.quality),
            mask=f"manipulated_sequences/{kind}/masks/videos/{video}.mp4",
        )


def real_path(video: str, quality: str) -> str:
    """Return where an original video of FaceForensics++ lies below its root."""
    return f"original_sequences/youtube/{quality}/videos/{video}.mp4"


def identity_of(video: str) -> str:
    """Name the person of an original video of FaceForensics++, who is in no other original."""
    return f"{FaceForensicsPP.name}/{video}"


def read_pairs(path: Path) -> list[tuple[str, str]]:
    """Read a split: a list of pairs of video names.

    Raises:
        MissingDataError: It is none.
    """
    pairs = read_json(path)
    good = isinstance(pairs, list) and all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(name, str) for name in pair)
        for pair in pairs
    )
    if not good:
        raise MissingDataError(f"{path}: not a list of pairs of videos such as ['000', '003']")
    return [(first, second) for first, second in pairs]


def check_choice(name: str, chosen: Sequence[str], known: Sequence[str]) -> None:
    """Raise a ValueError for what is not known."""
    unknown = [word for word in chosen if word not in known]
    if unknown or isinstance(chosen, str) or not chosen:
        raise ValueError(f"'{name}' must be among {tuple(known)} (got {chosen!r})")
