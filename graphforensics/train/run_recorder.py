"""What a training run leaves behind after every epoch."""

from __future__ import annotations

import csv
import io
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightning as L
from safetensors import SafetensorError

from graphforensics._whole_file import write_whole
from graphforensics.errors import CheckpointError, MissingDataError, OutputError
from graphforensics.models.calibration import CALIBRATION
from graphforensics.train.detection_task import DetectionTask
from graphforensics.train.time_limit import TimeLimit

Row = dict[str, float | int]


class RunRecorder(L.Callback):
    """Write ``best/``, ``metrics.csv`` and ``last.ckpt`` at the end of every epoch, in this order.

    The rows of the table and the best figure are part of ``last.ckpt``, and the two others follow
    from it: a run that is killed between two of the files writes the same again when it resumes.

    Args:
        out: The run's folder.
        limit: Says whether an epoch was cut short; such an epoch leaves no ``last.ckpt``.
        on_epoch: Called with the row of every epoch.
    """

    def __init__(
        self,
        out: str | Path,
        limit: TimeLimit | None = None,
        on_epoch: Callable[[Row], None] | None = None,
    ) -> None:
        self.out = Path(out)
        self.limit = limit or TimeLimit()
        self.on_epoch = on_epoch
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
        if self.best is None or _rank(row) > _rank(self.best):
            self.best = row
            write_model(pl_module.model, self.out / "best")
        write_text(self.out / "metrics.csv", _table(self.rows))
        if not self.limit.cut_short:
            trainer.save_checkpoint(self.out / "last.ckpt")
        if self.on_epoch is not None:
            self.on_epoch(row)

    def _row(self, trainer: L.Trainer, task: DetectionTask) -> Row:
        if math.isnan(task.video_auc):
            raise MissingDataError("the validation videos are of one class: no AUC to select by")
        figures = {
            name: float(value)
            for name, value in sorted(trainer.callback_metrics.items())
            if name != "val_auc"
        }
        start: Row = {"epoch": trainer.current_epoch, "learning_rate": self._learning_rate}
        own = {"val_cross_entropy": task.cross_entropy, "val_auc": task.video_auc}
        return {**start, **figures, **own}


def write_model(model: Any, folder: Path) -> None:
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


def _rank(row: Row) -> tuple[float, float]:
    """Order epochs by video AUC; equal ones, frequent with few videos, by cross-entropy."""
    return float(row["val_auc"]), -float(row["val_cross_entropy"])


def _table(rows: list[Row]) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()
