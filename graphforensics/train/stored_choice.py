"""Forgeries out of the stores: whether they are wanted, and whether there are any."""

from __future__ import annotations

from graphforensics.datasets.clip_dataset import ClipDataset
from graphforensics.datasets.stored_pair_dataset import StoredPairDataset
from graphforensics.errors import MissingDataError
from graphforensics.train.config.pseudo_fake_shares import STORED
from graphforensics.train.forgery_choice import ForgeryChoice


def stored_choice(kind: bool | str, seed: int) -> ForgeryChoice | None:
    """Return what chooses among stored forgeries; ``None`` where none are wanted.

    Args:
        kind: The ways to forge, as ``pseudo_fakes`` of the data module.
        seed: Of the run.

    Raises:
        ValueError: ``kind`` names another way.
    """
    if not isinstance(kind, str):
        return None
    choice = ForgeryChoice(kind, seed)
    return choice if STORED in choice.shares else None


def check_stored(dataset: ClipDataset) -> None:
    """Say so where no real face of the training part has a forgery in the stores.

    Args:
        dataset: Of the training part.

    Raises:
        MissingDataError: None has.
    """
    if isinstance(dataset, StoredPairDataset) and not dataset.paired:
        raise MissingDataError(
            "'pseudo_fakes' asks for stored forgeries, but no forged track of the train part is "
            "of a real one in it: give the store that 'graphforensics extract' made of a folder "
            "of 'graphforensics forge', or name the source of each forgery ('source' in the table "
            "of 'extract --metadata' or '--labels')"
        )
