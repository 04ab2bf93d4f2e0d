"""One look at the data with the detector's eyes before hours of training."""

from __future__ import annotations

from typing import Any

import torch
from torch.utils.data import default_collate

from graphforensics.errors import GraphForensicsError, MissingDataError
from graphforensics.models.fast_inference import evaluating
from graphforensics.splits.split import PARTS
from graphforensics.store.columns import LABELS
from graphforensics.train.config.pseudo_fake_shares import STORED
from graphforensics.train.face_store_data_module import FaceStoreDataModule
from graphforensics.train.pseudo_fakes import LEFT_OUT
from graphforensics.train.tasks.detection_task import DetectionTask

# Own code because: Lightning's sanity check validates a batch after the run's folder was written;
# this looks at both classes before anything is.

#: Real faces looked at for landmarks, where fakes are to be made of them.
_LOOKED_AT = 8


def check_first_batch(task: DetectionTask, data: FaceStoreDataModule) -> None:
    """Judge a few samples once, as validation does, and change nothing by it.

    Args:
        task: What will be trained, on the processor.
        data: What it will be trained on.

    Raises:
        GraphForensicsError: A sample cannot be read, or nothing can be learned from them.
        ValueError: The samples do not fit the detector or its task.
    """
    if task.model.input_spec != data.spec:
        raise ValueError(f"'data' must be of {task.model.input_spec} (got {data.spec})")
    if (task.pseudo_fakes is None) == data.pseudo_fakes:
        raise ValueError("'pseudo_fakes' must be asked for of the task and of the data, or of none")
    _require_same_ways(task, data)
    if task.labels == "real" and data.faces == "both":
        raise ValueError(
            f"'faces' must be real, without_fakes or any for {type(task).__name__}, which learns "
            f"from real faces (got {data.faces!r})"
        )
    try:
        with evaluating(task), torch.no_grad():
            for part in PARTS[:2] if data.pseudo_fakes else PARTS[:1]:
                batch = task.prepared(_samples(data, part))
                _require_landmarks(batch, part)
                task.dry_run(batch)
    except GraphForensicsError:
        raise
    except Exception as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        raise ValueError(f"the samples do not fit the detector: {reason}") from error


def _require_same_ways(task: DetectionTask, data: FaceStoreDataModule) -> None:
    """Refuse a task that waits for stored forgeries of data that reads none, or others."""
    wanted = None if task.pseudo_fakes is None else task.pseudo_fakes.choice
    if wanted is None or (STORED not in wanted.shares and data.choice is None):
        return
    given = data.choice
    if given is None or (given.shares, given.seed) != (wanted.shares, wanted.seed):
        raise ValueError(
            f"'pseudo_fakes' and 'seed' of the data must be those of the task, "
            f"{wanted.kind!r} and {wanted.seed}, where forgeries are taken from the stores"
        )


def _samples(data: FaceStoreDataModule, part: str) -> dict[str, Any]:
    """Read a part's first sample of each class; of real faces alone, a few."""
    dataset = data.dataset(part)
    labels = dataset.table.column("label").to_pylist()
    places = [labels.index(label) for label in LABELS if label in labels]
    if data.pseudo_fakes:
        places = list(range(min(_LOOKED_AT, len(labels))))
    batch: dict[str, Any] = default_collate([dataset[place * dataset.clips] for place in places])
    return batch


def _require_landmarks(batch: dict[str, Any], part: str) -> None:
    if LEFT_OUT in batch and not bool(batch["label"].any()):
        raise MissingDataError(
            f"none of the first {batch[LEFT_OUT]} real faces of the {part} part has usable "
            "landmarks, of which pseudo-fakes are made"
        )
