"""DeepfakeMAE's second stage, first branch: tell forgeries from whole frames."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from graphforensics.train.tasks.deepfake_mae_pretrain_task import DeepfakeMAEStageTask


class DeepfakeMAEFinetuneTask(DeepfakeMAEStageTask):
    r"""Fit the fine-tuning network of :class:`~graphforensics.models.DeepfakeMAE`.

    It starts from the encoder of the pretrained autoencoder, which itself stays as it is. The best
    epoch is the one with the best video AUC of this network alone. Section 3.2.1 of "DeepfakeMAE"
    (arXiv 2303.01740).

    Args:
        model: The detector.
        **settings: As in :class:`~graphforensics.train.DetectionTask` (paper: AdamW, 1e-3).

    Raises:
        ValueError: The detector is another one, or a number is out of range.

    Example:
        >>> from graphforensics.models import DeepfakeMAE
        >>> task = DeepfakeMAEFinetuneTask(DeepfakeMAE())  # doctest: +SKIP
    """

    stage = "finetune"

    def forward(self, inputs: Tensor) -> Any:
        """Run the fine-tuning network on bytes."""
        return self.detector.judge(self.model.input_spec.normalize(inputs), (self.stage,))
