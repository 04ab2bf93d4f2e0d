"""Local relation learning: patches of a face, and which of them are unlike the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, cast, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional

from graphforensics.data.input_spec import InputSpec
from graphforensics.models.detector import Detector
from graphforensics.models.detector_output import DetectorOutput
from graphforensics.models.fast_inference import evaluating
from graphforensics.models.lrl.graph_classifier import LRLGraphClassifier
from graphforensics.models.lrl.output import LRLOutput, PaddedLRLOutput
from graphforensics.nn.argument_checks import called_here, check_positive, check_shape, check_word
from graphforensics.nn.loss import segmentation_loss, similarity_loss
from graphforensics.nn.loss.segmentation import SegmentationReduction
from graphforensics.nn.mask_decoder import MaskDecoder
from graphforensics.nn.multi_scale_fusion import MultiScaleFusion
from graphforensics.nn.patch_similarity import patch_similarity
from graphforensics.nn.precision import widened
from graphforensics.nn.rgb_frequency_encoder import RGBFrequencyEncoder
from graphforensics.nn.similarity_target import similarity_target

Partition = Literal["even", "pad", "resize"]


class LRL(Detector):
    r"""Local relation learning on single images.

    Two networks see the face, one its colours, one its high frequencies; their maps gate each
    other at three depths; the joined map is cut into k x k patches, and how alike every two of
    them are gives the verdict. A decoder finds the forged pixels. "Local Relation Learning
    for Face Forgery Detection" (AAAI 2021); the defaults are the paper's.

    .. math:: \mathcal{L} = \mathcal{L}_{ce} + \lambda_1 \mathcal{L}_{sim}
        + \lambda_2 \mathcal{L}_{seg}

    The rows of the paper's table 4, from the first: ``frequency=False, similarity=False``;
    ``attention=False, similarity=False``; ``similarity=False``; ``frequency=False``; the defaults.

    Args:
        encoder: Any image network of timm; Xception is ``"legacy_xception"``.
        encoder_weights: None is random; ``"default"`` is timm's own, fetched; else a file. Both
            networks start from them.
        encoder_stages: The stages whose maps are low, mid and high.
        encoder_options: Keywords for ``timm.create_model``.
        frequency: See the high frequencies as well; without them there is nothing to gate.
        attention: Gate and add the two networks' maps; otherwise they are put one behind the other.
        similarity: Read the verdict from the patches' similarity; otherwise from the deepest map,
            averaged over its places.
        alpha: Legs of the triangle of low frequencies that is removed.
        k: Patches along each side.
        partition: Where k does not divide the deepest map, ``"even"`` shares its places out as
            evenly as they go; ``"pad"`` adds zeros below and to the right, the paper's letter,
            which can leave whole patches empty; ``"resize"`` enlarges the map.
        decoder_channels: Channels inside the decoder.
        similarity_weight: :math:`\lambda_1`.
        segmentation_weight: :math:`\lambda_2`.
        segmentation_reduction: ``"mean"`` over the pixels, or ``"sum"``, the paper's letter.
        size: Side of the crop in pixels.
        margin: Side of the crop over the side of the face's box.

    Shapes:
        Inputs ``[B, 3, size, size]``.

    Raises:
        ValueError: A number is out of its range, a shape does not fit, or the deepest map has
            fewer places along a side than there are patches.

    Example:
        >>> lrl = LRL(encoder="resnet10t", size=160).eval()
        >>> output = lrl(torch.rand(1, 3, 160, 160))
        >>> output.logit.shape, output.similarity.shape, output.mask.shape
        (torch.Size([1]), torch.Size([1, 25, 25]), torch.Size([1, 1, 160, 160]))
    """

    name: ClassVar[str] = "lrl"
    reads_masks = True

    def __init__(
        self,
        encoder: str = "legacy_xception",
        encoder_weights: str | None = None,
        encoder_stages: Sequence[int] = (-3, -2, -1),
        encoder_options: dict[str, Any] | None = None,
        frequency: bool = True,
        attention: bool = True,
        similarity: bool = True,
        alpha: float = 0.33,
        k: int = 5,
        partition: Partition = "even",
        decoder_channels: int = 64,
        similarity_weight: float = 10.0,
        segmentation_weight: float = 1.0,
        segmentation_reduction: SegmentationReduction = "mean",
        size: int = 299,
        margin: float = 1.3,
    ) -> None:
        super().__init__()
        check_positive(k=k)
        check_word("partition", partition, get_args(Partition))
        check_word(
            "segmentation_reduction", segmentation_reduction, get_args(SegmentationReduction)
        )
        with called_here(name="encoder", out_indices="encoder_stages"):
            self.streams = RGBFrequencyEncoder(
                encoder,
                encoder_weights,
                encoder_stages,
                frequency,
                attention,
                alpha,
                **(encoder_options or {}),
            )
        channels = self.streams.channels
        self.k = k
        self._output = LRLOutput if partition == "even" else PaddedLRLOutput
        multiple = k if partition == "resize" else 1
        self.fuse: nn.Module = MultiScaleFusion(multiple) if similarity else _Deepest()
        self.classifier = nn.Linear(k**4 if similarity else channels[-1], 1)
        with called_here(hidden="decoder_channels", maps="encoder_stages"):
            self.decoder = MaskDecoder(channels, decoder_channels)
        self.similarity_weight = similarity_weight
        self.segmentation_weight = segmentation_weight
        self.segmentation_reduction: SegmentationReduction = segmentation_reduction
        self.reads_similarity = similarity
        rgb = self.streams.rgb
        self.input_spec = InputSpec("image", size, 1, 1, rgb.mean, rgb.std, margin)
        if similarity:
            self._check_patches(-(-size // rgb.strides[-1]))

    @property
    def encoder(self) -> nn.Module:
        """The network that sees the colours."""
        return self.streams.rgb

    @property
    def feature_layer(self) -> nn.Module:
        """What joins the depths: its map is cut into patches; Grad-CAM looks there."""
        return self.fuse

    def forward(self, inputs: Tensor) -> LRLOutput:
        """Judge a batch of images."""
        self.check_inputs(inputs)
        maps = self.streams(inputs)
        mask_logit = self.decoder(*maps, size=inputs.shape[-2:])
        # Relations are a trifle beside the encoders: they are computed in full precision.
        if self.reads_similarity:
            self._check_patches(min(maps[-1].shape[-2:]))
        with torch.autocast(inputs.device.type, enabled=False):
            precision = self.classifier.weight.dtype
            features = self.fuse(*(one.to(precision) for one in maps))
            if not self.reads_similarity:
                logit = self.classifier(features.mean((2, 3))).squeeze(1)
                return LRLOutput(logit, mask_logit, features)
            similarity = patch_similarity(features, self.k, self._output.cut)
            logit = self.classifier(similarity.flatten(1)).squeeze(1)
        return self._output(logit, mask_logit, features, similarity)

    def loss(self, output: DetectorOutput, batch: Mapping[str, Any]) -> dict[str, Tensor]:
        """Return ``"loss"`` and its parts: classification, similarity and segmentation.

        Without masks in the batch the loss is the classification alone; samples whose ``has_mask``
        is false count for the classification alone. Without the similarity module there is no
        ``"similarity"``.

        Args:
            output: What :meth:`forward` returned.
            batch: ``"label"`` is ``[B]``, 1 is fake; ``"mask"``, if any, ``[B, 1, size, size]``,
                1 where a pixel is forged; ``"has_mask"`` is ``[B]`` (bool), all by default.

        Raises:
            ValueError: A shape or type is not one of these.
        """
        said = cast(LRLOutput, output)
        label = batch["label"]
        if label.shape != said.logit.shape:
            raise ValueError(f"'label' must be {list(said.logit.shape)} (got {list(label.shape)})")
        logit = widened(said.logit)
        parts = {
            "classification": functional.binary_cross_entropy_with_logits(logit, label.to(logit))
        }
        if batch.get("mask") is not None:
            parts |= self._mask_losses(said, batch["mask"], batch.get("has_mask"))
        total = parts["classification"]
        if "similarity" in parts:
            total = total + self.similarity_weight * parts["similarity"]
        if "segmentation" in parts:
            total = total + self.segmentation_weight * parts["segmentation"]
        return {"loss": total, **parts}

    def forged_pixels(self, inputs: Tensor) -> Tensor | None:
        """Return :meth:`localise`'s map, if it is taught any."""
        return self.localise(inputs) if self.segmentation_weight else None

    def forged_map(self, output: DetectorOutput) -> Tensor | None:
        """Return the same of a verdict that is there already."""
        return cast(LRLOutput, output).mask.squeeze(1) if self.segmentation_weight else None

    def localise(self, inputs: Tensor) -> Tensor:
        """Tell which pixels are forged, as evaluation sees them.

        Args:
            inputs: As in :meth:`forward`.

        Returns:
            The decoder's probability of each pixel of the input, ``[B, size, size]``.
        """
        with evaluating(self), torch.no_grad():
            output: LRLOutput = self(inputs)
            return output.mask.squeeze(1)

    def graph_classifier(self) -> LRLGraphClassifier:
        """Return the part that reads a graph, on edges, for PyG's explainers; it shares weights."""
        return LRLGraphClassifier(self.classifier, self.k**2 if self.reads_similarity else None)

    def _mask_losses(
        self, output: LRLOutput, mask: Tensor, present: Tensor | None
    ) -> dict[str, Tensor]:
        wanted = tuple(output.mask_logit.shape)
        check_shape("mask", mask, wanted, (wanted[0], *wanted[2:]))
        mask = mask.view(wanted)
        parts = {}
        if output.similarity is not None:
            places = (output.features.size(2), output.features.size(3))
            target = similarity_target(mask, self.k, places, output.cut)
            parts["similarity"] = similarity_loss(output.similarity, target, present)
        parts["segmentation"] = segmentation_loss(
            output.mask_logit, mask, present, self.segmentation_reduction
        )
        return parts

    def _check_patches(self, places: int) -> None:
        if self.k > places:
            raise ValueError(
                f"'k' must be at most the {places} places that the deepest map has along a side "
                f"(got {self.k}): take larger images or an earlier stage"
            )


class _Deepest(nn.Module):
    """The deepest of the maps, where the others are not needed."""

    def forward(self, *maps: Tensor) -> Tensor:
        return maps[-1]
