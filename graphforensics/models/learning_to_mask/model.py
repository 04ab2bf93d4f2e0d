"""Learning to Mask: a student that is shown what its teacher does not look at."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Literal, cast, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch_geometric.data import Batch

from graphforensics.data.input_spec import InputSpec
from graphforensics.models.calibration import Calibration, weights_hash
from graphforensics.models.detector import Detector
from graphforensics.models.detector_output import DetectorOutput
from graphforensics.models.fast_inference import evaluating
from graphforensics.models.learning_to_mask.graph_classifier import LearningToMaskGraphClassifier
from graphforensics.models.learning_to_mask.output import LearningToMaskOutput
from graphforensics.models.learning_to_mask.teacher import LearningToMaskTeacher
from graphforensics.models.map_size import map_size
from graphforensics.models.saved_detector import write_weights
from graphforensics.nn.argument_checks import called_here, check_positive, check_share, check_word
from graphforensics.nn.attention_guided_mask import attention_guided_mask
from graphforensics.nn.encoder import TimmEncoder
from graphforensics.nn.feature_mixup import FeatureMixup
from graphforensics.nn.loss import attention_diversity_loss
from graphforensics.nn.loss.attention_diversity import DiversityForm
from graphforensics.nn.precision import widened

Strategy = Literal["high", "low", "random", "none"]
#: The strategies that go by what the teacher looks at.
_GUIDED = ("high", "low")


class LearningToMask(Detector):
    r"""A student that learns from what is left when the easy evidence is hidden.

    A teacher, a network with a vision transformer over its map, learns to tell forgeries; where
    its class token looks, the student's map is set to 0 while it learns. Pairs of the student's
    features are mixed with their labels. At inference the student alone sees everything.
    "Learning to Mask: Towards Generalized Face Forgery Detection" (arXiv 2212.14309v1; the second
    version there is a withdrawal notice); the defaults are the paper's.

    .. math:: \mathcal{L} = \mathcal{L}_{cls}^t + \mathcal{L}_{vit}^t
        + \alpha \mathcal{L}_{diversity} + \mathcal{L}^s

    Table 3, "w/o mixup": ``mixup=False``; table 4: ``strategy``; table 5: ``encoder`` and
    ``teacher``; the bare network of tables 1 and 3: ``strategy="none", mixup=False,
    student_only=True``.

    Args:
        encoder: The student's network, any image network of timm; Xception is
            ``"legacy_xception"``.
        teacher: The teacher's network. Default: the student's.
        encoder_weights: None is random; ``"default"`` is timm's own, fetched; else a file. Both
            networks start from them; a pair gives the student's and the teacher's.
        encoder_stage: Which stage's map to take; -1 is the deepest.
        encoder_options: Keywords for ``timm.create_model``, of both networks.
        blocks: Blocks of the teacher's transformer.
        heads: Heads of each block; each has ``channels // heads`` channels, 341.
        hidden_channels: Width inside the transformer's MLPs; None is 4 times its channels.
        classifier_channels: Width inside the student's classifier; None is a linear layer.
        strategy: Which places to hide: ``"high"`` are those that the teacher looks at,
            ``"low"`` those that it does not, ``"random"`` any, ``"none"`` none.
        mask_rate: Share of the places to hide.
        mixup: Mix the student's features and labels in pairs while training.
        diversity: ``"equation"``, eq. 3 as printed, or ``"purpose"``, as meant; see
            :func:`~graphforensics.nn.loss.attention_diversity_loss`.
        diversity_weight: :math:`\alpha`.
        mask_at_inference: Hide in evaluation as well.
        teacher_at_inference: Ask the teacher in evaluation as well, so that the output has its
            verdicts and its attention; the verdict is the student's with or without.
        student_only: Build no teacher; see :meth:`without_teacher`.
        size: Side of the crop in pixels.
        margin: Side of the crop over the side of the face's box.

    Shapes:
        Inputs ``[B, 3, size, size]`` in [0, 1].

    Raises:
        ValueError: A word is unknown, a number is out of its range, or what is asked for needs
            the teacher that ``student_only`` leaves out.

    Example:
        >>> model = LearningToMask(encoder="resnet10t", blocks=1, size=64).eval()
        >>> images = torch.rand(1, 3, 64, 64)
        >>> model(images).logit.shape, model.attend(images).class_attention.shape
        (torch.Size([1]), torch.Size([1, 2, 2]))
    """

    name: ClassVar[str] = "learning_to_mask"
    graph_apart: ClassVar[bool] = True

    def __init__(
        self,
        encoder: str = "legacy_xception",
        teacher: str | None = None,
        encoder_weights: str | Sequence[str | None] | None = None,
        encoder_stage: int = -1,
        encoder_options: dict[str, Any] | None = None,
        blocks: int = 6,
        heads: int = 6,
        hidden_channels: int | None = None,
        classifier_channels: int | None = 256,
        strategy: Strategy = "high",
        mask_rate: float = 0.25,
        mixup: bool = True,
        diversity: DiversityForm = "equation",
        diversity_weight: float = 0.1,
        mask_at_inference: bool = False,
        teacher_at_inference: bool = False,
        student_only: bool = False,
        size: int = 224,
        margin: float = 1.3,
    ) -> None:
        super().__init__()
        check_word("strategy", strategy, get_args(Strategy))
        check_word("diversity", diversity, get_args(DiversityForm))
        check_share("mask_rate", mask_rate)
        if student_only:
            _check_alone(teacher_at_inference, mask_at_inference and strategy in _GUIDED)
        self.input_spec = InputSpec("image", size, 1, 1, (0.0,) * 3, (1.0,) * 3, margin)
        self.strategy: Strategy = strategy
        self.mask_rate = mask_rate
        self.diversity: DiversityForm = diversity
        self.diversity_weight = diversity_weight
        self.mask_at_inference = mask_at_inference
        self.teacher_at_inference = teacher_at_inference
        own, other = _weights(encoder_weights)
        options = encoder_options or {}
        # The student first: its weights at the start do not depend on what teaches it.
        with called_here(name="encoder", out_indices="encoder_stage"):
            self.encoder = TimmEncoder(encoder, own, (encoder_stage,), **options)
        self.classifier = _classifier(self.encoder.channels[-1], classifier_channels)
        self.mixup = FeatureMixup() if mixup else None
        self.teacher: LearningToMaskTeacher | None = None
        height, width = map_size(self.encoder, size)
        if not student_only:
            with called_here(name="teacher", out_indices="encoder_stage"):
                network = TimmEncoder(teacher or encoder, other, (encoder_stage,), **options)
            self.teacher = LearningToMaskTeacher(
                network, height, width, blocks, heads, hidden_channels=hidden_channels
            )

    @property
    def feature_layer(self) -> nn.Module:
        """The student's network, whose map Grad-CAM looks at."""
        return self.encoder

    def forward(self, inputs: Tensor) -> LearningToMaskOutput:
        """Judge a batch of images."""
        hiding = self.mask_at_inference and self._guided
        return self._judge(inputs, self.training or self.teacher_at_inference or hiding)

    def attend(self, inputs: Tensor) -> LearningToMaskOutput:
        """Judge a batch as evaluation does, and ask the teacher, if there is one.

        Args:
            inputs: As in :meth:`forward`.
        """
        with evaluating(self), torch.no_grad():
            return self._judge(inputs, ask=True)

    def graph(self, inputs: Tensor) -> Batch:
        """Return the places of the map and the teacher's attention, as evaluation sees them.

        Args:
            inputs: As in :meth:`forward`.

        Returns:
            A batch of :class:`~graphforensics.data.FaceGraph`; without a teacher there are
            places and no relations.
        """
        return self.attend(inputs).graph

    def loss(self, output: DetectorOutput, batch: Mapping[str, Any]) -> dict[str, Tensor]:
        """Return ``"loss"`` and its parts: student, and teacher, token and diversity.

        The student's features are mixed here, in training. Where the teacher was not asked, as
        in evaluation, the loss is the student's alone.

        Args:
            output: What :meth:`forward` returned.
            batch: ``"label"`` is ``[B]``, 1 is fake.

        Raises:
            ValueError: The labels have another shape.
        """
        said = cast(LearningToMaskOutput, output)
        label = batch["label"]
        if label.shape != said.logit.shape:
            raise ValueError(f"'label' must be {list(said.logit.shape)} (got {list(label.shape)})")
        logit, wanted = said.logit, label
        if self.mixup is not None and self.training:
            mixed, wanted = self.mixup(said.pooled, label)
            logit = self._read(mixed)
        parts = {"student": _cross_entropy(logit, wanted)}
        total = parts["student"]
        if said.attention is not None:
            parts["teacher"] = _cross_entropy(cast(Tensor, said.teacher_logit), label)
            parts["token"] = _cross_entropy(cast(Tensor, said.token_logit), label)
            # Half precision is too narrow for cosines that differ by little.
            with torch.autocast(said.attention.device.type, enabled=False):
                parts["diversity"] = attention_diversity_loss(said.attention, self.diversity)
            weighted = self.diversity_weight * parts["diversity"]
            total = total + parts["teacher"] + parts["token"] + weighted
        return {"loss": total, **parts}

    def graph_classifier(self) -> LearningToMaskGraphClassifier:
        """Return the part that reads a graph's nodes, for PyG's explainers; it shares weights."""
        return LearningToMaskGraphClassifier(self.classifier)

    def without_teacher(self) -> LearningToMask:
        """Return the student alone, a copy: the same verdicts from a fraction of the weights.

        It is saved, loaded, exported and calibrated as any detector. Its graphs have no
        relations, and it does not learn on with the strategies that need a teacher.

        Raises:
            ValueError: The model masks at inference where the teacher looks.
        """
        keywords = {**self.config, "student_only": True, "teacher_at_inference": False}
        student = type(self)(**{**keywords, "encoder_weights": None})
        state = self.state_dict()
        student.load_state_dict({name: state[name] for name in student.state_dict()})
        student.to(next(self.parameters())).train(self.training)
        student.calibration = _calibration_of(student, self.calibration)
        return student

    def _judge(self, inputs: Tensor, ask: bool) -> LearningToMaskOutput:
        self.check_inputs(inputs)
        features = self.encoder(inputs)[-1]
        view = self.teacher(inputs) if ask and self.teacher is not None else None
        # What follows is a trifle beside the networks: it is computed in full precision.
        features = features.to(self._precision)
        mask = self._mask(features, None if view is None else view.class_attention)
        if mask is not None and (self.training or self.mask_at_inference):
            features = features * mask.unsqueeze(1)
        pooled = features.mean((2, 3))
        output = LearningToMaskOutput(self._read(pooled), features, pooled, mask)
        if view is not None:
            output.teacher_logit, output.token_logit = view.logit, view.token_logit
            output.attention = view.attention
        return output

    def _mask(self, features: Tensor, guide: Tensor | None) -> Tensor | None:
        hiding = self.training or self.mask_at_inference
        # In evaluation a teacher that was asked anyway says what training hides.
        if self.strategy == "none" or not (hiding or (guide is not None and self._guided)):
            return None
        if guide is None and self._guided:
            raise ValueError(
                f"'strategy' {self.strategy!r} needs the teacher, which a student alone lacks: "
                "train the detector that it was taken from, or hide 'random' or 'none'"
            )
        places = features[:, 0] if guide is None else guide
        return attention_guided_mask(places, self.mask_rate, self.strategy).to(features.dtype)

    def _read(self, pooled: Tensor) -> Tensor:
        with torch.autocast(pooled.device.type, enabled=False):
            logit: Tensor = self.classifier(pooled.to(self._precision))
        return logit.squeeze(1)

    @property
    def _guided(self) -> bool:
        return self.strategy in _GUIDED

    @property
    def _precision(self) -> torch.dtype:
        return next(self.classifier.parameters()).dtype


