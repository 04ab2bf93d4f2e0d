"""Training and validation of one detector, as a Lightning module."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, ClassVar, Literal

import lightning as L
import torch
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torch import Tensor
from torch.nn import Parameter, functional

from graphforensics.errors import MissingDataError
from graphforensics.metrics import auc, video_scores
from graphforensics.models.detector import Detector
from graphforensics.train.config.task_options import PseudoFakeKind, TaskOptions
from graphforensics.train.devices.processes import gathered, process_rank
from graphforensics.train.devices.shared_batches import batch_share
from graphforensics.train.pseudo_fakes import LEFT_OUT, PseudoFakes
from graphforensics.train.tasks.divergence import divergence
from graphforensics.train.tasks.random_state import random_state, restore_random_state

Batch = dict[str, Any]
_NAMES = ("dataset", "manipulation", "video", "quality", "identity")


class DetectionTask(L.LightningModule):
    r"""Fit a :class:`~graphforensics.models.Detector` with its own loss.

    Pixels are normalised on the device. Validation gathers the score of every clip, from all
    processes, takes a video's score as the mean of its clips' scores and logs the area under the
    ROC curve over all videos, computed once an epoch, as ``val_auc``.

    A detector that needs more is trained by a subclass, which may override :meth:`prepared`,
    :meth:`trained_parameters`, :meth:`figures`, :meth:`dry_run` or the steps, and is named in
    :data:`graphforensics.train.tasks.registry.TASKS`.

    Args:
        model: The detector; its ``input_spec``, ``loss`` and ``probability`` are used. One in
            evaluation mode, such as :func:`~graphforensics.models.load_detector` returns, is put
            into training mode when training begins.
        *arguments: A :class:`~graphforensics.train.config.task_options.TaskOptions`, or its first
            fields by position.
        **settings: Fields of it: ``learning_rate`` (1e-4), ``decay_every`` (5), ``decay`` (0.5),
            ``optimizer`` (``"adam"``), ``momentum``, ``betas``, ``weight_decay``,
            ``pseudo_fakes`` (:class:`~graphforensics.train.PseudoFakes`; ``None``), ``seed`` (0).

    Raises:
        ValueError: A number is out of range.

    Example:
        >>> from graphforensics.models import MRL
        >>> task = DetectionTask(MRL())  # doctest: +SKIP
    """

    #: The figure that picks the best epoch: of :meth:`figures`, or one that is logged.
    monitor: ClassVar[str] = "val_auc"

    #: Whether the largest or the smallest :attr:`monitor` is the best.
    mode: ClassVar[Literal["max", "min"]] = "max"

    #: Which faces it learns from: ``"both"`` classes, or ``"real"`` ones only.
    labels: ClassVar[Literal["both", "real"]] = "both"

    #: The pseudo-fakes that ``graphforensics train`` makes where nothing is said of them.
    own_fakes: ClassVar[PseudoFakeKind | None] = None

    #: What the keywords of the constructor are, beside its own.
    options_class: ClassVar[type[TaskOptions]] = TaskOptions

    def __init__(self, model: Detector, *arguments: Any, **settings: Any) -> None:
        super().__init__()
        self.model = model
        #: How it is trained.
        self.options = options = TaskOptions.of(*arguments, **settings)
        self.learning_rate, self.decay_every = options.learning_rate, options.decay_every
        self.decay, self.optimizer = options.decay, options.optimizer
        self.momentum, self.betas = options.momentum, options.betas
        self.weight_decay = options.weight_decay
        #: What makes fakes of the real faces of a batch, if anything does.
        self.pseudo_fakes = (
            None
            if options.pseudo_fakes is None
            else PseudoFakes(options.pseudo_fakes, model.input_spec, options.seed)
        )
        #: Area under the ROC curve over the validation videos of the last epoch, in float64.
        self.video_auc = math.nan
        #: Mean cross-entropy of the validation clips of the last epoch, without other losses.
        self.cross_entropy = math.nan
        self._scores: list[dict[str, Any]] = []
        self._random_states: list[dict[str, Any]] = []
        self._number = 0
        self._share: tuple[float, int] | None = None

    def forward(self, inputs: Tensor) -> Any:
        """Run the detector on bytes ``[B, *input_spec.shape]``."""
        return self.model(self.model.input_spec.normalize(inputs))

    def setup(self, stage: str) -> None:
        """Put a detector that is in evaluation mode, as a loaded one is, into training mode.

        Lightning leaves the mode as it finds it. Where the detector itself is in training mode,
        its parts stay as they are: who froze one of them meant it.
        """
        if stage == "fit" and not (self.training and self.model.training):
            self.train()

    def trained_parameters(self) -> Iterable[Parameter]:
        """Return what the optimiser changes: all of the detector."""
        return self.model.parameters()

    def configure_optimizers(self) -> OptimizerLRScheduler:
        """Build the optimiser, and a step size that is cut every ``decay_every`` epochs."""
        optimizer = self.options.build(self.trained_parameters())
        schedule = torch.optim.lr_scheduler.StepLR(optimizer, self.decay_every, self.decay)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule}}

    def prepared(self, batch: Batch) -> Batch:
        """Change a batch, on the device, before a step sees it.

        Args:
            batch: As loaded; in training ``self.training`` is true.
        """
        if self.pseudo_fakes is None:
            return batch
        return self.pseudo_fakes(batch, self.current_epoch if self.training else None)

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor | None:
        """Return the detector's loss; every part of it is logged as the epoch's mean."""
        batch = self.prepared(batch)
        losses = self._losses(self(batch["inputs"]), batch)
        self.check_finite(losses["loss"], batch_idx)
        self.log_losses("train", losses, batch)
        return self.weighted(losses["loss"], batch)

    def on_validation_epoch_start(self) -> None:
        """Forget the scores of the epoch before."""
        self._scores = []

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        """Keep every clip's score for the figure over all of them."""
        batch = self.prepared(batch)
        output = self(batch["inputs"])
        self.log_losses("val", self._losses(output, batch), batch)
        if not torch.isfinite(output.logit).all():
            raise divergence(self, "the detector's scores of validation clips became no numbers")
        if self._share_of(batch)[0]:
            self._keep_scores(output.logit.cpu().double(), batch, batch_idx)

    def on_validation_epoch_end(self) -> None:
        """Compute the figures over all scores of the epoch and log the area under the curve."""
        # In the order in which one process would have met them.
        rows = [row for part in gathered(self._scores) for row in part]
        rows.sort(key=lambda row: int(row.get("batch", 0)))
        if not rows:
            raise MissingDataError("no validation clip could be judged: none has usable landmarks")
        videos = video_scores(rows)
        self.video_auc = auc([video.label for video in videos], [video.score for video in videos])
        self.cross_entropy = math.fsum(row.get("entropy", 0.0) for row in rows) / len(rows)
        self.log("val_auc", self.video_auc, prog_bar=True, sync_dist=True)

    def figures(self) -> dict[str, float]:
        """Return what is told of the last epoch beside the losses, in full precision."""
        return {"val_cross_entropy": self.cross_entropy, "val_auc": self.video_auc}

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Add what rebuilds the detector, and the state of every random generator."""
        checkpoint["hyper_parameters"] = {
            "detector": self.model.name,
            "config": self.model.config,
        }
        states = gathered(random_state())
        checkpoint["random_state"] = states[0]
        checkpoint["random_states"] = states[1:]

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Take the state of the random generators, to be set when training goes on."""
        if "random_state" in checkpoint:
            others = checkpoint.get("random_states", [])
            self._random_states = [checkpoint["random_state"], *others]

    def on_train_start(self) -> None:
        """Set the random generators after everything that draws from them at the start."""
        if process_rank() < len(self._random_states):
            restore_random_state(self._random_states[process_rank()])
        self._random_states = []

    def dry_run(self, batch: Batch) -> None:
        """Do with a few samples what a step does, to see whether they fit, and change nothing.

        Args:
            batch: What :meth:`prepared` returned, on the processor.
        """
        self._losses(self(batch["inputs"]), batch)

    def check_finite(self, loss: Tensor, batch_idx: int) -> None:
        """Raise DivergenceError where the loss is no number."""
        if not torch.isfinite(loss):
            raise divergence(self, f"the loss became {loss.item()}", batch_idx)

    def log_losses(self, stage: str, losses: dict[str, Tensor], batch: Batch) -> None:
        """Log the epoch's mean of every loss as ``train_NAME`` or ``val_NAME``.

        Args:
            stage: ``"train"`` or ``"val"``.
            losses: The losses by name, each a mean over the batch.
            batch: What they are of.
        """
        weight, size = self._share_of(batch)
        named = {f"{stage}_{name}": value.detach() * weight for name, value in losses.items()}
        shared: dict[str, Any] = {"on_step": False, "on_epoch": True, "sync_dist": True}
        # Lightning rounds the mean of the processes' sizes, so that all must tell the same one.
        self.log_dict(named, batch_size=size, prog_bar=True, **shared)
        if LEFT_OUT in batch:
            count = float(batch[LEFT_OUT])
            self.log(f"{stage}_{LEFT_OUT}", count, reduce_fx="sum", batch_size=1, **shared)

    def weighted(self, loss: Tensor, batch: Batch) -> Tensor:
        """Weight a mean over this process's samples so that all processes' mean is the batch's.

        Args:
            loss: What :meth:`training_step` is to return.
            batch: What it is of.
        """
        weight = self._share_of(batch)[0]
        # A factor of 1 would be as good, but is not what is differentiated on one device.
        return loss if weight == 1 else loss * weight

    def _losses(self, output: Any, batch: Batch) -> dict[str, Tensor]:
        losses: dict[str, Tensor] = self.model.loss(output, batch)
        return losses

    def on_train_batch_start(self, batch: Any, batch_idx: int) -> None:
        """Note which batch it is."""
        self._number, self._share = batch_idx, None

    def on_validation_batch_start(self, batch: Any, batch_idx: int, *others: int) -> None:
        """Note which batch it is."""
        self._number, self._share = batch_idx, None

    def _share_of(self, batch: Batch) -> tuple[float, int]:
        """Return the weight of this process's samples, and how many all processes have."""
        # Steps are also called by themselves, without a trainer.
        if self._share is None or self._trainer is None:
            counted = LEFT_OUT not in batch or bool(batch["label"].any())
            count = len(batch["label"]) if counted else 0
            self._share = batch_share(self._trainer, self._number, self.training, count)
        return self._share

    def _keep_scores(self, logit: Tensor, batch: Batch, batch_idx: int) -> None:
        label = batch["label"].cpu().double()
        entropies = functional.binary_cross_entropy_with_logits(logit, label, reduction="none")
        scores = torch.sigmoid(logit).tolist()
        for number, (score, entropy) in enumerate(zip(scores, entropies.tolist(), strict=True)):
            row = {name: batch[name][number] for name in _NAMES}
            told = {"label": int(label[number]), "score": score, "entropy": entropy}
            self._scores.append({**row, **told, "batch": batch_idx})
