"""DeepfakeMAE's second stage, second branch: map faces to the autoencoder's, by meta-learning."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

import pyarrow as pa
import torch
from torch import Tensor

from graphforensics.models.deepfake_mae.mapping_network import MappedFaces
from graphforensics.models.detector import Detector
from graphforensics.nn.argument_checks import check_positive
from graphforensics.nn.call_with_weights import call_with_weights
from graphforensics.store.columns import FAKE
from graphforensics.train.devices.processes import gathered
from graphforensics.train.tasks.deepfake_mae_episode import Domains, Episode, episode
from graphforensics.train.tasks.deepfake_mae_meta_step import adapted
from graphforensics.train.tasks.deepfake_mae_pretrain_task import DeepfakeMAEStageTask
from graphforensics.train.tasks.detection_task import Batch


class DeepfakeMAEMapTask(DeepfakeMAEStageTask):
    r"""Fit the mapping network of :class:`~graphforensics.models.DeepfakeMAE`.

    .. math:: \mathcal{L}^b = (\lambda^{cls} \mathcal{L}_{cls}^b + \lambda^{mse}
        \mathcal{L}_{mse}^b)_{\text{meta-train}} + (\lambda^{cls} \mathcal{L}_{cls}^b +
        \lambda^{mse} \mathcal{L}_{mse}^b)_{\text{meta-test}}

    Eq. 1 of "DeepfakeMAE" (arXiv 2303.01740), both halves with the weights after the inner step
    that tells the reference samples apart best (:func:`~.deepfake_mae_meta_step.adapted`). In
    every epoch other manipulations are meta-test's (:class:`~.deepfake_mae_episode.Domains`);
    of a loader whose data set has no ``table`` they are known from the second epoch on. Of
    each sample one frame, drawn anew, is used. The autoencoder, whose pictures are what is to be
    drawn, takes no gradient. Steps are taken by hand, so gradients are neither accumulated nor
    clipped; the best epoch is the one with the best video AUC of this network alone, on all
    frames.

    Args:
        model: The detector.
        meta_learning: False is table 6's "w/o meta": eq. 1's first half on all samples, no steps.
        inner_steps: Inner steps of gradient descent.
        inner_learning_rate: Their size.
        second_order: Differentiate through the inner steps.
        test_share: Share of the manipulations, or of the samples, that is meta-test's.
        seed: Seed of the parting.
        **settings: As in :class:`~graphforensics.train.DetectionTask` (paper: SGD, 0.1, momentum
            0.9, weight decay 5e-4).

    Raises:
        ValueError: The detector is another one, or a number is out of range.

    Example:
        >>> from graphforensics.models import DeepfakeMAE
        >>> task = DeepfakeMAEMapTask(DeepfakeMAE(), second_order=True)  # doctest: +SKIP
    """

    stage = "map"

    def __init__(
        self,
        model: Detector,
        *,
        meta_learning: bool = True,
        inner_steps: int = 3,
        inner_learning_rate: float = 0.01,
        second_order: bool = False,
        test_share: float = 0.2,
        seed: int = 0,
        **settings: Any,
    ) -> None:
        super().__init__(model, seed=seed, **settings)
        self.settings |= {
            "meta_learning": meta_learning,
            "inner_steps": inner_steps,
            "inner_learning_rate": inner_learning_rate,
            "second_order": second_order,
            "test_share": test_share,
        }
        self.automatic_optimization = False
        check_positive(inner_steps=inner_steps)
        if not inner_learning_rate > 0:
            raise ValueError(f"'inner_learning_rate' must be positive (got {inner_learning_rate})")
        self.meta_learning = meta_learning
        self.inner_steps = inner_steps
        self.inner_learning_rate = inner_learning_rate
        self.second_order = second_order
        self.domains = Domains((), test_share, seed)
        self._met: list[str] = []

    def forward(self, inputs: Tensor) -> Any:
        """Run the mapping network on bytes."""
        return self.detector.judge(self.model.input_spec.normalize(inputs), (self.stage,))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Build the optimiser; the size of its steps is set when an epoch begins."""
        settings = cast(dict[str, Any], super().configure_optimizers())
        optimizer: torch.optim.Optimizer = settings["optimizer"]
        return optimizer

    def on_train_epoch_start(self) -> None:
        """Set the step size, which follows from the epoch alone, and learn the manipulations."""
        factor = self.step_factor(self.current_epoch)
        for group in cast(torch.optim.Optimizer, self.optimizers()).param_groups:
            group["lr"] = self.learning_rate * factor * group.get("rate", 1.0)
        names = self._manipulations()
        self.domains = Domains(names, self.domains.test_share, self.domains.seed)

    def training_step(self, batch: Batch, batch_idx: int) -> None:
        """Take one step of the optimiser."""
        batch = self.prepared(batch)
        self._note(batch)
        losses = self._losses_of(batch)
        self.check_finite(losses["loss"], batch_idx)
        optimizer = cast(Any, self.optimizers())
        optimizer.zero_grad()
        self.manual_backward(self.weighted(losses["loss"], batch))
        optimizer.step()
        self.log_losses("train", losses, batch)

    def dry_run(self, batch: Batch) -> None:
        """See whether the stage before is done and the samples fit."""
        super().dry_run(batch)
        images, wanted = self._faces(batch)
        said: MappedFaces = self.detector.mapping(images)
        self.detector.mapping_losses(said, batch["label"], wanted)

    def _losses_of(self, batch: Batch) -> dict[str, Tensor]:
        images, wanted = self._faces(batch)
        network, label = self.detector.mapping, batch["label"]
        if not self.meta_learning:
            return self.detector.mapping_losses(network(images), label, wanted)
        parted = episode(label, self._is_test(batch))
        weights, step = self._adapted(images, label, wanted, parted)
        halves = {}
        for name, part in (("meta_train", parted.support), ("meta_test", parted.query)):
            said = cast(MappedFaces, call_with_weights(network, weights, images[part]))
            halves[name] = self.detector.mapping_losses(said, label[part], wanted[part])
        total = halves["meta_train"]["loss"] + halves["meta_test"]["loss"]
        named = {
            f"{half}_{name}": value
            for half, losses in halves.items()
            for name, value in losses.items()
            if name != "loss"
        }
        return {"loss": total, **named, "inner_step": torch.tensor(float(step))}

    def _adapted(
        self, images: Tensor, label: Tensor, wanted: Tensor, parted: Episode
    ) -> tuple[dict[str, Tensor], int]:
        support, reference = parted.support, parted.reference
        loss = partial(self.detector.mapping_losses, label=label[support], wanted=wanted[support])
        return adapted(
            self.detector.mapping,
            images[support],
            lambda said: loss(said)["loss"],
            images[reference],
            lambda said: ((said.logit > 0) == (label[reference] > 0.5)).float().mean(),
            self.inner_steps,
            self.inner_learning_rate,
            self.second_order,
        )

    def _faces(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return one frame of each sample and what the autoencoder makes of it."""
        frames = self.model.input_spec.normalize(batch["inputs"])
        rows = torch.arange(len(frames), device=frames.device)
        chosen = torch.randint(frames.size(1), (len(frames),)).to(frames.device)
        images = frames[rows, chosen]
        landmarks = batch.get("landmarks")
        known = None if landmarks is None else landmarks[rows, chosen]
        return images, self.detector.drawn(images, known)

    def _note(self, batch: Batch) -> None:
        fake = zip(batch["manipulation"], batch["label"].tolist(), strict=True)
        self._met = sorted({*self._met, *(name for name, label in fake if label > 0.5 and name)})

    def _is_test(self, batch: Batch) -> Tensor:
        videos = zip(batch["dataset"], batch["video"], strict=True)
        told = zip(videos, batch["manipulation"], batch["label"].tolist(), strict=True)
        epoch = self.current_epoch
        return torch.tensor(
            [
                self.domains.is_test("/".join(video), name, label, epoch)
                for video, name, label in told
            ]
        )

    def _manipulations(self) -> list[str]:
        """Name the manipulations of the training data; of an unknown loader, those met so far."""
        if self.pseudo_fakes is not None:
            return []
        rows = _training_rows(self.trainer)
        if rows is None:
            self._met = sorted({name for met in gathered(self._met) for name in met})
            return self._met
        return [row["manipulation"] for row in rows if row["label"] == FAKE and row["manipulation"]]

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Add the manipulations met, which a resumed run does not meet again."""
        super().on_save_checkpoint(checkpoint)
        checkpoint["manipulations"] = list(self._met)

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Take the manipulations met before."""
        super().on_load_checkpoint(checkpoint)
        self._met = list(checkpoint.get("manipulations", []))


def _training_rows(trainer: Any) -> list[dict[str, Any]] | None:
    """Return the rows of the table that training samples come from, if there is one."""
    table = getattr(getattr(trainer.train_dataloader, "dataset", None), "table", None)
    if not isinstance(table, pa.Table) or not {"label", "manipulation"} <= {*table.column_names}:
        return None
    rows: list[dict[str, Any]] = table.select(["label", "manipulation"]).to_pylist()
    return rows
