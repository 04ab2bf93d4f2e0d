"""Training of one detector from start to end."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightning as L
import numpy as np
import torch
from lightning.fabric.utilities.exceptions import MisconfigurationException

from graphforensics.data.worker_errors import plain_worker_errors
from graphforensics.errors import (
    CheckpointError,
    GraphForensicsError,
    MissingDataError,
    OutputError,
)
from graphforensics.models.detector import Detector
from graphforensics.train.detection_task import DetectionTask
from graphforensics.train.face_store_data_module import FaceStoreDataModule
from graphforensics.train.provenance import provenance
from graphforensics.train.run_recorder import Row, RunRecorder, write_text
from graphforensics.train.safe_checkpoint_io import SafeCheckpointIO
from graphforensics.train.time_limit import TimeLimit
from graphforensics.train.trained_on import trained_on
from graphforensics.train.training_options import TrainingOptions

#: Settings that may differ when a run is resumed: they change nothing of what was done.
_FREE = ("epochs", "max_time")


@dataclass(frozen=True)
class TrainingSummary:
    """What a run came to.

    Args:
        folder: The best epoch's detector, as ``save_pretrained`` writes it.
        rows: Figures of every epoch, as in ``metrics.csv``.
        best: The row of the best epoch.
    """

    folder: Path
    rows: list[Row]
    best: Row


def train_detector(
    model: Detector,
    data: FaceStoreDataModule,
    out: str | Path,
    options: TrainingOptions | None = None,
    *,
    resume: bool = False,
    progress: bool = False,
    on_epoch: Callable[[Row], None] | None = None,
    accelerator: str = "auto",
) -> TrainingSummary:
    """Train a detector and keep the epoch with the best video AUC on the validation part.

    ``out`` then holds ``best/`` (a ``save_pretrained`` folder), ``last.ckpt`` (all that resuming
    needs), ``metrics.csv`` (a row an epoch), ``split.json`` (who is in which part) and
    ``run.json`` (settings, versions, fingerprint of the data). Equal AUCs are told apart by the
    lower cross-entropy. The test part is not looked at.

    A run that was killed goes on with ``resume=True`` from its last finished epoch, and ends with
    the same weights and the same table as one that was not killed, on the same machine.

    Args:
        model: The detector; trained in place, so that it holds the last epoch's weights.
        data: The training and validation parts.
        out: Folder of the run.
        options: Settings; :class:`TrainingOptions` with its defaults if ``None``.
        resume: Go on with the run in ``out``; without a finished epoch it starts anew.
        progress: Show Lightning's progress bar.
        on_epoch: Called with the figures of every epoch.
        accelerator: Lightning's word for the device.

    Raises:
        OutputError: ``out`` holds a run already and ``resume`` is false, or cannot be written.
        MissingDataError: The run in ``out`` is of other data, of another model or other settings.
        CheckpointError: ``last.ckpt`` is damaged or unsafe, or the model cannot be saved.
        GraphForensicsError: The loss became infinite or not a number.
        ValueError: There is no such accelerator.
    """
    chosen = options or TrainingOptions()
    folder = Path(out)
    # What was measured on the weights before holds for them only.
    model.calibration = None
    model.check_rebuildable()
    limit = TimeLimit(chosen.max_time)
    recorder = RunRecorder(folder, limit, on_epoch)
    trainer = _trainer(folder, chosen, [limit, recorder], progress, accelerator)
    _prepare(folder, _settings(model, data, chosen), data, resume)
    task = DetectionTask(model, chosen.learning_rate, chosen.decay_every, chosen.decay)
    _seed(chosen.seed)
    last = folder / "last.ckpt"
    start = last if resume and last.is_file() else None
    with plain_worker_errors(), _interruptible(), _restoring(start, recorder):
        trainer.fit(task, datamodule=data, ckpt_path=start, weights_only=True)
    if recorder.best is None:
        raise MissingDataError(f"{folder}: no epoch was finished, nothing was saved")
    return TrainingSummary(folder / "best", recorder.rows, recorder.best)


def _settings(
    model: Detector, data: FaceStoreDataModule, options: TrainingOptions
) -> dict[str, Any]:
    return {
        "detector": model.name,
        "config": model.config,
        "training": options.to_dict(),
        "batch_size": data.batch_size,
        "pairs": data.pairs,
        "data_seed": data.seed,
        "data": data.fingerprint(),
        "split": hashlib.sha256(json.dumps(data.split["parts"]).encode()).hexdigest(),
        **({"manipulations": data.manipulations} if data.manipulations else {}),
        "tracks": {part: len(data.rows(part)) for part in data.parts},
    }


def _prepare(
    folder: Path, settings: dict[str, Any], data: FaceStoreDataModule, resume: bool
) -> None:
    """Write ``run.json`` and ``split.json``, or check that they are of the run to resume."""
    place = folder / "run.json"
    if place.exists() and not resume:
        raise OutputError(f"{folder}: holds a run already; resume it, or choose another folder")
    if place.exists():
        _require_same(place, settings)
        return
    if resume and not folder.is_dir():
        raise OutputError(f"{folder}: there is no run to resume")
    write_text(folder / "split.json", json.dumps(data.split, indent=1, ensure_ascii=False) + "\n")
    run = {**settings, "trained_on": trained_on(data.rows("train")), **provenance()}
    write_text(place, json.dumps(run, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def _require_same(place: Path, settings: dict[str, Any]) -> None:
    try:
        before = json.loads(place.read_text(encoding="utf-8"))
        recorded = {name: before[name] for name in settings}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OutputError(f"{place}: damaged, the run cannot be resumed ({error!r})") from error
    wanted = json.loads(json.dumps(settings))
    for values in (recorded["training"], wanted["training"]):
        for name in _FREE:
            values.pop(name, None)
    different = [name for name in settings if recorded[name] != wanted[name]]
    if different:
        raise MissingDataError(
            f"{place}: the run was started with another {different[0]!r} "
            f"({recorded[different[0]]}, now {wanted[different[0]]}); "
            "resume with the same data, model and settings"
        )


def _trainer(
    folder: Path,
    options: TrainingOptions,
    callbacks: list[L.Callback],
    progress: bool,
    accelerator: str,
) -> L.Trainer:
    settings: dict[str, Any] = {
        "accelerator": accelerator,
        "devices": 1,
        "precision": options.precision,
        "max_epochs": options.epochs,
        "accumulate_grad_batches": options.accumulate,
        "gradient_clip_val": options.clip_gradients,
        "callbacks": callbacks,
        "plugins": [SafeCheckpointIO()],
        "default_root_dir": folder,
        "logger": False,
        "enable_checkpointing": False,
        "enable_model_summary": False,
        "enable_progress_bar": progress,
        # Validation before the first epoch would draw random numbers and cost time.
        "num_sanity_val_steps": 0,
    }
    try:
        return L.Trainer(**settings)
    except MisconfigurationException as error:
        raise ValueError(f"'accelerator' cannot be {accelerator!r}: {error}") from error


@contextmanager
def _restoring(start: Path | None, recorder: RunRecorder) -> Iterator[None]:
    """Tell what a checkpoint of the wrong content does to Lightning from errors of training."""
    try:
        yield
    except GraphForensicsError:
        raise
    except Exception as error:
        if start is None or recorder.began:
            raise
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        raise CheckpointError(f"{start}: the run cannot be resumed from it ({reason})") from error


@contextmanager
def _interruptible() -> Iterator[None]:
    """Turn Lightning's exit after Ctrl-C back into the interrupt that it was."""
    try:
        yield
    except SystemExit as error:
        raise KeyboardInterrupt from error


def _seed(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 -- libraries beneath draw from it
    torch.manual_seed(seed)
