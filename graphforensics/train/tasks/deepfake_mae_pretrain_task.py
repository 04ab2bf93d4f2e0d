"""DeepfakeMAE's first stage: restore hidden parts of real faces."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, cast

import torch
from torch import Generator, Tensor

from graphforensics.models.deepfake_mae.finished_stages import Stage
from graphforensics.models.deepfake_mae.model import DeepfakeMAE
from graphforensics.models.detector import Detector
from graphforensics.train.tasks.detection_task import Batch, DetectionTask
from graphforensics.train.tasks.judged_clips import names_in


class DeepfakeMAEStageTask(DetectionTask):
    """What the stages of :class:`~graphforensics.models.DeepfakeMAE` have in common.

    Args:
        model: The detector.
        **settings: As in :class:`~graphforensics.train.DetectionTask`.

    Raises:
        ValueError: The detector is another one, or a number is out of range.
    """

    #: The stage that it trains.
    stage: ClassVar[Stage]

    def __init__(self, model: Detector, **settings: Any) -> None:
        if not isinstance(model, DeepfakeMAE):
            raise ValueError(f"'model' must be a DeepfakeMAE (got {type(model).__name__})")
        super().__init__(model, **settings)

    @property
    def detector(self) -> DeepfakeMAE:
        """The detector."""
        return cast(DeepfakeMAE, self.model)

    def setup(self, stage: str) -> None:
        """Hand over what the earlier stage learned, before a resumed run's own weights come."""
        super().setup(stage)
        if stage == "fit":
            self.detector.begin(self.stage)
            self._steps.freeze()

    def trained_encoder(self) -> torch.nn.Module | None:
        """Return the encoder of the stage's own network."""
        encoder = getattr(self.detector.network(self.stage), "encoder", None)
        return encoder if isinstance(encoder, torch.nn.Module) else None

    def teardown(self, stage: str) -> None:
        """Let all of the detector take gradients again."""
        self.detector.requires_grad_(True)

    def trained_parameters(self) -> list[torch.nn.Parameter]:
        """Return what the stage changes: its own network."""
        return list(self.detector.network(self.stage).parameters())

    def dry_run(self, batch: Batch) -> None:
        """See whether the stage before is done and the samples fit."""
        self.detector.check_ready(self.stage)
        super().dry_run(batch)


class DeepfakeMAEPretrainTask(DeepfakeMAEStageTask):
    r"""Fit the autoencoder of :class:`~graphforensics.models.DeepfakeMAE` on real faces.

    Every frame of a sample is a face of its own. The best epoch is the one that restores the
    validation faces best, always under the same masks. A face without landmarks is parted as an
    average one. Section 3.1 of "DeepfakeMAE" (arXiv 2303.01740).

    Args:
        model: The detector.
        **settings: As in :class:`~graphforensics.train.DetectionTask` (paper: AdamW, 1.5e-4, weight
            decay 0.05).

    Raises:
        ValueError: The detector is another one, or a number is out of range.

    Example:
        >>> task = DeepfakeMAEPretrainTask(DeepfakeMAE())  # doctest: +SKIP
    """

    stage = "pretrain"
    monitor = "val_loss"
    mode: ClassVar[Literal["max", "min"]] = "min"
    labels: ClassVar[Literal["both", "real"]] = "real"

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Return the error of what was hidden."""
        loss = self._error(batch, None)
        self.check_finite(loss, batch_idx)
        self.log_losses("train", {"loss": loss}, batch)
        return self.weighted(loss, batch)

    def evaluation_step(self, batch: Batch, batch_idx: int, stage: str) -> None:
        """Log the error under masks that every epoch has."""
        loss = self._error(batch, _seeded(batch_idx))
        self.log_losses(stage, {"loss": loss}, batch)

    def evaluation_end(self, stage: str) -> None:
        """Compute nothing: there are no scores."""

    def predict_step(self, batch: Batch, batch_idx: int) -> dict[str, Any]:
        """Return each sample's mean ``error`` of hidden patches, ``[B]``, and its names."""
        samples = len(batch["inputs"])
        own = [
            {name: batch[name][n : n + 1] for name in _READ if name in batch}
            for n in range(samples)
        ]
        errors = [self._error(one, _seeded(batch_idx)) for one in own]
        return {"error": torch.stack(errors), **names_in(batch)}

    def figures(self) -> dict[str, float]:
        """Return nothing: the losses are logged."""
        return {}

    def dry_run(self, batch: Batch) -> None:
        """See whether a few faces can be restored."""
        self._error(batch, _seeded(0))

    def _error(self, batch: Batch, generator: Generator | None) -> Tensor:
        images = self.model.input_spec.normalize(batch["inputs"]).flatten(0, 1)
        landmarks = batch.get("landmarks")
        known = None if landmarks is None else landmarks.flatten(0, 1)
        return self.detector.autoencoder.reconstruction_loss(images, known, generator)


#: What the autoencoder reads of a batch.
_READ = ("inputs", "landmarks")


def _seeded(number: int) -> Generator:
    return Generator().manual_seed(number)
