"""How a detector is trained."""

from __future__ import annotations

import dataclasses
from dataclasses import asdict, dataclass
from typing import Any

from graphforensics.train.config.loop_options import LoopOptions, Precision
from graphforensics.train.config.task_options import PseudoFakeKind, TaskOptions

__all__ = ["Precision", "PseudoFakeKind", "TrainingOptions"]


@dataclass(frozen=True)
class TrainingOptions(TaskOptions, LoopOptions):
    """The settings of a run; the defaults are MRL's.

    Args:
        **settings: The fields of
            :class:`~graphforensics.train.config.loop_options.LoopOptions` (epochs, precision,
            running mean, ...), of
            :class:`~graphforensics.train.config.optimizer_options.OptimizerOptions` (step size,
            optimiser, ...) and of
            :class:`~graphforensics.train.config.task_options.TaskOptions` (pseudo-fakes, seed).

    Raises:
        ValueError: A value is out of range or of another type.

    Example:
        >>> TrainingOptions(epochs=3).learning_rate
        0.0001
    """

    def check(self) -> None:
        """Raise ValueError where the schedule does not fit the number of epochs."""
        self.step_factor(0, self.epochs)

    def of_the_task(self) -> dict[str, Any]:
        """Return the keywords that a :class:`~graphforensics.train.DetectionTask` takes."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(TaskOptions)}

    def to_dict(self) -> dict[str, Any]:
        """Return the options as a dictionary that JSON takes."""
        return asdict(self)
