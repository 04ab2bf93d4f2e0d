"""Training, validation and test clips out of face stores, as a Lightning data module."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar

import lightning as L
import pyarrow as pa
import pyarrow.compute as pc
import torch
from torch.utils.data import DataLoader, Sampler

from graphforensics.data.input_spec import InputSpec
from graphforensics.datasets.clip_dataset import ClipDataset
from graphforensics.datasets.short_tracks import without_short_tracks
from graphforensics.datasets.stored_pair_dataset import StoredPairDataset
from graphforensics.errors import MissingDataError
from graphforensics.metrics import video_scores
from graphforensics.splits.group_ties import group_ties
from graphforensics.splits.split import PARTS, identity_groups, identity_split
from graphforensics.splits.split_file import read_split, split_document
from graphforensics.store.columns import FAKE, LABELS, REAL, label_number
from graphforensics.store.store_check import check_stores
from graphforensics.store.track_table import fingerprint, track_table, with_manipulations
from graphforensics.train.config.data_options import DataOptions, Faces
from graphforensics.train.devices.shared_batches import SharedBatches
from graphforensics.train.forging_collate import ForgingCollate
from graphforensics.train.lazy_loader import LazyLoader
from graphforensics.train.pseudo_fakes import PseudoFakes
from graphforensics.train.sample_order import check_shares, sample_order
from graphforensics.train.stored_choice import check_stored, stored_choice


class FaceStoreDataModule(L.LightningDataModule):
    """Part the tracks of face stores by identity and load them.

    Everything that may be wrong with the data is found here, before training starts.

    Args:
        stores: Folders of face stores.
        spec: What the detector takes.
        *arguments: A :class:`~graphforensics.train.config.data_options.DataOptions`, or its first
            fields by position.
        seed: Seed of the parting, of the order and of the random places and flips.
        masks: Read the masks of the forged pixels for detectors that learn from them
            (``reads_masks``); stores without any give none.
        landmarks: Read the 68 landmarks for detectors that learn from them
            (``reads_landmarks``).
        pseudo_fakes: The fakes are made on the way, by the task, or where training is on a
            processor and has ``workers``, by these for it: as ``faces="without_fakes"`` with
            landmarks, and half as many samples are loaded, as each becomes two. The ways to forge
            (``"whole=3,stored=1"``) may be given for true, and must be where forgeries are taken
            from the stores.
        **settings: Fields of ``DataOptions``: ``batch_size`` (30), ``labels``, ``split``,
            ``fractions`` (0.7, 0.15, 0.15), ``workers`` (0), ``pairs``, ``manipulations``,
            ``faces`` (``"both"``), ``balance``, ``clips`` (1), ``flip`` (true),
            ``augment`` (``"none"``), ``shares``.

    Raises:
        ValueError: A value is out of range, ``balance`` is asked for with what it does not go
            with, or ``shares`` are not as many as stores.
        StoreError: A store is damaged, or was cut for another kind of detector.
        MissingDataError: A label is missing, or a part would lack a class.

    Example:
        >>> spec = InputSpec("clip", size=112, snippets=5, frames=20)
        >>> data = FaceStoreDataModule(["faces"], spec, batch_size=4)  # doctest: +SKIP
    """

    #: What the keywords of the constructor are, beside its own.
    options_class: ClassVar[type[DataOptions]] = DataOptions

    def __init__(
        self,
        stores: Iterable[str | Path],
        spec: InputSpec,
        *arguments: Any,
        seed: int = 0,
        masks: bool = False,
        landmarks: bool = False,
        pseudo_fakes: bool | str = False,
        **settings: Any,
    ) -> None:
        super().__init__()
        self.options = options = DataOptions.of(*arguments, **settings)
        self.faces: Faces = "without_fakes" if pseudo_fakes else options.faces
        if pseudo_fakes:
            _check_pseudo_fakes(options)
        self.spec, self.seed, self.pseudo_fakes = spec, seed, bool(pseudo_fakes)
        #: Says which real faces are paired with a forgery out of the stores, if any are.
        self.choice = stored_choice(pseudo_fakes, seed)
        self.batch_size, self.workers = options.batch_size, options.workers
        self.pairs, self.balance, self.clips = options.pairs, options.balance, options.clips
        self.flip, self.augment = options.flip, options.augment
        self.masks, self.landmarks = masks and not pseudo_fakes, landmarks or pseudo_fakes
        names = options.manipulations
        self.manipulations = None if names is None else list(names)
        roots = list(dict.fromkeys(str(store) for store in stores))
        self.stores, self.shares = roots, options.shares
        check_shares(options.shares, roots)
        check_stores(roots, spec)
        table = without_short_tracks(track_table(roots, options.labels), spec)
        # A source without a face and without a label has no place in any part.
        self.table = table.filter(
            pc.or_(*(table.column(n).is_valid() for n in ("track_id", "label")))
        )
        rows = self.table.to_pylist()
        self._groups = identity_groups(rows)
        self.parts = _parts(rows, options.split, options.fractions, seed, self._needed())
        self.split = split_document(rows, self.parts, seed)
        #: Who stays together, and why.
        self.ties = group_ties(rows, self.parts)
        self.ties.warn()
        for part in PARTS[:2]:
            self._check_part(part)
        if self.choice is not None:
            check_stored(self.dataset("train"))
        if self.shares is not None:
            self._order(self.dataset("train"))

    def __repr__(self) -> str:
        counts = ", ".join(f"{part} {len(self.rows(part))}" for part in PARTS)
        return f"{type(self).__name__}({counts} tracks)"

    def rows(self, part: str) -> pa.Table:
        """Return the tracks of ``"train"``, ``"val"`` or ``"test"``."""
        rows = self._tracks(part)
        if self.faces == "without_fakes" and part != "test":
            rows = rows.filter(pc.equal(rows.column("label"), REAL))
        return rows.filter(rows.column("track_id").is_valid())

    def forgeries(self, part: str) -> pa.Table:
        """Return the forged tracks of a part that real ones may be paired with."""
        rows = self._tracks(part)
        fake = pc.equal(rows.column("label"), FAKE)
        return rows.filter(pc.and_(fake, rows.column("track_id").is_valid()))

    def _tracks(self, part: str) -> pa.Table:
        rows = self.table.take(pa.array(self.parts[part], pa.int64()))
        if self.manipulations is None or part == "test":
            return rows
        return with_manipulations(rows, self.manipulations)

    def people(self, part: str) -> int:
        """Count the groups of identities in a part, of which none is in another part."""
        return len(set(self._groups[self.parts[part]].tolist()))

    def fingerprint(self) -> str:
        """Hash all that the stores say of their files and tracks."""
        return fingerprint(self.table)

    def dataset(self, part: str) -> ClipDataset:
        """Return a part's samples; those of ``"train"`` are drawn anew in every epoch."""
        drawn: dict[str, Any] = {}
        if part == "train":
            drawn = {
                "train": True,
                "seed": self.seed,
                "pairs": self.pairs,
                "clips": self.clips,
                "flip": self.flip,
                "augment": self.augment,
                "forged_later": self.pseudo_fakes,
            }
        rows, read = self.rows(part), {"masks": self.masks, "landmarks": self.landmarks, **drawn}
        if self.choice is None or part == "test":
            return ClipDataset(rows, self.spec, **read)
        return StoredPairDataset(rows, self.spec, self.forgeries(part), self.choice, **read)

    def train_dataloader(self) -> DataLoader[Any]:
        """Load the training part in a new order every epoch."""
        dataset = self.dataset("train")
        return self._loader(dataset, self._order(dataset), self._collate())

    def val_dataloader(self) -> DataLoader[Any]:
        """Load the validation part, always the same."""
        return self._loader(self.dataset("val"), collate=self._collate())

    def test_dataloader(self) -> DataLoader[Any]:
        """Load the test part, always the same."""
        return self._loader(self.dataset("test"))

    def predict_dataloader(self) -> DataLoader[Any]:
        """Load the test part, always the same."""
        return self.test_dataloader()

    def share(self, processes: int) -> int:
        """Return how many samples of a step each of some processes loads.

        Raises:
            ValueError: The batch cannot be shared out evenly.
        """
        loaded = self.batch_size // 2 if self.pseudo_fakes else self.batch_size
        if loaded % processes:
            what = "pairs" if self.pseudo_fakes else "samples"
            raise ValueError(
                f"'batch_size' must be shared evenly by {processes} devices (got {loaded} {what})"
            )
        return loaded // processes

    def _order(self, dataset: ClipDataset) -> Sampler[tuple[int, int]]:
        return sample_order(dataset, self.stores, self.options, self.seed)

    def _collate(self) -> Callable[[Any], Any] | None:
        """Have pairs made by the workers, while the network works on the pairs before.

        On a GPU they are made there, many times as fast; without workers there is nothing that
        goes on at the same time. A stage that learns from real faces makes no pairs in training.
        """
        if not (self.pseudo_fakes and self.workers and self.trainer is not None):
            return None
        task: Any = self.trainer.lightning_module
        forge = getattr(task, "pseudo_fakes", None)
        on_processor = self.trainer.strategy.root_device.type == "cpu"
        if not (isinstance(forge, PseudoFakes) and on_processor and task.labels == "both"):
            return None
        return ForgingCollate(forge)

    def _loader(
        self,
        dataset: ClipDataset,
        order: Sampler[tuple[int, int]] | None = None,
        collate: Callable[[Any], Any] | None = None,
    ) -> DataLoader[Any]:
        processes = 1 if self.trainer is None else self.trainer.world_size
        rank = 0 if self.trainer is None else self.trainer.global_rank
        batches = SharedBatches(
            range(len(dataset)) if order is None else order,
            self.share(processes) * processes,
            rank,
            processes,
        )
        return LazyLoader(
            dataset,
            batch_sampler=batches,
            num_workers=self.workers,
            collate_fn=collate,
            persistent_workers=self.workers > 0,
            pin_memory=torch.cuda.is_available(),
            # A loader without a generator of its own draws from the global one, and training
            # would then depend on how often loaders were started.
            generator=torch.Generator().manual_seed(self.seed),
        )

    def _needed(self) -> tuple[str, ...]:
        """Name the classes that no part may lack."""
        return {"both": LABELS, "any": ()}.get(self.faces, (REAL,))

    def _check_part(self, part: str) -> None:
        rows = self.rows(part).to_pylist()
        labels = [row["label"] for row in rows]
        for name in self._needed():
            if name not in labels:
                why = "nothing to tell apart" if self.faces == "both" else "nothing to learn from"
                raise MissingDataError(f"the {part} part has no {name} face track: {why}")
        if not rows:
            raise MissingDataError(f"the {part} part has no face track: nothing to learn from")
        if self.faces == "real" and FAKE in labels:
            raise MissingDataError(
                f"real faces only are learned from here, but the {part} part has "
                f"{labels.count('fake')} fake tracks: leave them out (--real-only), or learn from "
                "them too (--allow-fakes)"
            )
        try:
            # Of no interest but for its complaint about a video that is both real and fake.
            video_scores({**row, "label": label_number(row["label"]), "score": 0.0} for row in rows)
        except ValueError as error:
            raise MissingDataError(f"{error}; tell them apart by 'manipulation'") from error


def _parts(
    rows: list[dict[str, Any]],
    split: str | Path | None,
    fractions: tuple[float, float, float],
    seed: int,
    classes: tuple[str, ...],
) -> dict[str, list[int]]:
    if split is not None:
        return read_split(split, rows)
    return identity_split(rows, fractions, seed, classes)


def _check_pseudo_fakes(options: DataOptions) -> None:
    if options.pairs:
        raise ValueError(
            "'pairs' must be false with 'pseudo_fakes', which are pairs by themselves (--no-pairs)"
        )
    if options.batch_size % 2:
        raise ValueError(
            f"'batch_size' must be even with 'pseudo_fakes' (got {options.batch_size})"
        )
    if options.balance is True:
        raise ValueError(
            "'balance' must be false where only real faces are learned from (--no-balance)"
        )
