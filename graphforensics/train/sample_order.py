"""The order in which a training goes through its samples."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from torch.utils.data import Sampler

from graphforensics.datasets.balanced_sampler import BalancedSampler
from graphforensics.datasets.clip_dataset import ClipDataset
from graphforensics.datasets.epoch_sampler import EpochSampler
from graphforensics.datasets.grouped_sampler import GroupedSampler
from graphforensics.datasets.mixed_sampler import MixedSampler
from graphforensics.errors import MissingDataError
from graphforensics.store.columns import FAKE
from graphforensics.store.remote_path import store_path
from graphforensics.train.config.data_options import DataOptions


def sample_order(
    dataset: ClipDataset, stores: Sequence[str], options: DataOptions, seed: int
) -> Sampler[tuple[int, int]]:
    """Return the order that the options ask for.

    Args:
        dataset: The samples of the training part.
        stores: Folders of the stores, in the order of their shares.
        options: ``balance``, ``shares``, ``pairs`` and ``batch_size`` count.
        seed: Of the order.

    Raises:
        MissingDataError: A store with a share has no sample.
    """
    if options.balance == "identity" or options.shares is not None:
        return _mixed(dataset, stores, options, seed)
    if options.balance:
        labels = np.repeat(dataset.table.column("label").to_numpy() == FAKE, dataset.clips)
        return BalancedSampler(labels.astype(int).tolist(), seed)
    if options.pairs:
        _warn_of_no_pairs(dataset)
        return GroupedSampler(dataset.groups.tolist(), options.batch_size, seed)
    return EpochSampler(len(dataset), seed)


def _mixed(
    dataset: ClipDataset, stores: Sequence[str], options: DataOptions, seed: int
) -> MixedSampler:
    rows = dataset.table.select(["store", "label", "identity", "dataset", "video"]).to_pylist()
    names = [str(store_path(store)) for store in stores]
    groups = [_kind(row, names, options) for row in rows]
    known = sorted(set(groups))
    if options.shares is not None:
        present = {store for store, _ in known}
        for number, name in enumerate(names):
            if number not in present:
                raise MissingDataError(
                    f"{name}: 'shares' asks for its faces, but none is in the train part"
                )
    classes = [sum(store == other for other, _ in known) for store, _ in known]
    every = options.shares or [1.0] * len(names)
    shares = [every[store] / count for (store, _), count in zip(known, classes, strict=True)]
    people = np.unique([_person(row) for row in rows], return_inverse=True)[1]
    return MixedSampler(
        np.repeat([known.index(group) for group in groups], dataset.clips).tolist(),
        shares,
        np.repeat(people, dataset.clips).tolist() if options.balance == "identity" else None,
        seed,
    )


def _warn_of_no_pairs(dataset: ClipDataset) -> None:
    """Say so where both classes are there, but nothing ties a forgery to its source."""
    fake = np.repeat(dataset.table.column("label").to_numpy() == "fake", dataset.clips)
    if fake.all() or not fake.any():
        return
    if not np.intersect1d(dataset.groups[fake], dataset.groups[~fake]).size:
        warnings.warn(
            "'pairs' finds no forgery beside its source in the train part: name the source of "
            "each forgery ('source' in the table of 'extract --metadata' or '--labels'), or "
            "train without pairs",
            stacklevel=4,
        )


def check_shares(shares: Sequence[float] | None, stores: Sequence[str]) -> None:
    """Raise ValueError where there are not as many shares as stores.

    Args:
        shares: Of the stores, if any.
        stores: Their folders.
    """
    if shares is not None and len(shares) != len(stores):
        raise ValueError(
            f"'shares' must be one for each of the {len(stores)} stores (got {len(shares)})"
        )


def _kind(row: dict[str, Any], names: list[str], options: DataOptions) -> tuple[int, bool]:
    """Return the store of a track where stores have shares, and its class where that counts."""
    store = names.index(str(row["store"])) if options.shares is not None else 0
    return store, bool(options.balance) and row["label"] == FAKE


def _person(row: dict[str, Any]) -> str:
    """Name who is seen: of a swap the target; a video of an unknown person is one of its own."""
    told = str(row["identity"] or "").partition(";")[0]
    return f"person {told}" if told else f"video {row['dataset'] or ''}/{row['video']}"
