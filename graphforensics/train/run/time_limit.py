"""An end to training after some time."""

from __future__ import annotations

import time
from typing import Any

import lightning as L

from graphforensics.train.devices.processes import process_count, summed

# Own code because: Lightning's Timer stops one process by its own clock, and does not say whether
# the epoch was cut short, on which it depends whether there is something to resume from.


class TimeLimit(L.Callback):
    """Stop training when ``seconds`` are over, also in the middle of an epoch.

    An epoch that was cut short is validated, so that its weights can be the best ones, but it
    leaves no checkpoint to resume from: resuming runs it again from its start.

    Args:
        seconds: Time from the start of training; ``None`` for no limit.

    Raises:
        ValueError: ``seconds`` is not positive.
    """

    def __init__(self, seconds: float | None = None) -> None:
        if seconds is not None and not seconds > 0:
            raise ValueError(f"'seconds' must be positive (got {seconds})")
        self.seconds = seconds
        #: Whether the running epoch was ended before its last batch.
        self.cut_short = False
        #: Whether the time was over before the last epoch.
        self.ended = False
        self._end = float("inf")

    def on_train_start(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Start the clock."""
        if self.seconds is not None:
            self._end = time.monotonic() + self.seconds

    def on_train_batch_end(
        self,
        trainer: L.Trainer,
        pl_module: L.LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
    ) -> None:
        """Stop after this batch when the time is over."""
        if self.seconds is None:
            return
        over = int(time.monotonic() >= self._end)
        # One process that stopped by itself would leave the others waiting.
        if process_count() > 1:
            over = summed(over, trainer.strategy.root_device)
        if over:
            trainer.should_stop = True
            self.cut_short = batch_idx + 1 < trainer.num_training_batches
            self.ended = self.cut_short or trainer.current_epoch + 1 != trainer.max_epochs
