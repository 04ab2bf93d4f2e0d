"""What is said of a training that diverged."""

from __future__ import annotations

import lightning as L

from graphforensics.errors import DivergenceError


def divergence(task: L.LightningModule, what: str, batch_idx: int | None = None) -> DivergenceError:
    """Return the error that says where a training diverged, and what to try.

    Args:
        task: What was trained.
        what: What is no number any more.
        batch_idx: The step of the epoch; ``None`` at its end.
    """
    trainer = task._trainer
    rates = (
        [group["lr"] for one in trainer.optimizers for group in one.param_groups] if trainer else []
    )
    where = f"epoch {task.current_epoch}" + (f", step {batch_idx}" if batch_idx is not None else "")
    with_rate = f", at learning rate {rates[0]:g}" if rates else ""
    return DivergenceError(
        f"training diverged: {what} in {where}{with_rate}; try {', '.join(_remedies(task, rates))}"
    )


def _remedies(task: L.LightningModule, rates: list[float]) -> list[str]:
    """Name what often helps and was not done yet."""
    smaller = (
        f"a lower learning rate (such as {rates[0] / 10:g})" if rates else "a lower learning rate"
    )
    found = [smaller]
    trainer = task._trainer
    if task.automatic_optimization and not (trainer and trainer.gradient_clip_val):
        found.append("clipped gradients (such as a norm of 1)")
    if trainer is None or not str(trainer.precision).startswith("32"):
        found.append("precision 32")
    return found
