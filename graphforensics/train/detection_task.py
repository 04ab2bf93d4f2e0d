"""Training and validation of one detector, as a Lightning module."""

from __future__ import annotations

import math
from typing import Any

import lightning as L
import torch
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torch import Tensor
from torch.nn import functional

from graphforensics.errors import GraphForensicsError
from graphforensics.metrics import auc, video_scores
from graphforensics.models.detector import Detector
from graphforensics.train.random_state import random_state, restore_random_state

Batch = dict[str, Any]


class DetectionTask(L.LightningModule):
    r"""Fit a :class:`~graphforensics.models.Detector` with Adam and its own loss.

    Pixels are normalised on the device. Validation gathers the score of every clip, takes a
    video's score as the mean of its clips' scores and logs the area under the ROC curve over all
    videos, computed once an epoch, as ``val_auc``.

    Args:
        model: The detector; its ``input_spec``, ``loss`` and ``probability`` are used.
        learning_rate: Adam's step size (MRL: 1e-4).
        decay_every: The step size is multiplied by ``decay`` after this many epochs (MRL: 5).
        decay: Factor of the step size (MRL: 0.5).

    Raises:
        ValueError: A number is out of range.

    Example:
        >>> from graphforensics.models import MRL
        >>> task = DetectionTask(MRL())  # doctest: +SKIP
    """

    def __init__(
        self,
        model: Detector,
        learning_rate: float = 1e-4,
        decay_every: int = 5,
        decay: float = 0.5,
    ) -> None:
        super().__init__()
        if learning_rate <= 0 or decay_every < 1 or not 0 < decay <= 1:
            raise ValueError(
                "'learning_rate' must be positive, 'decay_every' at least 1 and 'decay' in (0, 1] "
                f"(got {learning_rate}, {decay_every} and {decay})"
            )
        self.model = model
        self.learning_rate = learning_rate
        self.decay_every = decay_every
        self.decay = decay
        #: Area under the ROC curve over the validation videos of the last epoch, in float64.
        self.video_auc = math.nan
        #: Mean cross-entropy of the validation clips of the last epoch, without other losses.
        self.cross_entropy = math.nan
        self._scores: list[dict[str, Any]] = []
        self._entropy = 0.0
        self._random_state: dict[str, Any] | None = None

    def forward(self, inputs: Tensor) -> Any:
        """Run the detector on bytes ``[B, *input_spec.shape]``."""
        return self.model(self.model.input_spec.normalize(inputs))

    def configure_optimizers(self) -> OptimizerLRScheduler:
        """Adam, and a step size that is cut every ``decay_every`` epochs."""
        optimizer = torch.optim.Adam(self.model.parameters(), lr=self.learning_rate)
        schedule = torch.optim.lr_scheduler.StepLR(optimizer, self.decay_every, self.decay)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule}}

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Return the detector's loss; every part of it is logged as the epoch's mean."""
        losses = self._losses(self(batch["inputs"]), batch)
        if not torch.isfinite(losses["loss"]):
            raise GraphForensicsError(
                f"the loss became {losses['loss'].item()} in epoch {self.current_epoch}, step "
                f"{batch_idx}: lower the learning rate, clip gradients, or use precision 32"
            )
        self._log("train", losses, batch)
        return losses["loss"]

    def on_validation_epoch_start(self) -> None:
        """Forget the scores of the epoch before."""
        self._scores, self._entropy = [], 0.0

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        """Keep every clip's score for the figure over all of them."""
        output = self(batch["inputs"])
        self._log("val", self._losses(output, batch), batch)
        logit = output.logit.cpu().double()
        self._entropy += functional.binary_cross_entropy_with_logits(
            logit, batch["label"].cpu().double(), reduction="sum"
        ).item()
        scores = torch.sigmoid(logit).tolist()
        names = ("dataset", "manipulation", "video", "quality", "identity")
        for number, score in enumerate(scores):
            row = {name: batch[name][number] for name in names}
            label = int(batch["label"][number].item())
            self._scores.append({**row, "label": label, "score": score})

    def on_validation_epoch_end(self) -> None:
        """Compute the figures over all scores of the epoch and log the area under the curve."""
        videos = video_scores(self._scores)
        self.video_auc = auc([video.label for video in videos], [video.score for video in videos])
        self.cross_entropy = self._entropy / len(self._scores)
        self.log("val_auc", self.video_auc, prog_bar=True)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Add what rebuilds the detector, and the state of every random generator."""
        checkpoint["hyper_parameters"] = {
            "detector": self.model.name,
            "config": self.model.config,
        }
        checkpoint["random_state"] = random_state()

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Take the state of the random generators, to be set when training goes on."""
        self._random_state = checkpoint.get("random_state")

    def on_train_start(self) -> None:
        """Set the random generators after everything that draws from them at the start."""
        if self._random_state is not None:
            restore_random_state(self._random_state)
            self._random_state = None

    def _losses(self, output: Any, batch: Batch) -> dict[str, Tensor]:
        losses: dict[str, Tensor] = self.model.loss(output, batch)
        return losses

    def _log(self, stage: str, losses: dict[str, Tensor], batch: Batch) -> None:
        named = {f"{stage}_{name}": value.detach() for name, value in losses.items()}
        self.log_dict(
            named, on_step=False, on_epoch=True, batch_size=len(batch["label"]), prog_bar=True
        )
