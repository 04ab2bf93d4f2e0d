"""What all data sets of videos share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import torch
from torch import Tensor
from torch.utils.data import Dataset

from graphforensics.data.input_spec import InputSpec
from graphforensics.data.sample_layout import arrange
from graphforensics.datasets.frame_reader import SEQUENCE_SUFFIX
from graphforensics.datasets.layout import absent
from graphforensics.datasets.samples import (
    SamplePlaces,
    read_masks,
    track_landmarks,
    track_places,
    whole_frames,
)
from graphforensics.datasets.video_record import COLUMNS, VideoRecord, record_at, record_table
from graphforensics.errors import MissingDataError, StoreError
from graphforensics.store.columns import FAKE, REAL, SAMPLED, label_number
from graphforensics.store.face_store import FaceStore
from graphforensics.store.face_track import FaceTrack
from graphforensics.store.layout import TRACKS, source_name
from graphforensics.store.remote_path import StorePath, store_path

_STRINGS = tuple(name for name in (*SAMPLED, "split") if name in COLUMNS)


class VideoDataset(Dataset[Any], ABC):
    """A data set of real and forged videos in the layout in which it is downloaded.

    A kind of data set names itself and yields its records from :meth:`_index`; everything else is
    here. Nothing is decoded before a sample is asked for. The records lie in an Arrow table, whose
    memory the workers of a loader share.

    A sample is a dictionary: ``inputs`` (``uint8``, ``spec.shape``), ``label`` (``float32``,
    1 fake, 0 real), the strings ``dataset``, ``manipulation``, ``video`` (together the key of the
    video), ``identity`` (of a face swap target and source joined by ``;``), ``quality`` and
    ``split``. With ``store`` it shows the face that is longest seen, and has ``landmarks``
    (``float32``, 68 points in pixels of ``inputs``) and ``track_id``; without it shows the middle
    square of whole frames. With ``masks`` it has ``mask`` (``float32`` in [0, 1], like ``inputs``
    with one channel; zeros for real faces) and ``has_mask`` (false for fakes whose mask is not
    known).

    Args:
        root: Folder of the data set.
        split: One of :attr:`splits`, or ``"all"``.
        spec: What the detector takes; one image of 224 pixels by default.
        store: Face store that :func:`~graphforensics.datasets.prepare` made of this data set.
        masks: Also read masks.
        partial: Take what is there, although videos are missing that the data set's own lists name.
        transform: Applied to every sample.

    Raises:
        MissingDataError: Something is missing; the message says what, where it was looked for,
            and where to get it.
        ValueError: An argument is not known.
    """

    #: Name of the data set, the same in every store.
    name: ClassVar[str]
    #: Where to ask for the data.
    url: ClassVar[str]
    #: Official parts; none if there is only the whole.
    splits: ClassVar[tuple[str, ...]] = ("train", "val", "test")
    #: Videos of each manipulation in the whole, where the authors tell and no list names them.
    totals: ClassVar[Mapping[str, int]] = {}

    def __init__(
        self,
        root: str | Path,
        split: str = "all",
        spec: InputSpec | None = None,
        store: str | Path | None = None,
        masks: bool = False,
        partial: bool = False,
        transform: Callable[[dict[str, Any]], Any] | None = None,
    ) -> None:
        if split not in (*self.splits, "all"):
            raise ValueError(f"'split' must be one of {(*self.splits, 'all')} (got {split!r})")
        self.root, self.split = Path(root), split
        self.spec = spec or InputSpec("image", size=224)
        self.masks, self.transform = masks, transform
        if not self.root.is_dir():
            raise self._missing("the folder of the data set", self.root)
        #: A row a video, with the fields of :class:`VideoRecord` as columns.
        self.table: pa.Table = record_table(self._checked(self._index(), partial))
        #: Names of videos that the store holds no face of.
        self.faceless: list[str] = []
        self.store = store_path(store) if store is not None else None
        self._margin = 1.0
        if self.store is not None:
            self._keep_tracked(FaceStore(self.store))

    @abstractmethod
    def _index(self) -> Iterable[VideoRecord]:
        """Yield what should be there, whatever the split."""

    def __len__(self) -> int:
        return len(self.table)

    def __repr__(self) -> str:
        counts = Counter(self.table.column("label").to_pylist())
        numbers = f"{counts[REAL]} real and {counts[FAKE]} fake videos"
        return f"{type(self).__name__}({self.split!r}, {numbers})"

    def __getitem__(self, position: int) -> Any:
        if not 0 <= position < len(self):
            raise IndexError(f"position {position} is not in [0, {len(self)})")
        sample = self._sample(position)
        return sample if self.transform is None else self.transform(sample)

    def record(self, position: int) -> VideoRecord:
        """Return what is known about a video."""
        return record_at(self.table, position)

    def expected(self) -> list[VideoRecord]:
        """Return what should be there of the split, as the data set's lists and folders say."""
        named = (_named(record, self.name) for record in self._index())
        return [record for record in named if self.split in ("all", record.split)]

    def file(self, position: int) -> Path:
        """Return the video, or the folder of frames."""
        return self.root / self.record(position).path

    def _sample(self, position: int) -> dict[str, Any]:
        record = self.record(position)
        sample: dict[str, Any] = {"label": torch.tensor(float(label_number(record.label)))}
        sample.update({name: getattr(record, name) for name in _STRINGS})
        if self.store is None:
            pixels, places = whole_frames(self.root / record.path, self.spec)
            sample["inputs"] = arrange(pixels, self.spec)
        else:
            track = self._track(self.store, position)
            rows = [row for run in track.clip_rows(self.spec) for row in run]
            places = track_places(track, rows, self.spec)
            sample["inputs"] = track.clip(self.spec)
            sample["landmarks"] = arrange(track_landmarks(track, rows, self.spec), self.spec)
            sample["track_id"] = track.track_id
        if self.masks:
            sample["mask"], sample["has_mask"] = self._mask(record, places)
        return sample

    def _track(self, store: StorePath, position: int) -> FaceTrack:
        # What the table says is enough: no worker reads a whole manifest.
        names = ("path", "track_id", "frames")
        path, track, frames = (self.table.column(name)[position].as_py() for name in names)
        row = {"track_id": track, "source": path, "frames": frames}
        return FaceTrack(store / TRACKS / f"{track}.parquet", row, self._margin)

    def _mask(self, record: VideoRecord, places: SamplePlaces) -> tuple[Tensor, Tensor]:
        size = self.spec.size
        masks = None
        if record.label == FAKE and record.mask:
            masks = read_masks(self.root / record.mask, places, size, video=self.root / record.path)
        known = masks is not None or record.label == REAL
        if masks is None:
            masks = torch.zeros(len(places.numbers), 1, size, size)
        return arrange(masks, self.spec), torch.tensor(known)

    def _checked(self, records: Iterable[VideoRecord], partial: bool) -> list[VideoRecord]:
        """Keep the records of the split whose files are there; refuse double keys."""
        named = [_named(record, self.name) for record in records]
        wanted = [record for record in named if self.split in ("all", record.split)]
        lacking = set(absent(self.root, (record.path for record in wanted)))
        if lacking and not partial:
            raise self._missing(_listing(sorted(lacking), len(wanted)), self.root)
        kept = [record for record in wanted if record.path not in lacking]
        if not kept:
            raise self._missing(f"any video of split {self.split!r}", self.root)
        keys = Counter(record.key for record in kept)
        twice = [key for key, count in keys.items() if count > 1]
        if twice:
            raise MissingDataError(f"{self.root}: two videos are called {'/'.join(twice[0])}")
        unmasked = set(absent(self.root, (record.mask for record in kept if record.mask)))
        return [replace(record, mask="") if record.mask in unmasked else record for record in kept]

    def _missing(self, what: str, place: Path) -> MissingDataError:
        return MissingDataError(
            f"{self.name}: missing {what}; looked in {place}. It can be asked for at {self.url}"
        )

    def _require(self, *names: str) -> Path:
        """Return the first of some places below the root that exists.

        Raises:
            MissingDataError: None does.
        """
        found = next((self.root / name for name in names if (self.root / name).exists()), None)
        if found is None:
            raise self._missing(" or ".join(names), self.root)
        return found

    def _keep_tracked(self, store: FaceStore) -> None:
        """Find the track of every video; of several the one with most frames."""
        if store.options.align:
            raise StoreError(f"{store.root}: its crops are aligned; extract without --align")
        self._margin = store.options.margin
        columns = (store.manifest.column(name) for name in ("source", "track_id", "frames"))
        longest: dict[str, tuple[int, str]] = {}
        for source, track, count in zip(*(column.to_pylist() for column in columns), strict=True):
            if track is not None and count > longest.get(source, (-1, ""))[0]:
                longest[source] = (count, track)
        names = [
            source_name(self.root / path, self.root) for path in self.table["path"].to_pylist()
        ]
        found = [longest.get(name) or longest.get(name + SEQUENCE_SUFFIX) for name in names]
        tracks = pa.array([place[1] if place else None for place in found], pa.string())
        frames = pa.array([place[0] if place else 0 for place in found], pa.int32())
        seen = tracks.is_valid()
        if not pc.any(seen).as_py():
            raise StoreError(_strangers(store, self.root, names))
        lost = np.flatnonzero(~seen.to_numpy(zero_copy_only=False))
        self.faceless = [names[place] for place in lost.tolist()]
        table = self.table.append_column("track_id", tracks).append_column("frames", frames)
        self.table = table.filter(seen)


def _strangers(store: FaceStore, root: Path, names: list[str]) -> str:
    """Say why a store and a folder do not know each other: most often another ``--root``."""
    held = f", which it calls {store.sources[0]!r}" if store.sources else ""
    wanted = f" and the folder {names[0]!r}" if held and names else ""
    return (
        f"{store.root}: holds no video of {root}{held}{wanted}; make it with prepare, or with "
        f"extract --root {root}"
    )


def _named(record: VideoRecord, name: str) -> VideoRecord:
    return record if record.dataset else replace(record, dataset=name)


def _listing(lacking: list[str], total: int) -> str:
    shown = ", ".join(lacking[:3]) + (", ..." if len(lacking) > 3 else "")
    return f"{len(lacking)} of {total} videos ({shown}; partial=True goes on without them)"
