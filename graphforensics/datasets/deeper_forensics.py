"""DeeperForensics-1.0."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from graphforensics.datasets.faceforensics_pp import check_choice, identity_of, real_path
from graphforensics.datasets.layout import read_lines
from graphforensics.datasets.video_dataset import VideoDataset
from graphforensics.datasets.video_record import VideoRecord
from graphforensics.errors import MissingDataError
from graphforensics.store.columns import FAKE, REAL


class DeeperForensics(VideoDataset):
    """Faces of paid actors swapped into the 1000 originals of FaceForensics++.

    The real part are those originals (c23), which are not in the download: ``real_root`` says where
    FaceForensics++ lies. Without it the data set holds fakes only.

    Layout::

        manipulated_videos/end_to_end/000_W101.mp4    target 000 of FaceForensics++, face of W101
        manipulated_videos/end_to_end_level_1/...
        lists/splits/train.txt  val.txt  test.txt     names of forged videos

    Args:
        root: Folder of the data set.
        split: ``"train"``, ``"val"``, ``"test"`` or ``"all"``.
        variants: Any of :attr:`variants`, the folders of ``manipulated_videos``.
        real_root: Root of FaceForensics++.
        **options: As of :class:`VideoDataset`.

    Source:
        L. Jiang et al., DeeperForensics-1.0: A large-scale dataset for real-world face forgery
        detection, CVPR 2020.
    """

    name = "DeeperForensics"
    url = "https://github.com/EndlessSora/DeeperForensics-1.0"
    splits: ClassVar[tuple[str, ...]] = ("train", "val", "test")
    #: As rendered, and under perturbations.
    variants: ClassVar[tuple[str, ...]] = (
        "end_to_end",
        "reenact_postprocess",
        *(f"end_to_end_level_{level}" for level in range(1, 6)),
        "end_to_end_random_level",
        *(f"end_to_end_mix_{count}_distortions" for count in range(2, 5)),
    )

    def __init__(
        self,
        root: str | Path,
        split: str = "test",
        variants: Sequence[str] = ("end_to_end",),
        real_root: str | Path | None = None,
        **options: Any,
    ) -> None:
        check_choice("variants", variants, self.variants)
        self.chosen = tuple(dict.fromkeys(variants))
        self.real_root = Path(real_root) if real_root is not None else None
        super().__init__(root, split, **options)

    def _index(self) -> Iterator[VideoRecord]:
        for variant in self.chosen:
            self._require(f"manipulated_videos/{variant}")
        for split in self.splits:
            path = self._require(f"lists/splits/{split}.txt")
            names = dict.fromkeys(line.split()[0].split("/")[-1] for line in read_lines(path))
            targets = dict.fromkeys(_people(path, name)[0] for name in names)
            yield from (self._real(target, split) for target in targets if self.real_root)
            for variant in self.chosen:
                yield from (self._fake(variant, *_people(path, name), split) for name in names)

    def _real(self, target: str, split: str) -> VideoRecord:
        return VideoRecord(
            path=self._real_path(target),
            label=REAL,
            manipulation="original",
            video=target,
            identity=identity_of(target),
            split=split,
            quality="c23",
        )

    def _fake(self, variant: str, target: str, source: str, split: str) -> VideoRecord:
        return VideoRecord(
            path=f"manipulated_videos/{variant}/{target}_{source}.mp4",
            label=FAKE,
            manipulation=variant,
            video=f"{target}_{source}",
            identity=f"{identity_of(target)};{self.name}/{source}",
            split=split,
            origin=self._real_path(target) if self.real_root else "",
        )

    def _real_path(self, target: str) -> str:
        path = real_path(target, "c23")
        return os.path.abspath(self.real_root / path) if self.real_root else path


def _people(path: Path, name: str) -> tuple[str, str]:
    """Split ``000_W101.mp4`` into target and source."""
    target, _, source = name.removesuffix(".mp4").partition("_")
    if not source:
        raise MissingDataError(f"{path}: {name!r} is no name such as 000_W101.mp4")
    return target, source
