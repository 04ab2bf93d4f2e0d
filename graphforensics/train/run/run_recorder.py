"""What a training run leaves behind after every epoch."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import lightning as L
from safetensors import SafetensorError

from graphforensics._csv import csv_text
from graphforensics._files import write_whole
from graphforensics.errors import (
    CheckpointError,
    GraphForensicsError,
    MissingDataError,
    OutputError,
)
from graphforensics.models.calibration import CALIBRATION
from graphforensics.models.detector import Detector
from graphforensics.train.run.running_mean import RunningMean
from graphforensics.train.run.sharded_model import whole_model
from graphforensics.train.run.time_limit import TimeLimit
from graphforensics.train.tasks.detection_task import DetectionTask
from graphforensics.train.tasks.divergence import divergence

# Own code because: ModelCheckpoint and CSVLogger write at different moments, so that a killed run
# may leave a table of other epochs than its checkpoint; here all follow from last.ckpt.

Row = dict[str, float | int]


class RunRecorder(L.Callback):
    """Write ``best/``, ``metrics.csv`` and ``last.ckpt`` at the end of every epoch, in this order.

    The rows of the table and the best figure are part of ``last.ckpt``, and the two others follow
    from it: a run that is killed between two of the files writes the same again when it resumes.
    The best epoch is the one with the best figure of the task's ``monitor``; equal ones are told
    apart by the lower cross-entropy. Of several processes the first one writes.

    Args:
        out: The run's folder.
        limit: Says whether an epoch was cut short; such an epoch leaves no ``last.ckpt``.
        on_epoch: Called with the row of every epoch, in the process that writes.
        mean: Where there is a running mean of the weights, the best epoch's detector has it.
    """

    def __init__(
        self,
        out: str | Path,
        limit: TimeLimit | None = None,
        on_epoch: Callable[[Row], None] | None = None,
        mean: RunningMean | None = None,
    ) -> None:
        self.out = Path(out)
        self.limit = limit or TimeLimit()
        self.on_epoch = on_epoch
        self.mean = mean
        self.rows: list[Row] = []
        self.best: Row | None = None
        #: Whether training has begun, whatever there was to resume from restored.
        self.began = False
        self._learning_rate = math.nan

    def state_dict(self) -> dict[str, Any]:
        """Return the table and its best row for the checkpoint."""
        return {"rows": self.rows, "best": self.best}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on with the table of a checkpoint."""
        self.rows = [dict(row) for row in state_dict["rows"]]
        self.best = state_dict["best"]

    def on_train_start(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Note that what was resumed from has been restored, and that the table came with it.

        Raises:
            CheckpointError: The table lacks epochs that were done.
        """
        if len(self.rows) != trainer.current_epoch:
            raise CheckpointError(
                f"{self.out / 'last.ckpt'}: holds figures of {len(self.rows)} epochs, but "
                f"{trainer.current_epoch} were done"
            )
        self.began = True

    def on_train_batch_start(
        self, trainer: L.Trainer, pl_module: L.LightningModule, batch: Any, batch_idx: int
    ) -> None:
        """Note the step size in use; at the epoch's end it is already the next epoch's."""
        self._learning_rate = trainer.optimizers[0].param_groups[0]["lr"]

    def on_train_epoch_end(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Write the three files."""
        if not isinstance(pl_module, DetectionTask):
            raise TypeError(f"'pl_module' must be a DetectionTask (got {type(pl_module).__name__})")
        row = self._row(trainer, pl_module)
        self.rows.append(row)
        if self.best is None or _rank(row, pl_module) > _rank(self.best, pl_module):
            self.best = row
            self._write_best(trainer, pl_module)
        if trainer.is_global_zero:
            write_text(self.out / "metrics.csv", _table(self.rows))
        if not self.limit.cut_short:
            trainer.save_checkpoint(self.out / "last.ckpt")
        if self.on_epoch is not None and trainer.is_global_zero:
            self.on_epoch(row)

    def _write_best(self, trainer: L.Trainer, task: DetectionTask) -> None:
        with nullcontext() if self.mean is None else self.mean.shown(trainer, task):
            # Every process must take part where each holds a share of the weights.
            model = whole_model(trainer, task)
            if trainer.is_global_zero and model is not None:
                write_model(model, self.out / "best")

    def _row(self, trainer: L.Trainer, task: DetectionTask) -> Row:
        own = task.figures()
        logged = {
            name: float(value)
            for name, value in sorted(trainer.callback_metrics.items())
            if name not in own
        }
        start: Row = {"epoch": trainer.current_epoch, "learning_rate": self._learning_rate}
        row = {**start, **logged, **own}
        if task.monitor not in row:
            raise GraphForensicsError(
                f"'{task.monitor}' selects the best epoch but is not among the figures: "
                f"{', '.join(row)}"
            )
        if math.isnan(row[task.monitor]):
            if task.monitor == "val_auc":
                raise MissingDataError(
                    "the validation videos are of one class: no AUC to select by"
                )
            raise divergence(task, f"'{task.monitor}', which selects the best epoch, is no number")
        return row


def write_model(model: Detector, folder: Path) -> None:
    """Save a detector into ``folder`` so that a kill at any moment leaves a whole one there.

    Raises:
        OutputError: The folder cannot be written.
    """
    partial = folder.with_name(f".{folder.name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        model.save_pretrained(partial)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / CALIBRATION).unlink(missing_ok=True)
        # File by file: a folder cannot be exchanged at once. The configuration stays the same
        # from epoch to epoch, so that every mixture is a whole detector.
        for file in sorted(partial.iterdir()):
            file.replace(folder / file.name)
    except (OSError, SafetensorError) as error:
        raise OutputError(f"{folder}: the model cannot be written ({error})") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def write_text(path: Path, text: str) -> None:
    """Write a small file whole or not at all, and make its folder.

    Raises:
        OutputError: The file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror or error})") from error
    write_whole(path, text)


def _rank(row: Row, task: DetectionTask) -> tuple[float, float]:
    """Order epochs by the task's figure; equal ones, frequent with few videos, by cross-entropy."""
    sign = 1 if task.mode == "max" else -1
    return sign * float(row[task.monitor]), -float(row.get("val_cross_entropy", 0.0))


def _table(rows: list[Row]) -> str:
    return csv_text(list(rows[0]), rows)
