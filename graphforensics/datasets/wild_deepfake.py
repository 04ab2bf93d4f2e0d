"""WildDeepfake: sequences of faces out of videos from the internet."""

from __future__ import annotations

import os
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from graphforensics.datasets.layout import folders_in, images_in
from graphforensics.datasets.video_dataset import VideoDataset
from graphforensics.datasets.video_record import VideoRecord
from graphforensics.errors import MissingDataError, OutputError
from graphforensics.store.columns import FAKE, LABELS


class WildDeepfake(VideoDataset):
    """7,314 sequences of face crops from 707 videos; who is seen is not known.

    Layout as downloaded, an archive a video, in it a folder a sequence; the images are named by
    their numbers in the video. The archives are unpacked beside themselves by ``unpack=True``::

        real_train/0.tar.gz    real_train/0/real/0/12.png
        fake_train/...
        real_test/...
        fake_test/...

    All sequences of an archive count as one ``identity``.

    Args:
        root: Folder of the data set.
        split: ``"train"``, ``"test"`` or ``"all"``.
        unpack: Unpack the archives that are not yet.
        **options: As of :class:`VideoDataset`.

    Source:
        B. Zi et al., WildDeepfake: A challenging real-world dataset for deepfake detection, ACM
        Multimedia 2020.
    """

    name = "WildDeepfake"
    url = "https://github.com/OpenTAI/wild-deepfake"
    splits: ClassVar[tuple[str, ...]] = ("train", "test")

    def __init__(
        self, root: str | Path, split: str = "test", unpack: bool = False, **options: Any
    ) -> None:
        self.unpack = unpack
        super().__init__(root, split, **options)

    def _index(self) -> Iterator[VideoRecord]:
        for split in self.splits if self.split == "all" else (self.split,):
            for label in LABELS:
                home = self._require(f"{label}_{split}", f"{label} {split}")
                self._unpacked(home)
                for video in folders_in(home):
                    yield from self._sequences(home, video, label, split)

    def _sequences(self, home: Path, video: str, label: str, split: str) -> Iterator[VideoRecord]:
        for folder in _with_images(home / video):
            inner = folder.relative_to(home).as_posix()
            yield VideoRecord(
                path=f"{home.name}/{inner}",
                label=label,
                manipulation="internet" if label == FAKE else "original",
                video=f"{split}/{inner}",
                identity=f"{self.name}/{label}_{split}/{video}",
                split=split,
            )

    def _unpacked(self, home: Path) -> None:
        """Unpack, or say that it is to be done."""
        packed = [name for name in sorted(os.listdir(home)) if name.endswith((".tar.gz", ".tar"))]
        left = [name for name in packed if not (home / name.split(".tar")[0]).is_dir()]
        if left and not self.unpack:
            raise MissingDataError(
                f"{home}: {len(left)} archives are not unpacked yet ({left[0]}, ...): "
                "give unpack=True, or --unpack"
            )
        for name in left:
            _unpack(home / name, home / name.split(".tar")[0])


def _with_images(folder: Path) -> Iterator[Path]:
    """Yield the folders that hold images themselves, in order."""
    if images_in(folder):
        yield folder
    for name in folders_in(folder):
        yield from _with_images(folder / name)


def _unpack(archive: Path, folder: Path) -> None:
    """Unpack whole or not at all, and nothing outside of ``folder``."""
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        with tarfile.open(archive, "r:*") as file:
            file.extractall(partial, filter="data")
        inner = [entry.name for entry in os.scandir(partial)]
        # Most archives hold one folder of their own name.
        whole = partial / inner[0] if inner == [folder.name] else partial
        os.replace(whole, folder)
    except (tarfile.TarError, EOFError) as error:
        raise MissingDataError(f"{archive}: a damaged archive ({error}); load it again") from error
    except OSError as error:
        raise OutputError(f"{folder}: cannot be unpacked ({error.strerror or error})") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
