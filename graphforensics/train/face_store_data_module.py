"""Training, validation and test clips out of face stores, as a Lightning data module."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import lightning as L
import pyarrow as pa
import pyarrow.compute as pc
import torch
from torch.utils.data import DataLoader

from graphforensics.data.clip_dataset import ClipDataset
from graphforensics.data.epoch_sampler import EpochSampler
from graphforensics.data.input_spec import InputSpec
from graphforensics.data.short_tracks import without_short_tracks
from graphforensics.data.split import PARTS, identity_groups, identity_split
from graphforensics.data.split_file import read_split, split_document
from graphforensics.data.store_check import check_stores
from graphforensics.data.track_table import fingerprint, track_table, with_manipulations
from graphforensics.errors import MissingDataError
from graphforensics.metrics import video_scores


class FaceStoreDataModule(L.LightningDataModule):
    """Part the tracks of face stores by identity and load them.

    Everything that may be wrong with the data is found here, before training starts.

    Args:
        stores: Folders of face stores.
        spec: What the detector takes.
        batch_size: Samples a step (MRL: 30).
        labels: CSV of labels that counts more than what the stores say
            (see :func:`~graphforensics.data.track_table.track_table`).
        split: A ``split.json`` to part by, or ``"official"`` for the split that the stores of
            :func:`~graphforensics.data.prepare` name; otherwise the tracks are parted by identity.
        fractions: Shares of train, val and test.
        seed: Seed of the parting, of the order and of the random places and flips.
        workers: Processes that load; 0 loads in this one.
        manipulations: Train and validate on the fakes of these only, to see what the detector
            makes of others; the split is made of all, and the test part keeps all.
        pairs: Put a clip and the forgeries made from it into one batch, cut at the same places:
            what they share then teaches nothing, what differs does.
        masks: Read the masks of the forged pixels for detectors that learn from them
            (``reads_masks``); stores without any give none.
        landmarks: Read the 68 landmarks for detectors that learn from them
            (``reads_landmarks``).

    Raises:
        ValueError: A number is out of range.
        StoreError: A store is damaged, or was cut for another kind of detector.
        MissingDataError: A label is missing, or a part would lack a class.

    Example:
        >>> spec = InputSpec("clip", size=112, snippets=5, frames=20)
        >>> data = FaceStoreDataModule(["faces"], spec, batch_size=4)  # doctest: +SKIP
    """

    def __init__(
        self,
        stores: Iterable[str | Path],
        spec: InputSpec,
        batch_size: int = 30,
        labels: str | Path | None = None,
        split: str | Path | None = None,
        fractions: tuple[float, float, float] = (0.7, 0.15, 0.15),
        seed: int = 0,
        workers: int = 0,
        pairs: bool = False,
        manipulations: Sequence[str] | None = None,
        masks: bool = False,
        landmarks: bool = False,
    ) -> None:
        super().__init__()
        if batch_size < 1 or workers < 0:
            raise ValueError(
                f"'batch_size' must be positive and 'workers' not negative "
                f"(got {batch_size} and {workers})"
            )
        self.spec, self.batch_size, self.seed, self.workers = spec, batch_size, seed, workers
        self.pairs = pairs
        self.masks, self.landmarks = masks, landmarks
        self.manipulations = None if manipulations is None else list(manipulations)
        roots = list(dict.fromkeys(str(store) for store in stores))
        check_stores(roots, spec)
        table = without_short_tracks(track_table(roots, labels), spec)
        # A source without a face and without a label has no place in any part.
        self.table = table.filter(
            pc.or_(*(table.column(n).is_valid() for n in ("track_id", "label")))
        )
        rows = self.table.to_pylist()
        self._groups = identity_groups(rows)
        self.parts = _parts(rows, split, fractions, seed)
        self.split = split_document(rows, self.parts, seed)
        for part in PARTS[:2]:
            self._check_part(part)

    def __repr__(self) -> str:
        counts = ", ".join(f"{part} {len(self.rows(part))}" for part in PARTS)
        return f"{type(self).__name__}({counts} tracks)"

    def rows(self, part: str) -> pa.Table:
        """Return the tracks of ``"train"``, ``"val"`` or ``"test"``."""
        rows = self.table.take(pa.array(self.parts[part], pa.int64()))
        if self.manipulations is not None and part != "test":
            rows = with_manipulations(rows, self.manipulations)
        return rows.filter(rows.column("track_id").is_valid())

    def people(self, part: str) -> int:
        """Count the groups of identities in a part, of which none is in another part."""
        return len(set(self._groups[self.parts[part]].tolist()))

    def fingerprint(self) -> str:
        """Hash all that the stores say of their files and tracks."""
        return fingerprint(self.table)

    def train_dataloader(self) -> DataLoader[Any]:
        """Load the training part in a new order every epoch."""
        dataset = ClipDataset(
            self.rows("train"),
            self.spec,
            train=True,
            seed=self.seed,
            pairs=self.pairs,
            masks=self.masks,
            landmarks=self.landmarks,
        )
        return self._loader(dataset, EpochSampler(len(dataset), self.seed, dataset.groups.tolist()))

    def val_dataloader(self) -> DataLoader[Any]:
        """Load the validation part, always the same."""
        return self._loader(self._dataset("val"))

    def test_dataloader(self) -> DataLoader[Any]:
        """Load the test part, always the same."""
        return self._loader(self._dataset("test"))

    def _dataset(self, part: str) -> ClipDataset:
        return ClipDataset(self.rows(part), self.spec, masks=self.masks, landmarks=self.landmarks)

    def _loader(self, dataset: ClipDataset, sampler: EpochSampler | None = None) -> DataLoader[Any]:
        return DataLoader(
            dataset,
            batch_size=self.batch_size,
            sampler=sampler,
            num_workers=self.workers,
            persistent_workers=self.workers > 0,
            pin_memory=torch.cuda.is_available(),
            # A loader without a generator of its own draws from the global one, and training
            # would then depend on how often loaders were started.
            generator=torch.Generator().manual_seed(self.seed),
        )

    def _check_part(self, part: str) -> None:
        rows = self.rows(part).to_pylist()
        for name in ("real", "fake"):
            if not any(row["label"] == name for row in rows):
                raise MissingDataError(
                    f"the {part} part has no {name} face track: nothing to tell apart"
                )
        try:
            # Of no interest but for its complaint about a video that is both real and fake.
            video_scores({**row, "label": row["label"] == "fake", "score": 0.0} for row in rows)
        except ValueError as error:
            raise MissingDataError(f"{error}; tell them apart by 'manipulation'") from error


def _parts(
    rows: list[dict[str, Any]],
    split: str | Path | None,
    fractions: tuple[float, float, float],
    seed: int,
) -> dict[str, list[int]]:
    if split is not None:
        return read_split(split, rows)
    return identity_split(rows, fractions, seed)
