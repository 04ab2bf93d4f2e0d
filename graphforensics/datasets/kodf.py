"""KoDF."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import ClassVar

from graphforensics.datasets.layout import folders_in, videos_in
from graphforensics.datasets.video_dataset import VideoDataset
from graphforensics.datasets.video_record import VideoRecord
from graphforensics.store.columns import FAKE, REAL

_REAL, _FAKE = "original_videos", "synthesized_videos"


class KoDF(VideoDataset):
    """Korean speakers, real and forged by several methods.

    There are no official parts. Who is seen is known where a folder or the beginning of a file's
    name is a number; a file whose folder and name tell nothing has no identity.

    Layout::

        original_videos/.../*.mp4
        synthesized_videos/METHOD/.../*.mp4         fo, fsgan, ...

    Args:
        root: Folder of the data set (``kodf_release``).
        split: ``"all"``.
        **options: As of :class:`VideoDataset`.

    Source:
        P. Kwon et al., KoDF: A large-scale Korean deepfake detection dataset, ICCV 2021.
    """

    name = "KoDF"
    url = "https://deepbrainai-research.github.io/kodf/"
    splits: ClassVar[tuple[str, ...]] = ()

    def _index(self) -> Iterator[VideoRecord]:
        self._require(_REAL)
        self._require(_FAKE)
        for path in _videos(self.root / _REAL):
            yield self._record(path, REAL, "original")
        for method in folders_in(self.root / _FAKE):
            for path in _videos(self.root / _FAKE / method):
                yield self._record(path, FAKE, method)

    def _record(self, file: Path, label: str, manipulation: str) -> VideoRecord:
        path = PurePosixPath(file.relative_to(self.root).as_posix())
        inner = path.relative_to(_REAL if label == REAL else f"{_FAKE}/{manipulation}")
        numbers = [part for part in inner.parts[:-1] if part.isdecimal()][:1]
        # A longer number is a date.
        named = re.match(r"(\d{2,4})(?:_(\d{2,4}))?(?=_|$)", path.stem)
        numbers += [one for one in (named.groups() if named else ()) if one]
        people = dict.fromkeys(numbers if label == FAKE else numbers[:1])
        return VideoRecord(
            path=path.as_posix(),
            label=label,
            manipulation=manipulation,
            video=inner.with_suffix("").as_posix(),
            identity=";".join(f"{self.name}/{person}" for person in people),
        )


def _videos(folder: Path) -> Iterator[Path]:
    for name in videos_in(folder):
        yield folder / name
    for name in sorted(os.listdir(folder)):
        if (folder / name).is_dir() and not name.startswith("."):
            yield from _videos(folder / name)
