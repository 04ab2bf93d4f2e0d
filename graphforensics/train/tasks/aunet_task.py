"""Training of AUNet: fakes made of real faces, in the image and in the features."""

from __future__ import annotations

from typing import Any, ClassVar, cast

import torch
from torch import Tensor

from graphforensics.models.aunet.model import AUNet
from graphforensics.models.aunet.pair_mixing import PairMixing
from graphforensics.models.detector import Detector
from graphforensics.train.config.task_options import PseudoFakeKind
from graphforensics.train.tasks.detection_task import Batch, DetectionTask


class AUNetTask(DetectionTask):
    r"""Fit :class:`~graphforensics.models.AUNet` with tampered action units.

    Where ``pseudo_fakes`` are made, the fakes of a training batch are made harder: the statistics
    of their real partners' features are mixed into theirs, before an encoder drawn anew for each
    step. The detector's ``tampering`` says which of the two is done: ``"features"`` undoes the
    forgery of the image and mixes with the features of another face of the batch. Validation is
    always on forged images.

    Section 3.3 of "AUNet: Learning Relations Between Action Units for Face Forgery Detection"
    (CVPR 2023). Everything drawn comes from PyTorch's generator of the processor, whose state is in
    the checkpoints.

    Args:
        model: The detector.
        **settings: As in :class:`~graphforensics.train.DetectionTask`.

    Raises:
        ValueError: The detector is another one, or a number is out of range.

    Example:
        >>> task = AUNetTask(AUNet(), pseudo_fakes="partial")  # doctest: +SKIP
    """

    own_fakes: ClassVar[PseudoFakeKind | None] = "partial"

    def __init__(self, model: Detector, **settings: Any) -> None:
        if not isinstance(model, AUNet):
            raise ValueError(f"'model' must be an AUNet (got {type(model).__name__})")
        super().__init__(model, **settings)
        self._mixing: PairMixing | None = None

    def prepared(self, batch: Batch) -> Batch:
        """Make the fakes of a batch and draw how their features are mixed."""
        batch = super().prepared(batch)
        model = cast(AUNet, self.model)
        self._mixing = None
        forged = self.pseudo_fakes is not None and bool(batch["label"].any())
        if not (self.training and forged) or model.tampering == "image":
            return batch
        self._mixing = mixing = PairMixing.draw(batch["mask"], model.stages)
        # A face by itself has no other to mix with.
        if model.tampering == "both" or len(mixing.real) < 2:
            return batch
        self._mixing = mixing._replace(real=torch.roll(mixing.real, 1))
        inputs = batch["inputs"].clone()
        inputs[mixing.fake] = inputs[mixing.real]
        return {**batch, "inputs": inputs}

    def forward(self, inputs: Tensor) -> Any:
        """Run the detector on bytes, with the mixing that was drawn for the batch."""
        mixing, self._mixing = self._mixing, None
        normalized = self.model.input_spec.normalize(inputs)
        return self.model(normalized) if mixing is None else self.model(normalized, mixing)