def _check_alone(asked: bool, guided: bool) -> None:
    for name, needs in (("teacher_at_inference", asked), ("mask_at_inference", guided)):
        if needs:
            raise ValueError(f"'{name}' needs the teacher: 'student_only' must be False (got True)")


def _weights(given: str | Sequence[str | None] | None) -> tuple[str | None, str | None]:
    if given is None or isinstance(given, str):
        return given, given
    if len(given) != 2:
        raise ValueError(f"'encoder_weights' must be one or a pair (got {len(given)})")
    return given[0], given[1]


def _classifier(channels: int, hidden: int | None) -> nn.Sequential:
    if hidden is None:
        return nn.Sequential(nn.Linear(channels, 1))
    check_positive(classifier_channels=hidden)
    return nn.Sequential(nn.Linear(channels, hidden), nn.ReLU(), nn.Linear(hidden, 1))


def _cross_entropy(logit: Tensor, wanted: Tensor) -> Tensor:
    logit = widened(logit)
    return functional.binary_cross_entropy_with_logits(logit, wanted.to(logit))


def _calibration_of(student: LearningToMask, known: Calibration | None) -> Calibration | None:
    """The scores are the same; what a calibration belongs to is told by the hash of the weights."""
    if known is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        write_weights(student, Path(folder))
        return replace(known, weights=weights_hash(folder))
