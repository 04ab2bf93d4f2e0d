"""DF40."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from graphforensics.datasets.faceforensics_pp import identity_of
from graphforensics.datasets.layout import folders_in, images_in
from graphforensics.datasets.video_dataset import VideoDataset
from graphforensics.datasets.video_record import VideoRecord
from graphforensics.store.columns import FAKE, REAL

#: Part -> folder, as the archives name it.
_PARTS = {"train": "DF40_train", "test": "DF40"}
_DOMAINS = ("ff", "cdf")


class DF40(VideoDataset):
    """Face pictures that forty methods made, in the preprocessed form that the authors hand out.

    Every folder that holds images is one video. Nearly all are forgeries: the real faces are those
    of FaceForensics++ and Celeb-DF, which may go into the same store; nine methods bring their own
    below ``real``.

    Layout; what is there is taken::

        DF40_train/simswap/frames/001_870/000.png
        DF40_train/StyleGAN2/001/seed0188.png
        DF40/blendface/{ff,cdf}/frames/id0_id1_0000/000.png
        DF40/deepfacelab/{real,fake}/.../000.png

    Args:
        root: The folder around ``DF40`` and ``DF40_train``.
        split: ``"train"``, ``"test"`` or ``"all"``.
        manipulations: Names of the methods' folders; all by default.
        **options: As of :class:`VideoDataset`.

    Source:
        Z. Yan et al., DF40: Toward next-generation deepfake detection, NeurIPS 2024.
    """

    name = "DF40"
    url = "https://github.com/YZY-stack/DF40"
    splits: ClassVar[tuple[str, ...]] = ("train", "test")

    def __init__(
        self,
        root: str | Path,
        split: str = "test",
        manipulations: tuple[str, ...] | list[str] | None = None,
        **options: Any,
    ) -> None:
        self.chosen = None if manipulations is None else tuple(manipulations)
        super().__init__(root, split, **options)

    def _index(self) -> Iterator[VideoRecord]:
        self._require(*_PARTS.values())
        for split, top in _PARTS.items():
            for method in folders_in(self.root / top):
                if self.chosen is None or method in self.chosen:
                    for folder in _with_images(self.root / top / method):
                        yield self._record(folder, method, split)

    def _record(self, folder: Path, method: str, split: str) -> VideoRecord:
        path = folder.relative_to(self.root).as_posix()
        parts = path.split("/")[2:]
        real = any(part.lower() == "real" for part in parts)
        return VideoRecord(
            path=path,
            label=REAL if real else FAKE,
            manipulation=f"original-{method}" if real else method,
            video=f"{split}/{'/'.join(parts)}",
            identity=_people(folder.name, "cdf" not in parts),
            split=split,
        )


def _people(name: str, domain_ff: bool) -> str:
    """Name the people of FaceForensics++ and Celeb-DF as these do; of others nothing is known."""
    if domain_ff and re.fullmatch(r"\d{3}(_\d{3})?", name):
        return ";".join(identity_of(video) for video in name.split("_"))
    return ";".join(dict.fromkeys(f"Celeb-DF/{one}" for one in re.findall(r"id\d+", name)))


def _with_images(folder: Path) -> Iterator[Path]:
    if images_in(folder):
        yield folder
    for name in sorted(os.listdir(folder)):
        if (folder / name).is_dir() and not name.startswith("."):
            yield from _with_images(folder / name)
