"""Any folder of real and forged videos or images."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath
from typing import Any, ClassVar

from graphforensics.datasets.layout import read_table
from graphforensics.datasets.video_dataset import VideoDataset
from graphforensics.datasets.video_record import COLUMNS, VideoRecord
from graphforensics.errors import MissingDataError
from graphforensics.media.source_files import find_media
from graphforensics.store.columns import FAKE, LABELS, METADATA, PARTS, REAL
from graphforensics.store.metadata_table import MetadataTable

_PARTS = {**{part: part for part in PARTS}, "valid": "val", "validation": "val"}
# The data set's own name is told apart.
_TOLD = tuple(name for name in METADATA if name in COLUMNS and name != "dataset")


class FolderDataset(VideoDataset):
    """A folder of your own: labels by the names of folders, or by a table.

    Without a table a file's label is that of the folder ``real`` or ``fake`` in its path; the
    folders ``train``, ``val`` and ``test`` say its split, and what lies between ``fake`` and the
    file its manipulation::

        train/real/anna.mp4
        train/fake/swap/anna_bela.mp4

    With a table, columns ``file`` (relative to the table) and ``label``, and any of ``identity``
    (several joined by ``;``), ``manipulation``, ``dataset``, ``video``, ``split``, ``quality``,
    ``source`` (what a forgery was made from) and ``mask``. ``graphforensics forge`` writes one.

    Args:
        root: The folder, or the table.
        split: ``"train"``, ``"val"``, ``"test"`` or ``"all"``.
        table: The table; by default ``metadata.csv`` in the folder where there is one.
        name: Name of the data set; by default that of the folder.
        **options: As of :class:`VideoDataset`.
    """

    name = "folder"
    url = "your own disk: see the documentation of FolderDataset for the layout"
    splits: ClassVar[tuple[str, ...]] = ("train", "val", "test")

    def __init__(
        self,
        root: str | Path,
        split: str = "all",
        table: str | Path | None = None,
        name: str | None = None,
        **options: Any,
    ) -> None:
        root = Path(root)
        if table is None and root.suffix.lower() == ".csv":
            root, table = root.parent, root
        own = root / "metadata.csv"
        self.list = Path(table) if table is not None else (own if own.is_file() else None)
        self.title = name or root.resolve().name
        super().__init__(root, split, **options)

    def _index(self) -> Iterator[VideoRecord]:
        if self.list is None:
            files, _ = find_media([self.root])
            yield from self._by_folder([file.relative_to(self.root) for file in files])
        else:
            yield from self._by_table(self.list)

    def _by_folder(self, paths: Sequence[PurePath]) -> Iterator[VideoRecord]:
        for path in paths:
            labels = [place for place, part in enumerate(path.parts[:-1]) if part.lower() in LABELS]
            if not labels:
                raise self._missing(f"a folder 'real' or 'fake' around {path}", self.root)
            label = path.parts[labels[-1]].lower()
            inner = "/".join(path.parts[labels[-1] + 1 : -1])
            named = [_PARTS[part.lower()] for part in path.parts[:-1] if part.lower() in _PARTS]
            yield VideoRecord(
                path=path.as_posix(),
                label=label,
                manipulation=(inner or "fake") if label == FAKE else "original",
                video=path.with_suffix("").as_posix(),
                split=named[0] if named else "",
                dataset=self.title,
            )

    def _by_table(self, path: Path) -> Iterator[VideoRecord]:
        files = [row["file"] for row in read_table(path, ("file", "label")) if row["file"]]
        table = MetadataTable(path)
        known = table.match([table.folder / file for file in files])
        for file in files:
            row = known[str(_absolute(table.folder / file))]
            told = {name: row[name] for name in _TOLD if name in row}
            if "label" not in told:
                raise MissingDataError(f"{path}: {file} has no label")
            told.setdefault("manipulation", "original" if told["label"] == REAL else "fake")
            told.setdefault("video", PurePath(file).with_suffix("").as_posix())
            for name in ("mask", "origin"):
                if name in told:
                    told[name] = self._relative(table.folder / told[name])
            place = self._relative(table.folder / file)
            yield VideoRecord(path=place, dataset=row.get("dataset", self.title), **told)

    def _relative(self, path: Path) -> str:
        """Name a file relative to the root, or by its absolute path."""
        place, root = _absolute(path), _absolute(self.root)
        return (place.relative_to(root) if place.is_relative_to(root) else place).as_posix()


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))
