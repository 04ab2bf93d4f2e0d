"""A running mean of the weights, which is judged and kept instead of the last step's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import lightning as L
from lightning.pytorch.callbacks import EMAWeightAveraging


class RunningMean(EMAWeightAveraging):
    r"""Validate with, and save, the exponential moving average of the weights.

    After every step of the optimiser

    .. math:: \bar\theta \leftarrow d\,\bar\theta + (1 - d)\,\theta

    with the weights of the first step to begin with; buffers, such as the statistics of batch
    normalisation, are averaged alike. ``last.ckpt`` holds both, so that a resumed run goes on
    exactly.

    Args:
        decay: The share :math:`d` that stays.

    Raises:
        ValueError: ``decay`` is not in (0, 1).

    Example:
        >>> RunningMean(0.99).decay
        0.99
    """

    def __init__(self, decay: float = 0.999) -> None:
        if not 0 < decay < 1:
            raise ValueError(f"'decay' must be in (0, 1) (got {decay})")
        super().__init__(decay=decay)
        self.decay = decay

    @contextmanager
    def shown(self, trainer: L.Trainer, task: L.LightningModule) -> Iterator[None]:
        """Put the mean in the place of the weights for the length of a ``with`` block."""
        self.on_validation_epoch_start(trainer, task)
        try:
            yield
        finally:
            self.on_validation_epoch_end(trainer, task)
