"""The data set of the Deepfake Detection Challenge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from graphforensics.datasets.layout import first_of, folders_in, read_json, read_table
from graphforensics.datasets.video_dataset import VideoDataset
from graphforensics.datasets.video_record import VideoRecord
from graphforensics.errors import MissingDataError
from graphforensics.store.columns import FAKE, REAL

_LABELS = {"REAL": REAL, "FAKE": FAKE, "0": REAL, "1": FAKE}
_HELD_OUT = {"val": ("validation", "val"), "test": ("test", "dfdc_test")}


class DFDC(VideoDataset):
    """119,000 ten-second clips of paid actors, with forgeries of several kinds.

    A part's ``metadata.json`` tells the label of every clip and which clip a forgery was made from.
    Who is seen is not published: ``identity`` names the real clip, which keeps a forgery
    with its source, but not two clips of one actor together.

    Layout; each part is there or not::

        dfdc_train_part_0/metadata.json    {"a.mp4": {"label": "FAKE", "original": "b.mp4", ...}}
        dfdc_train_part_0/a.mp4
        train/...                          the parts may lie here instead
        validation/labels.csv              filename,label (1 is fake), or metadata.json;
        test/labels.csv                    the clips beside it or in videos/

    Args:
        root: Folder of the data set.
        split: ``"train"``, ``"val"``, ``"test"`` or ``"all"``.
        **options: As of :class:`VideoDataset`.

    Source:
        B. Dolhansky et al., The DeepFake Detection Challenge (DFDC) dataset, 2020.
    """

    name = "DFDC"
    url = "https://ai.meta.com/datasets/dfdc/"
    splits: ClassVar[tuple[str, ...]] = ("train", "val", "test")

    def __init__(self, root: str | Path, split: str = "train", **options: Any) -> None:
        super().__init__(root, split, **options)

    def _index(self) -> Iterator[VideoRecord]:
        found = False
        for split in self.splits if self.split == "all" else (self.split,):
            for table in self._tables(split):
                found = True
                yield from self._records(table, split)
        if not found:
            wanted = {"train": "dfdc_train_part_*/metadata.json"}
            what = wanted.get(self.split, f"{self.split}*/labels.csv")
            raise self._missing(what, self.root)

    def _tables(self, split: str) -> list[Path]:
        """Return the files that tell labels."""
        if split != "train":
            names = ("labels.csv", "metadata.json")
            found = first_of(
                self.root, [f"{at}/{name}" for at in _HELD_OUT[split] for name in names]
            )
            return [found] if found is not None else []
        homes = (self.root, self.root / "train")
        parts = [
            home / name
            for home in homes
            for name in folders_in(home)
            if name.startswith("dfdc_train_part") or name == "train_sample_videos"
        ]
        for part in parts:
            if not (part / "metadata.json").exists():
                raise self._missing("metadata.json", part)
        return [part / "metadata.json" for part in parts]

    def _records(self, table: Path, split: str) -> Iterator[VideoRecord]:
        folder = table.parent
        videos = folder / "videos" if (folder / "videos").is_dir() else folder
        place = videos.relative_to(self.root).as_posix()
        for name, label, original in _told(table):
            source = original if label == FAKE else name
            yield VideoRecord(
                path=f"{place}/{name}",
                label=label,
                manipulation="fake" if label == FAKE else "original",
                video=Path(name).stem,
                identity=f"{self.name}/{Path(source).stem}" if source else "",
                split=split,
                origin=f"{place}/{original}" if original else "",
            )


def _told(table: Path) -> Iterator[tuple[str, str, str]]:
    """Yield name, label and original of every clip that a table tells of."""
    if table.suffix == ".csv":
        rows = {row["filename"]: row for row in read_table(table, ("filename", "label"))}
    else:
        rows = read_json(table)
    for name, row in rows.items() if isinstance(rows, dict) else ():
        value = row.get("label", row.get("is_fake")) if isinstance(row, dict) else None
        label = _LABELS.get(str(value).upper())
        if label is None:
            raise MissingDataError(f"{table}: {name} is neither REAL nor FAKE ({value!r})")
        original = row.get("original")
        yield name, label, original if isinstance(original, str) and label == FAKE else ""
