"""A bare encoder with a linear head: what every other detector is compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, cast, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional

from graphforensics.data.input_spec import InputSpec
from graphforensics.models.baseline.graph_classifier import BaselineGraphClassifier
from graphforensics.models.baseline.output import BaselineOutput
from graphforensics.models.detector import Detector
from graphforensics.models.detector_output import DetectorOutput
from graphforensics.models.fast_inference import evaluating
from graphforensics.nn.argument_checks import check_positive, check_shape, check_share, check_word
from graphforensics.nn.encoder.build import build_encoder
from graphforensics.nn.loss.segmentation import SegmentationReduction, segmentation_loss
from graphforensics.nn.mask_decoder import MaskDecoder
from graphforensics.nn.precision import widened


class Baseline(Detector):
    r"""An encoder whose deepest map is averaged and read by a linear layer.

    .. math:: p = \sigma \Big( b + \mathbf{w}^\top \frac{1}{|\Omega|} \sum_{u \in \Omega}
        \mathbf{f}(u) \Big)

    where :math:`\Omega` are the places of the map, and of all frames where there are several. No
    relation is learned: whatever another detector gains over this one with the same encoder, data
    and budget, it gains by what it puts between encoder and head. With ``masks`` a decoder finds
    the forged pixels beside it, from the maps of several depths:

    .. math:: \mathcal{L} = \mathcal{L}_{ce} + \lambda \mathcal{L}_{seg}

    Args:
        encoder: Any image network of timm, or a video network of torchvision or pytorchvideo.
        encoder_weights: None is random; ``"default"`` is the library's own, fetched; else a file.
        encoder_stages: The stages whose maps the mask decoder sees; the deepest is read by the
            head. Without ``masks`` the deepest alone is computed.
        encoder_options: Keywords for the library that builds the network.
        masks: Learn to find the forged pixels as well. Single images only.
        decoder_channels: Channels inside the mask decoder.
        segmentation_weight: :math:`\lambda`.
        segmentation_reduction: ``"mean"`` or ``"sum"`` over the pixels.
        dropout: Share of the averaged map that is zeroed before the head in training.
        snippets: Runs of consecutive frames of a clip.
        frames: Consecutive frames of a run; with one snippet of one frame the detector takes
            images.
        size: Side of the crop in pixels.
        margin: Side of the crop over the side of the face's box.

    Shapes:
        Inputs ``[B, 3, size, size]``, or ``[B, snippets, 3, frames, size, size]``.

    Raises:
        ValueError: A number is out of its range, ``masks`` are asked for of clips, or a video
            network is given single images.

    Example:
        >>> model = Baseline(encoder="resnet10t", masks=True, size=64).eval()
        >>> output = model(torch.rand(2, 3, 64, 64))
        >>> output.logit.shape, output.mask.shape
        (torch.Size([2]), torch.Size([2, 1, 64, 64]))
        >>> Baseline(encoder="resnet10t", snippets=2, frames=4, size=64).input_spec.shape
        (2, 3, 4, 64, 64)
    """

    name: ClassVar[str] = "baseline"

    def __init__(
        self,
        encoder: str = "tf_efficientnet_lite0",
        encoder_weights: str | None = None,
        encoder_stages: Sequence[int] = (-3, -2, -1),
        encoder_options: dict[str, Any] | None = None,
        masks: bool = False,
        decoder_channels: int = 64,
        segmentation_weight: float = 1.0,
        segmentation_reduction: SegmentationReduction = "mean",
        dropout: float = 0.0,
        snippets: int = 1,
        frames: int = 1,
        size: int = 224,
        margin: float = 1.3,
    ) -> None:
        super().__init__()
        check_positive(snippets=snippets, frames=frames, encoder_stages=len(encoder_stages))
        check_share("dropout", dropout)
        words = get_args(SegmentationReduction)
        check_word("segmentation_reduction", segmentation_reduction, words)
        clips = snippets * frames > 1
        if masks and clips:
            raise ValueError(
                f"'masks' are for single images (got {snippets} snippets of {frames} frames)"
            )
        stages = tuple(encoder_stages) if masks else (encoder_stages[-1],)
        self.encoder = build_encoder(encoder, encoder_weights, stages, **(encoder_options or {}))
        channels = self.encoder.channels
        self.feature_map = nn.Identity()
        self.drop = nn.Dropout(dropout)
        self.classifier = nn.Linear(channels[-1], 1)
        self.reads_masks = masks
        self.decoder = MaskDecoder(channels, decoder_channels) if masks else None
        self.segmentation_weight = segmentation_weight
        self.segmentation_reduction: SegmentationReduction = segmentation_reduction
        mean, std = self.encoder.mean, self.encoder.std
        kind = "clip" if clips else "image"
        self.input_spec = InputSpec(kind, size, snippets, frames, mean, std, margin)  # type: ignore[arg-type]

    @property
    def feature_layer(self) -> nn.Module:
        """What the deepest map passes through; Grad-CAM looks there."""
        return self.feature_map

    def forward(self, inputs: Tensor) -> BaselineOutput:
        """Judge a batch of images or clips."""
        self.check_inputs(inputs)
        still = self.input_spec.kind == "image"
        maps = self.encoder(inputs if still else inputs.flatten(0, 1))
        deepest = self.feature_map(maps[-1])
        snippets = 1 if still else self.input_spec.snippets
        features = deepest if deepest.dim() == 4 else deepest.mean(2)
        features = features.unflatten(0, (inputs.size(0), snippets))
        mask_logit = None
        if self.decoder is not None:
            mask_logit = self.decoder(*maps, size=inputs.shape[-2:])
        with torch.autocast(inputs.device.type, enabled=False):
            pooled = features.to(self.classifier.weight.dtype).mean((3, 4))
            logits = self.classifier(self.drop(pooled)).squeeze(2)
        return BaselineOutput(logits.mean(1), features, logits, mask_logit, still)

    def loss(self, output: DetectorOutput, batch: Mapping[str, Any]) -> dict[str, Tensor]:
        """Return ``"loss"`` and its parts: classification and, with masks, segmentation.

        Args:
            output: What :meth:`forward` returned.
            batch: ``"label"`` is ``[B]``, 1 is fake; ``"mask"``, if any, ``[B, 1, size, size]``,
                1 where a pixel is forged; ``"has_mask"`` is ``[B]`` (bool), all by default.

        Raises:
            ValueError: A shape or type is not one of these.
        """
        said = cast(BaselineOutput, output)
        label = batch["label"]
        if label.shape != said.logit.shape:
            raise ValueError(f"'label' must be {list(said.logit.shape)} (got {list(label.shape)})")
        logits = widened(said.snippet_logits)
        wanted = label.to(logits).unsqueeze(1).expand_as(logits)
        total = functional.binary_cross_entropy_with_logits(logits, wanted)
        parts = {"classification": total}
        if said.mask_logit is not None and batch.get("mask") is not None:
            shape = tuple(said.mask_logit.shape)
            check_shape("mask", batch["mask"], shape, (shape[0], *shape[2:]))
            parts["segmentation"] = segmentation_loss(
                said.mask_logit,
                batch["mask"].view(shape),
                batch.get("has_mask"),
                self.segmentation_reduction,
            )
            total = total + self.segmentation_weight * parts["segmentation"]
        return {"loss": total, **parts}

    def forged_pixels(self, inputs: Tensor) -> Tensor | None:
        """Return the decoder's probability of each pixel ``[B, size, size]``, if it has one."""
        if self.decoder is None or not self.segmentation_weight:
            return None
        with evaluating(self), torch.no_grad():
            output: BaselineOutput = self(inputs)
            return output.mask.squeeze(1)

    def graph_classifier(self) -> BaselineGraphClassifier:
        """Return the part that reads a graph, on edges, for PyG's explainers; it shares weights."""
        return BaselineGraphClassifier(self.classifier)
