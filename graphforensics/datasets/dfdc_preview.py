"""The preview of the Deepfake Detection Challenge's data set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from graphforensics.datasets.layout import read_json
from graphforensics.datasets.video_dataset import VideoDataset
from graphforensics.datasets.video_record import VideoRecord
from graphforensics.errors import MissingDataError
from graphforensics.store.columns import FAKE, LABELS


class DFDCPreview(VideoDataset):
    """5,000 clips of 66 actors, with forgeries of two methods.

    ``split`` is what ``dataset.json`` calls ``set``: ``"train"`` or ``"test"``.

    Layout::

        dataset.json    {"method_A/643049/643049_A/643049_A_000.mp4":
                         {"label": "fake", "set": "train", "target_id": "643049",
                          "swapped_id": "1340645", "augmentations": []}, ...}
        original_videos/643049/643049_A_000.mp4
        method_A/643049/643049_A/643049_A_000.mp4
        method_B/...

    Args:
        root: Folder of the data set.
        split: ``"train"``, ``"test"`` or ``"all"``.
        **options: As of :class:`VideoDataset`.

    Source:
        B. Dolhansky et al., The Deepfake Detection Challenge (DFDC) preview dataset, 2019.
    """

    name = "DFDCP"
    url = "https://ai.meta.com/datasets/dfdc/"
    splits: ClassVar[tuple[str, ...]] = ("train", "test")

    def __init__(self, root: str | Path, split: str = "test", **options: Any) -> None:
        super().__init__(root, split, **options)

    def _index(self) -> Iterator[VideoRecord]:
        table = self._require("dataset.json")
        rows = read_json(table)
        if not isinstance(rows, dict):
            raise MissingDataError(f"{table}: must map every video to what is known about it")
        for path, row in rows.items():
            if not isinstance(row, dict) or row.get("label") not in LABELS:
                raise MissingDataError(f"{table}: {path} has no label real or fake")
            if row.get("set") not in self.splits:
                raise MissingDataError(f"{table}: {path} is in no set ({row.get('set')!r})")
            yield self._record(str(path), row)

    def _record(self, path: str, row: Mapping[str, Any]) -> VideoRecord:
        people = [row.get("target_id"), row.get("swapped_id")]
        fake = row["label"] == FAKE
        named = [str(person) for person in people[: 2 if fake else 1] if person]
        folder, *inner = Path(path).parts
        return VideoRecord(
            path=path,
            label=row["label"],
            manipulation=folder if fake else "original",
            # A clip's own name is not said to be unique beyond its folder.
            video="/".join([*inner[:-1], Path(path).stem]),
            # The full set names nobody, so that these people are known here only.
            identity=";".join(f"{self.name}/{person}" for person in named),
            split=row["set"],
        )
