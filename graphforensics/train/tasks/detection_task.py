"""Training and validation of one detector, as a Lightning module."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import lightning as L
import torch
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torch import Tensor, nn
from torch.nn import Parameter
from torch.optim.lr_scheduler import LambdaLR, LRScheduler, StepLR

from graphforensics.models.detector import Detector
from graphforensics.train.config.task_options import PseudoFakeKind, TaskOptions
from graphforensics.train.devices.processes import gathered, process_rank
from graphforensics.train.devices.shared_batches import batch_share
from graphforensics.train.pseudo_fakes import LEFT_OUT, PseudoFakes
from graphforensics.train.tasks.divergence import divergence
from graphforensics.train.tasks.encoder_steps import EncoderSteps
from graphforensics.train.tasks.judged_clips import JudgedClips, names_in
from graphforensics.train.tasks.random_state import random_state, restore_random_state
from graphforensics.train.tasks.task_checkpoint import load_task, task_parameters

if TYPE_CHECKING:
    from typing_extensions import Self

Batch = dict[str, Any]


class DetectionTask(L.LightningModule):
    r"""Fit a :class:`~graphforensics.models.Detector` with its own loss.

    Pixels are normalised on the device. Validation gathers the score of every clip, from all
    processes, takes a video's score as the mean of its clips' scores and logs the area under the
    ROC curve over all videos, computed once an epoch, as ``val_auc``.

    ``Trainer.fit``, ``validate``, ``test`` and ``predict`` take a
    :class:`~graphforensics.train.FaceStoreDataModule` or any loader of samples like those of
    :class:`~graphforensics.datasets.ClipDataset`.

    A detector that needs more is trained by a subclass, which may override :meth:`prepared`,
    :meth:`trained_parameters`, :meth:`figures`, :meth:`dry_run` or the steps, and is named in
    :data:`graphforensics.train.tasks.registry.TASKS`. One that validates by something else than
    a verdict overrides :meth:`evaluation_step` and :meth:`evaluation_end`; one with keywords of
    its own adds them to :attr:`settings`.

    Args:
        model: The detector; its ``input_spec``, ``loss`` and ``probability`` are used. One in
            evaluation mode, such as :func:`~graphforensics.models.load_detector` returns, is put
            into training mode when training begins.
        *arguments: A :class:`~graphforensics.train.config.task_options.TaskOptions`, or its first
            fields by position.
        **settings: Fields of it: ``learning_rate`` (1e-4), ``decay_every`` (5), ``decay`` (0.5),
            ``optimizer`` (``"adam"``), ``momentum``, ``betas``, ``weight_decay``,
            ``schedule`` (``"step"``), ``warmup_epochs`` (0), ``freeze_stages`` (0),
            ``encoder_rate`` (1), ``stage_rates``, ``pseudo_fakes``
            (:class:`~graphforensics.train.PseudoFakes`; ``None``), ``seed`` (0).

    Raises:
        ValueError: A number is out of range, or more stages of the encoder are named than it has.

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
        #: The keywords that build it again, which checkpoints hold.
        self.settings = dataclasses.asdict(options)
        self.learning_rate, self.decay_every = options.learning_rate, options.decay_every
        self.decay, self.optimizer = options.decay, options.optimizer
        self.momentum, self.betas = options.momentum, options.betas
        self.weight_decay = options.weight_decay
        #: What makes fakes of the real faces of a batch, if anything does.
        self.pseudo_fakes = (
            None
            if options.pseudo_fakes is None
            else PseudoFakes(
                options.pseudo_fakes, model.input_spec, options.seed, options.pseudo_strength
            )
        )
        self._steps = EncoderSteps(self.trained_encoder(), options)
        #: Area under the ROC curve over the validation videos of the last epoch, in float64.
        self.video_auc = math.nan
        #: Mean cross-entropy of the validation clips of the last epoch, without other losses.
        self.cross_entropy = math.nan
        self._judged = JudgedClips()
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
        if stage == "fit":
            if not (self.training and self.model.training):
                self.train()
            self._steps.freeze()

    def teardown(self, stage: str) -> None:
        """Let the stages of the encoder that were frozen take gradients again."""
        if stage == "fit":
            self._steps.release()

    def train(self, mode: bool = True) -> Self:
        """Put all into training mode, or out of it, but for the frozen stages of the encoder.

        Args:
            mode: Whether into it.
        """
        super().train(mode)
        # PyTorch's own constructor does not call it, but a subclass's may.
        if mode and "_steps" in self.__dict__:
            self._steps.hold()
        return self

    def trained_encoder(self) -> nn.Module | None:
        """Return the network that sees the pixels, whose stages may be frozen."""
        encoder = getattr(self.model, "encoder", None)
        return encoder if isinstance(encoder, nn.Module) else None

    def trained_parameters(self) -> Iterable[Parameter]:
        """Return what the optimiser changes: all of the detector."""
        return self.model.parameters()

    def configure_optimizers(self) -> OptimizerLRScheduler:
        """Build the optimiser, and the schedule of its step size, which changes after epochs."""
        parameters = self._steps.groups(self.trained_parameters(), self.learning_rate)
        optimizer = self.options.build(parameters)
        schedule: LRScheduler
        if self.options.schedule == "step" and not self.options.warmup_epochs:
            # What checkpoints of earlier versions have the state of.
            schedule = StepLR(optimizer, self.decay_every, self.decay)
        else:
            schedule = LambdaLR(optimizer, self.step_factor)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule}}

    def step_factor(self, epoch: int) -> float:
        """Return what the step size is multiplied by in an epoch of the trainer's.

        Args:
            epoch: Its number.
        """
        epochs = None if self._trainer is None else self._trainer.max_epochs
        return self.options.step_factor(epoch, None if epochs == -1 else epochs)

    def prepared(self, batch: Batch) -> Batch:
        """Change a batch, on the device, before a step sees it.

        Args:
            batch: As loaded; in training ``self.training`` is true. Where the loader's workers
                made the pairs, it holds them already.
        """
        if self.pseudo_fakes is None or LEFT_OUT in batch:
            return batch
        return self.pseudo_fakes(batch, self.current_epoch if self.training else None)

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor | None:
        """Return the detector's loss; every part of it is logged as the epoch's mean."""
        batch = self.prepared(batch)
        losses = self._losses(self(batch["inputs"]), batch)
        self.check_finite(losses["loss"], batch_idx)
        self.log_losses("train", losses, batch)
        return self.weighted(losses["loss"], batch)

    def evaluation_step(self, batch: Batch, batch_idx: int, stage: str) -> None:
        """Log the losses of a batch and keep every clip's score for the figure over all of them.

        Args:
            batch: The batch, prepared.
            batch_idx: Its number.
            stage: ``"val"`` or ``"test"``, with which the names of figures begin.
        """
        output = self(batch["inputs"])
        self.log_losses(stage, self._losses(output, batch), batch)
        if stage == "val" and not torch.isfinite(output.logit).all():
            raise divergence(self, "the detector's scores of validation clips became no numbers")
        if self._share_of(batch)[0]:
            self._judged.add(output.logit, batch, batch_idx)

    def evaluation_end(self, stage: str) -> None:
        """Compute the figures over all scores and log the area under the curve.

        Args:
            stage: As in :meth:`evaluation_step`.
        """
        area, entropy = self._judged.figures()
        self._judged = JudgedClips()
        if stage == "val":
            self.video_auc, self.cross_entropy = area, entropy
        else:
            self.log(f"{stage}_cross_entropy", entropy, sync_dist=True)
        self.log(f"{stage}_auc", area, prog_bar=True, sync_dist=True)

    def on_validation_epoch_start(self) -> None:
        """Forget the scores of an epoch that was broken off."""
        self._judged = JudgedClips()

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        """Judge a batch of the validation part, with pseudo-fakes where training has them."""
        self.evaluation_step(self.prepared(batch), batch_idx, "val")

    def on_validation_epoch_end(self) -> None:
        """Compute the figures of the validation part."""
        self.evaluation_end("val")

    def on_test_epoch_start(self) -> None:
        """Forget the scores of a test that was broken off."""
        self._judged = JudgedClips()

    def test_step(self, batch: Batch, batch_idx: int) -> None:
        """Judge a batch as it is: no fakes are made for a test."""
        self.evaluation_step(batch, batch_idx, "test")

    def on_test_epoch_end(self) -> None:
        """Compute the figures of the test, ``test_auc`` and ``test_cross_entropy``."""
        self.evaluation_end("test")

    def predict_step(self, batch: Batch, batch_idx: int) -> dict[str, Any]:
        """Return the ``logit`` and the calibrated ``probability`` of each sample, and its names.

        Args:
            batch: ``inputs``, and any names, which are handed on.
            batch_idx: Its number.
        """
        logit = self(batch["inputs"]).logit.float()
        return {
            "logit": logit,
            "probability": self.model.calibrated(logit),
            **names_in(batch),
        }

    def figures(self) -> dict[str, float]:
        """Return what is told of the last epoch beside the losses, in full precision."""
        return {"val_cross_entropy": self.cross_entropy, "val_auc": self.video_auc}

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Add what rebuilds the detector, and the state of every random generator."""
        checkpoint["hyper_parameters"] = task_parameters(self)
        states = gathered(random_state())
        checkpoint["random_state"] = states[0]
        checkpoint["random_states"] = states[1:]

    @classmethod
    def load_from_checkpoint(  # type: ignore[override]
        cls,
        checkpoint_path: str | Path,
        map_location: str | torch.device | None = None,
        **settings: Any,
    ) -> Self:
        """Build the task of a checkpoint again, with its detector and its settings.

        Called on :class:`DetectionTask`, it finds the stage's task by itself. What comes is in
        evaluation mode; training puts it into training mode.

        Args:
            checkpoint_path: A ``.ckpt`` of ``graphforensics train`` or of Lightning's ``Trainer``.
            map_location: Device to put it on. Default: the processor.
            **settings: Keywords that count more than what the checkpoint holds.

        Raises:
            CheckpointError: The file is damaged, would run code, or is of another task.
        """
        return load_task(cls, checkpoint_path, map_location, settings)

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
        """Log the epoch's mean of every loss as ``STAGE_NAME``.

        Args:
            stage: ``"train"``, ``"val"`` or ``"test"``.
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

    def on_test_batch_start(self, batch: Any, batch_idx: int, *others: int) -> None:
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
