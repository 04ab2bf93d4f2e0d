"""Training of one detector from start to end."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import lightning as L
import numpy as np
import torch
from lightning.pytorch.loggers import Logger

from graphforensics.datasets.worker_errors import plain_worker_errors
from graphforensics.errors import (
    CheckpointError,
    GraphForensicsError,
    MissingDataError,
    OutputError,
)
from graphforensics.models.detector import Detector
from graphforensics.store.lock import FolderLock
from graphforensics.store.output_errors import writing
from graphforensics.train.config.training_options import TrainingOptions
from graphforensics.train.devices.machine import Machine
from graphforensics.train.face_store_data_module import FaceStoreDataModule
from graphforensics.train.run.first_batch import check_first_batch
from graphforensics.train.run.run_folder import prepare_folder, run_settings
from graphforensics.train.run.run_precision import run_precision
from graphforensics.train.run.run_recorder import Row, RunRecorder
from graphforensics.train.run.running_mean import RunningMean
from graphforensics.train.run.sharded_model import is_sharded, prepare_sharding
from graphforensics.train.run.time_limit import TimeLimit
from graphforensics.train.tasks.detection_task import DetectionTask
from graphforensics.train.tasks.registry import task_class


@dataclass(frozen=True)
class TrainingSummary:
    """What a run came to.

    Args:
        folder: The best epoch's detector, as ``save_pretrained`` writes it.
        rows: Figures of every epoch, as in ``metrics.csv``.
        best: The row of the best epoch.
        monitor: The figure that picked it.
        out_of_time: Whether ``max_time`` ended it.
    """

    folder: Path
    rows: list[Row]
    best: Row
    monitor: str = "val_auc"
    out_of_time: bool = False


def train_detector(
    model: Detector,
    data: FaceStoreDataModule,
    out: str | Path,
    options: TrainingOptions | None = None,
    *,
    stage: str | None = None,
    task_options: Mapping[str, Any] | None = None,
    resume: bool = False,
    progress: bool = False,
    on_epoch: Callable[[Row], None] | None = None,
    accelerator: str = "auto",
    machine: Machine | None = None,
    logger: Logger | None = None,
) -> TrainingSummary:
    """Train a detector and keep the epoch with the best video AUC on the validation part.

    ``out`` then holds ``best/`` (a ``save_pretrained`` folder), ``last.ckpt`` (all that resuming
    needs), ``metrics.csv`` (a row an epoch), ``split.json`` (who is in which part) and
    ``run.json`` (settings, versions, fingerprint of the data). Equal AUCs are told apart by the
    lower cross-entropy. The test part is not looked at. A stage may select by another figure of
    the validation part (``monitor`` of its :func:`~graphforensics.train.task_class`).

    A run that was killed goes on with ``resume=True`` from its last finished epoch, and ends with
    the same weights and the same table as one that was not killed, on the same machine.

    Args:
        model: The detector; trained in place, so that it holds the last epoch's weights.
        data: The training and validation parts.
        out: Folder of the run.
        options: Settings; :class:`TrainingOptions` with its defaults if ``None``.
        stage: Which of the detector's :func:`~graphforensics.train.stages` is trained.
        task_options: Keywords of the stage's task beside those of :class:`DetectionTask`.
        resume: Go on with the run in ``out``; without a finished epoch it starts anew.
        progress: Show Lightning's progress bar.
        on_epoch: Called with the figures of every epoch.
        accelerator: Lightning's word for the device.
        machine: Several devices or machines; one device of ``accelerator`` if ``None``.
        logger: Is told every figure too.

    Raises:
        OutputError: ``out`` holds a run already and ``resume`` is false, or cannot be written.
        MissingDataError: The run in ``out`` is of other data, of another model or other settings.
        CheckpointError: ``last.ckpt`` is damaged or unsafe, or the model cannot be saved.
        DivergenceError: The loss, or what the detector says, became infinite or not a number.
        ValueError: There is no such accelerator, or model, task, data and settings do not fit
            each other.
    """
    chosen = options or TrainingOptions()
    task = build_task(model, chosen, stage, task_options)
    limit = TimeLimit(chosen.max_time)
    mean = None if chosen.ema is None else RunningMean(chosen.ema)
    recorder = RunRecorder(out, limit, on_epoch, mean)
    callbacks: list[L.Callback] = [limit, recorder] if mean is None else [limit, mean, recorder]
    where = machine or Machine(accelerator)
    precision = run_precision(chosen.precision, where.accelerator, out, resume)
    chosen = replace(chosen, precision=precision)
    trainer = where.trainer(Path(out), chosen, callbacks, progress, logger)
    settings = run_settings(task, data, chosen, dict(task_options or {}))
    return fit(trainer, task, data, recorder, settings, seed=chosen.seed, resume=resume)


def build_task(
    model: Detector,
    options: TrainingOptions,
    stage: str | None = None,
    task_options: Mapping[str, Any] | None = None,
) -> DetectionTask:
    """Build the task that trains a detector.

    Args:
        model: The detector.
        options: Settings of the run.
        stage: As in :func:`train_detector`.
        task_options: As in :func:`train_detector`.

    Raises:
        ValueError: There is no such stage or keyword, or the settings do not fit the task.
    """
    kind = task_class(model.name, stage)
    try:
        task = kind(model, **options.of_the_task(), **(task_options or {}))
    except TypeError as error:
        raise ValueError(f"'task_options': {kind.__name__} cannot be built ({error})") from error
    if not task.automatic_optimization and (options.accumulate > 1 or options.clip_gradients):
        raise ValueError(
            f"'accumulate' must be 1 and 'clip_gradients' None for {kind.__name__}, which takes "
            f"its steps by itself (got {options.accumulate} and {options.clip_gradients})"
        )
    return task


def fit(
    trainer: L.Trainer,
    task: DetectionTask,
    data: FaceStoreDataModule,
    recorder: RunRecorder,
    settings: dict[str, Any],
    *,
    seed: int = 0,
    resume: bool = False,
) -> TrainingSummary:
    """Check that all fits, prepare the run's folder, train, and say what came of it.

    Args:
        trainer: Lightning's; ``recorder`` is among its callbacks.
        task: What is trained.
        data: What it is trained on.
        recorder: Writes the run's files.
        settings: What :func:`~graphforensics.train.run.run_folder.run_settings` returned.
        seed: Of all random numbers.
        resume: As in :func:`train_detector`.

    Raises:
        OutputError: As in :func:`train_detector`, as are the others.
    """
    model, folder = task.model, recorder.out
    # What was measured on the weights before holds for them only.
    model.calibration = None
    model.check_rebuildable()
    if recorder.mean is not None and is_sharded(trainer):
        raise ValueError("'ema' must be None where the weights are sharded among processes")
    _check_backend(settings["training"]["compile"])
    data.share(trainer.world_size)
    check_first_batch(task, data)
    if trainer.is_global_zero and resume and not folder.is_dir():
        raise OutputError(f"{folder}: there is no run to resume")
    with _own_folder(trainer, folder):
        # The others of several processes would find the first one's files.
        if trainer.is_global_zero:
            prepare_folder(folder, settings, data, resume)
        _train(trainer, task, data, recorder, settings, seed, resume)
    if recorder.best is None:
        raise MissingDataError(f"{folder}: no epoch was finished, nothing was saved")
    return TrainingSummary(
        folder / "best", recorder.rows, recorder.best, task.monitor, recorder.limit.ended
    )


@contextmanager
def _own_folder(trainer: L.Trainer, folder: Path) -> Iterator[None]:
    """Keep other runs out of the folder."""
    if not trainer.is_global_zero:
        yield
        return
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with FolderLock(folder, "folder"):
        yield


def _train(
    trainer: L.Trainer,
    task: DetectionTask,
    data: FaceStoreDataModule,
    recorder: RunRecorder,
    settings: dict[str, Any],
    seed: int,
    resume: bool,
) -> None:
    backend = settings["training"]["compile"]
    # Each process draws numbers of its own; what must be alike follows from the data's seed.
    _seed((seed + 1_000_003 * trainer.global_rank) % 2**32)
    if trainer.logger is not None:
        trainer.logger.log_hyperparams(settings)
    prepare_sharding(trainer, task)
    last = recorder.out / "last.ckpt"
    start = last if resume and last.is_file() else None
    with (
        plain_worker_errors(),
        _interruptible(),
        _restoring(start, recorder),
        _compiled(task.model, backend),
    ):
        trainer.fit(task, datamodule=data, ckpt_path=start, weights_only=True)


def _check_backend(backend: str | None) -> None:
    if backend is None:
        return
    known = torch.compiler.list_backends(exclude_tags=())
    if backend not in known:
        raise ValueError(f"'compile' must be one of {', '.join(known)} (got {backend!r})")


@contextmanager
def _compiled(model: Detector, backend: str | None) -> Iterator[None]:
    """Compile the detector in its place, so that its weights keep their names."""
    if backend is None:
        yield
        return
    model.compile(backend=backend)
    try:
        yield
    finally:
        model._compiled_call_impl = None


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
