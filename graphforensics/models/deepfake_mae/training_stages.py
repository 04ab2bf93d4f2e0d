"""What DeepfakeMAE learns in stages: three networks, and what each asks of the others."""

from __future__ import annotations

from typing import Literal, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from graphforensics.errors import MissingDataError
from graphforensics.models.deepfake_mae.facial_masked_autoencoder import FacialMaskedAutoencoder
from graphforensics.models.deepfake_mae.finetuning_network import FinetuningNetwork
from graphforensics.models.deepfake_mae.finished_stages import STAGES, FinishedStages, Stage
from graphforensics.models.deepfake_mae.mapping_network import MappedFaces, MappingNetwork
from graphforensics.models.detector import Detector
from graphforensics.nn.argument_checks import check_word
from graphforensics.nn.precision import widened

Branches = Literal["both", "finetune", "map"]
Drawing = Literal["whole", "parts"]
_BRANCHES: tuple[Stage, ...] = ("finetune", "map")


class StagedDetector(Detector):
    """The part of :class:`~graphforensics.models.DeepfakeMAE` that its stages train.

    It is one class in two files, not a base for others: what a stage trains, starts from and leaves
    undone is here, what the trained detector says of a face is there, and there the networks are
    built. The tasks need this half alone.
    """

    autoencoder: FacialMaskedAutoencoder
    finetuning: FinetuningNetwork
    mapping: MappingNetwork
    stages: FinishedStages
    branches: Branches
    drawing: Drawing
    classification_weight: float
    mapping_weight: float

    def begin(self, stage: Stage) -> None:
        """Make the detector ready for a stage, and note that it is done from there on.

        Only the stage's own network takes gradients afterwards. The fine-tuning network gets the
        autoencoder's encoder when it begins; what was fine-tuned before goes on from where it is. A
        new autoencoder makes the later stages undone.

        Args:
            stage: ``"pretrain"``, ``"finetune"`` or ``"map"``.

        Raises:
            ValueError: There is no such stage.
            MissingDataError: The autoencoder, which the others need, was not trained before.
        """
        self.check_ready(stage)
        if stage == "finetune" and "finetune" not in self.stages:
            self.finetuning.encoder.load_state_dict(self.autoencoder.encoder.state_dict())
        self.stages.add(stage)
        for part in (self.autoencoder, self.finetuning, self.mapping):
            part.requires_grad_(part is self.network(stage))

    def check_ready(self, stage: Stage) -> None:
        """Raise MissingDataError where a stage lacks the one that it builds on."""
        check_word("stage", stage, STAGES)
        if stage != "pretrain" and "pretrain" not in self.stages:
            raise MissingDataError(
                f"stage '{stage}' starts from an autoencoder that learned from faces, and this "
                "one did not: train stage 'pretrain' first and go on from its folder "
                "('--start-from RUN/best')"
            )

    def network(self, stage: Stage) -> nn.Module:
        """Return the network that a stage trains."""
        networks: dict[str, nn.Module] = {
            "pretrain": self.autoencoder,
            "finetune": self.finetuning,
            "map": self.mapping,
        }
        return networks[stage]

    def counting(self) -> tuple[Stage, ...]:
        """Return the branches whose verdict counts.

        Raises:
            MissingDataError: Stages were trained, but none that is wanted.
        """
        wanted = _BRANCHES if self.branches == "both" else (cast(Stage, self.branches),)
        if not self.stages.names:
            return wanted
        counting = tuple(branch for branch in wanted if branch in self.stages)
        if not counting:
            raise MissingDataError(
                f"no branch that gives a verdict was trained: done is "
                f"{' and '.join(self.stages.names)}, wanted is {' or '.join(wanted)}"
            )
        return counting

    def mapping_losses(self, said: MappedFaces, label: Tensor, wanted: Tensor) -> dict[str, Tensor]:
        r"""Return one half of eq. 1 as ``"loss"``, and ``"classification"`` and ``"mapping"``.

        .. math:: \lambda^{cls} \mathcal{L}_{cls}^b + \lambda^{mse} \mathcal{L}_{mse}^b

        Args:
            said: What the mapping network says of some images.
            label: ``[B]``, 1 is fake.
            wanted: What :meth:`drawn` returned for them.
        """
        parts = {
            "classification": cross_entropy(widened(said.logit), label),
            "mapping": functional.mse_loss(widened(said.mapped), wanted),
        }
        total = self.classification_weight * parts["classification"]
        return {"loss": total + self.mapping_weight * parts["mapping"], **parts}

    @torch.no_grad()
    def drawn(self, images: Tensor, landmarks: Tensor | None = None) -> Tensor:
        """Return what the frozen autoencoder makes of faces, in the mapping network's size.

        Args:
            images: Faces ``[B, 3, size, size]``, normalised.
            landmarks: ``[B, 68, 2]`` in pixels, which ``drawing="parts"`` asks for; as in
                :meth:`~graphforensics.models.DeepfakeMAE.reconstruct`.

        Shapes:
            Output ``[B, 3, s, s]``, s being a quarter of the size, without gradient.
        """
        draw_whole = self.drawing == "whole"
        picture = (
            self.autoencoder.draw(images)
            if draw_whole
            else self.autoencoder.draw_by_parts(images, landmarks)
        )
        side = self.mapping.side
        return functional.interpolate(widened(picture), (side, side), mode="area")


def cross_entropy(logit: Tensor, label: Tensor) -> Tensor:
    """Return the mean binary cross-entropy of logits and labels of any type."""
    return functional.binary_cross_entropy_with_logits(logit, label.to(logit))
