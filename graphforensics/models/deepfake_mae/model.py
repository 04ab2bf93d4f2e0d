"""DeepfakeMAE: a face whose parts do not belong together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any, ClassVar, cast, get_args

import torch
from torch import Generator, Tensor, nn
from torch_geometric.data import Batch

from graphforensics.data.input_spec import InputSpec
from graphforensics.models.deepfake_mae.facial_masked_autoencoder import (
    FacialMaskedAutoencoder,
    Reconstruction,
)
from graphforensics.models.deepfake_mae.finetuning_network import FinetuningNetwork
from graphforensics.models.deepfake_mae.finished_stages import FinishedStages, Stage
from graphforensics.models.deepfake_mae.graph import (
    Evidence,
    consistency_graphs,
    part_consistency,
)
from graphforensics.models.deepfake_mae.graph_classifier import DeepfakeMAEGraphClassifier
from graphforensics.models.deepfake_mae.mapping_network import MappedFaces, MappingNetwork
from graphforensics.models.deepfake_mae.output import DeepfakeMAEOutput, mean_logit
from graphforensics.models.deepfake_mae.training_stages import (
    Branches,
    Drawing,
    StagedDetector,
    cross_entropy,
)
from graphforensics.models.detector_output import DetectorOutput
from graphforensics.models.fast_inference import evaluating
from graphforensics.models.masked_autoencoder import SIZES, Size, load_public_weights
from graphforensics.nn.argument_checks import called_here, check_positive, check_shape, check_word
from graphforensics.nn.facial_part_mask import PartMaskStrategy
from graphforensics.nn.precision import widened
from graphforensics.regions.facial_parts import Partition


class DeepfakeMAE(StagedDetector):
    r"""A masked autoencoder of real faces, and two networks that use it, on five frames.

    Stage ``pretrain``: of each real face one part (eyes, cheek and nose, or lips) is chosen, half
    of its patches are hidden, and a vision transformer learns to restore them from the rest. Stage
    ``finetune``: its encoder learns to tell forgeries from whole frames. Stage ``map``: a second
    network learns to draw what the autoencoder, now frozen, makes of a face, and to tell forgeries
    from the drawing. The score is the mean of both networks' probabilities. "DeepfakeMAE: Facial
    Part Consistency Aware Masked Autoencoder for Deepfake Video Detection" (arXiv 2303.01740);
    the defaults are the paper's.

    .. math:: p = \frac{1}{2} \Big( \sigma(y^a) + \frac{1}{F} \sum_{f=1}^{F} \sigma(y^b_f) \Big)

    Until a stage is done its network does not count; ``stages`` says which are. Where none is,
    both count. Table 4: ``mask_ratio``. Table 5, from the left:
    ``mask_strategy="random_patches"``, ``"eyes"``, ``"cheeks_and_nose"``, ``"lips"``, the default.
    Table 6: ``branches="finetune"``, ``branches="map"``, the task's ``meta_learning=False``, the
    defaults.

    Args:
        encoder: ``"tiny"``, ``"small"``, ``"base"`` or ``"large"``.
        channels: Channels of the encoder's tokens. Default for this and the next five: the size's
            (:data:`~graphforensics.models.masked_autoencoder.SIZES`).
        blocks: Its blocks.
        heads: Heads of each.
        decoder_channels: Channels of the decoder's tokens.
        decoder_blocks: Its blocks.
        decoder_heads: Heads of each.
        patch: Side of a patch in pixels.
        encoder_weights: A local file with the public MAE's or timm's names, to begin with; a pair
            gives the mapping network's encoder its weights as well (``"default"`` is timm's
            own, fetched). None is random.
        mask_ratio: Share of the chosen part's patches to hide.
        mask_strategy: ``"random_part"``, the name of a part, or ``"random_patches"``; see
            :class:`~graphforensics.nn.FacialPartMask`.
        partition: ``"algorithm1"``, ``"bands"`` or ``"landmark_hulls"``; see
            :func:`~graphforensics.regions.facial_parts`.
        normalize_targets: Restore each patch with its own mean and spread taken out.
        mapping_encoder: The mapping network's encoder, any network of timm with strides 4, 8, 16.
        mapping_channels: Channels between its convolutions.
        drawing: What it learns to draw: ``"whole"`` is the decoder's picture of a face of which
            nothing is hidden, the paper's letter; ``"parts"`` puts three pictures together, of each
            part restored from the other two.
        classification_weight: :math:`\lambda^{cls}` of the mapping network's loss.
        mapping_weight: :math:`\lambda^{mse}`.
        evidence: What a relation of :meth:`graph` goes by; see
            :func:`~graphforensics.models.deepfake_mae.graph.part_consistency`.
        branches: ``"both"``, ``"finetune"`` or ``"map"``: whose verdict counts.
        frames: Number of frames F.
        size: Side of the crop in pixels.
        margin: Side of the crop over the side of the face's box.

    Shapes:
        Inputs ``[B, F, 3, size, size]``; landmarks, where known, ``[B, F, 68, 2]`` in pixels.

    Raises:
        ValueError: A word is unknown, a number is out of its range, or the patch does not divide
            the size.
        CheckpointError: ``encoder_weights`` are damaged or of another size.

    Example:
        >>> tiny = {"channels": 16, "blocks": 1, "heads": 2, "decoder_channels": 8}
        >>> tiny |= {"decoder_blocks": 1, "decoder_heads": 2, "mapping_encoder": "resnet10t"}
        >>> model = DeepfakeMAE(**tiny, size=64).eval()
        >>> frames = torch.rand(1, 5, 3, 64, 64)
        >>> model(frames).logit.shape, model.graph(frames)[0].edge_weight.shape
        (torch.Size([1]), torch.Size([6]))
    """

    name: ClassVar[str] = "deepfake_mae"
    reads_landmarks: ClassVar[bool] = True
    graph_apart: ClassVar[bool] = True

    def __init__(
        self,
        encoder: Size = "base",
        channels: int | None = None,
        blocks: int | None = None,
        heads: int | None = None,
        decoder_channels: int | None = None,
        decoder_blocks: int | None = None,
        decoder_heads: int | None = None,
        patch: int = 16,
        encoder_weights: str | Sequence[str | None] | None = None,
        mask_ratio: float = 0.5,
        mask_strategy: PartMaskStrategy = "random_part",
        partition: Partition = "algorithm1",
        normalize_targets: bool = False,
        mapping_encoder: str = "resnet18",
        mapping_channels: int = 128,
        drawing: Drawing = "whole",
        classification_weight: float = 1.0,
        mapping_weight: float = 1.0,
        evidence: Evidence = "both_others",
        branches: Branches = "both",
        frames: int = 5,
        size: int = 224,
        margin: float = 1.3,
    ) -> None:
        super().__init__()
        check_word("encoder", encoder, get_args(Size))
        check_word("partition", partition, get_args(Partition))
        check_word("drawing", drawing, get_args(Drawing))
        check_word("evidence", evidence, get_args(Evidence))
        check_word("branches", branches, get_args(Branches))
        check_positive(frames=frames)
        given = (channels, blocks, heads, decoder_channels, decoder_blocks, decoder_heads)
        names = SIZES[encoder]._fields
        shape = SIZES[encoder]._replace(
            **{name: value for name, value in zip(names, given, strict=True) if value is not None}
        )
        vision, convolutional = _weights(encoder_weights)
        self.drawing: Drawing = drawing
        self.evidence: Evidence = evidence
        self.branches: Branches = branches
        self.classification_weight = classification_weight
        self.mapping_weight = mapping_weight
        self.input_spec = InputSpec("frames", size, 1, frames, margin=margin)
        self.stages = FinishedStages()
        with called_here(ratio="mask_ratio", strategy="mask_strategy"):
            self.autoencoder = FacialMaskedAutoencoder(
                shape,
                size,
                patch,
                normalize_targets,
                mask_ratio,
                mask_strategy,
                partition,
                margin,
            )
        if vision is not None:
            load_public_weights(self.autoencoder, vision)
        self.finetuning = FinetuningNetwork(deepcopy(self.autoencoder.encoder))
        self.mapping = MappingNetwork(mapping_encoder, convolutional, mapping_channels, size)

    @property
    def feature_layer(self) -> nn.Module:
        """What Grad-CAM looks at: the tokens' map, or the mapping network's encoder by itself."""
        by_map = self.counting() == ("map",)
        return self.mapping.encoder if by_map else self.finetuning.maps

    def forward(self, inputs: Tensor) -> DeepfakeMAEOutput:
        """Judge a batch of frames by the branches that count."""
        return self.judge(inputs, self.counting())

    def judge(self, inputs: Tensor, branches: Sequence[Stage]) -> DeepfakeMAEOutput:
        """Judge a batch of frames by some branches, trained or not.

        Args:
            inputs: As in :meth:`forward`.
            branches: ``"finetune"``, ``"map"``, or both.
        """
        self.check_inputs(inputs)
        finetune = widened(self.finetuning(inputs)) if "finetune" in branches else None
        if "map" not in branches:
            return DeepfakeMAEOutput(cast(Tensor, finetune), finetune)
        said: MappedFaces = self.mapping(inputs.flatten(0, 1))
        frames = widened(said.logit).view(inputs.shape[:2])
        mapped = said.mapped.view(*inputs.shape[:2], *said.mapped.shape[1:])
        by_map = mean_logit(frames, 1)
        logit = by_map if finetune is None else mean_logit(torch.stack([finetune, by_map]), 0)
        return DeepfakeMAEOutput(logit, finetune, by_map, frames, mapped)

    def loss(self, output: DetectorOutput, batch: Mapping[str, Any]) -> dict[str, Tensor]:
        """Return ``"loss"`` and its parts: the cross-entropy of each branch that counts.

        The mapping network's is of each frame. What the autoencoder asks of it is not in here:
        see :meth:`mapping_losses`, and the autoencoder's ``reconstruction_loss`` for its own.

        Args:
            output: What :meth:`forward` returned.
            batch: ``"label"`` is ``[B]``, 1 is fake.

        Raises:
            ValueError: The labels have another shape.
        """
        said = cast(DeepfakeMAEOutput, output)
        label = batch["label"]
        check_shape("label", label, tuple(said.logit.shape))
        parts = {}
        if said.finetune_logit is not None:
            parts["finetune"] = cross_entropy(said.finetune_logit, label)
        if said.frame_logits is not None:
            every = label.unsqueeze(1).expand_as(said.frame_logits)
            parts["map"] = cross_entropy(said.frame_logits, every)
        return {"loss": torch.stack(list(parts.values())).sum(), **parts}

    def reconstruct(
        self,
        images: Tensor,
        part: PartMaskStrategy = "random_part",
        landmarks: Tensor | None = None,
        ratio: float | None = None,
        generator: Generator | None = None,
    ) -> Reconstruction:
        """Hide some of a part and restore it, for pictures as in the paper's figure 1.

        Args:
            images: Faces ``[B, 3, size, size]``, normalised.
            part: ``"eyes"``, ``"cheeks_and_nose"``, ``"lips"``, ``"random_part"`` or
                ``"random_patches"``.
            landmarks: ``[B, 68, 2]`` in pixels. Faces whose landmarks are not finite, and all of
                them by default, are cut as an average upright face is
                (:func:`~graphforensics.regions.mean_face.mean_face`).
            ratio: Share to hide. Default: the ``mask_ratio`` that the autoencoder learns with.
            generator: Source of randomness. Default: the global one.

        Raises:
            ValueError: The part is unknown, or a shape or the ratio does not fit.
        """
        with evaluating(self):
            return self.autoencoder.reconstruct(images, part, landmarks, ratio, generator)

    def graph(self, inputs: Tensor, landmarks: Tensor | None = None) -> Batch:
        """Return how well the parts of each face predict each other, as evaluation sees them.

        Nodes are eyes, cheek and nose, and lips, with the mean token of each; a relation from i to
        j is how well j is restored
        (:func:`~graphforensics.models.deepfake_mae.graph.part_consistency`), averaged over the
        frames. The tokens are the fine-tuned encoder's, or the autoencoder's where no other was
        trained.

        Args:
            inputs: As in :meth:`forward`.
            landmarks: ``[B, F, 68, 2]`` in pixels; as in :meth:`reconstruct`.

        Returns:
            A batch of :class:`~graphforensics.data.FaceGraph` of kind ``"part"``.
        """
        self.check_inputs(inputs)
        images, groups = inputs.flatten(0, 1), tuple(inputs.shape[:2])
        known = None if landmarks is None else landmarks.flatten(0, 1)
        only_pretrained = bool(self.stages.names) and "finetune" not in self.stages
        encoder = self.autoencoder.encoder if only_pretrained else self.finetuning.encoder
        with evaluating(self), torch.no_grad():
            parts = self.autoencoder.parts(images, known)
            tokens = widened(encoder(images).tokens[:, 1:])
            weight = part_consistency(self.autoencoder, images, parts, self.evidence)
            split = (torch.unflatten(one, 0, groups) for one in (tokens, parts, weight))
            return consistency_graphs(*split)

    def graph_classifier(self) -> DeepfakeMAEGraphClassifier:
        """Return what reads the graph's nodes, half of the verdict; it shares weights."""
        count = self.autoencoder.parts(self.autoencoder.mean_landmarks[:1])[0].sum(1)
        return DeepfakeMAEGraphClassifier(self.finetuning.classifier, count / count.sum())


def _weights(given: str | Sequence[str | None] | None) -> tuple[str | None, str | None]:
    pair = (given, None) if given is None or isinstance(given, str) else tuple(given)
    if len(pair) != 2:
        raise ValueError(f"'encoder_weights' must be one or a pair (got {len(pair)})")
    vision, convolutional = pair
    if vision == "default":
        raise ValueError("'encoder_weights' must be a local file (got 'default')")
    return vision, convolutional
