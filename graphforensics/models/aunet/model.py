"""AUNet: the action units of a face, and how they go together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, cast, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional

from graphforensics.data.input_spec import InputSpec
from graphforensics.models.aunet.building_blocks import (
    Mixing,
    PatchTokens,
    check_weights,
    mixed_blocks,
    neck_of,
    tokens_of,
)
from graphforensics.models.aunet.graph_classifier import AUNetGraphClassifier
from graphforensics.models.aunet.output import AUNetOutput, averaged_logit
from graphforensics.models.aunet.pair_mixing import PairMixing
from graphforensics.models.aunet.supervision import attention_supervision, patch_supervision
from graphforensics.models.detector import Detector
from graphforensics.models.detector_output import DetectorOutput
from graphforensics.models.fast_inference import evaluating
from graphforensics.nn.argument_checks import (
    called_here,
    check_positive,
    check_shape,
    check_share,
    check_word,
)
from graphforensics.nn.art_encoder import ARTEncoder, ARTFeatures
from graphforensics.nn.encoder import StagedEncoder
from graphforensics.nn.feature_statistics_mixing import FeatureStatisticsMixing
from graphforensics.nn.precision import widened
from graphforensics.nn.separable_conv import Convolution
from graphforensics.regions.action_units import ACTION_UNITS

Tampering = Literal["both", "image", "features"]


class AUNet(Detector):
    r"""Relations between action units on single images, learned from real faces alone.

    Three encoders look at the map of an image network. In each, one branch finds fifteen action
    units, relates them and enhances those that relate most; another relates all patches. A class
    token judges the face, every patch token its patch. "AUNet: Learning Relations Between
    Action Units for Face Forgery Detection" (CVPR 2023).

    .. math:: \mathcal{L} = \lambda_c \mathcal{L}_{cls} + \lambda_t \mathcal{L}_{token}
        + \lambda_a \mathcal{L}_{att}

    The rows of the paper's table 4: ``specific=False, agnostic=False, token_weight=0`` (backbone:
    its map's mean and a linear layer, under the same tampering); ``specific=False``;
    ``agnostic=False``; pseudo-fakes of the whole face instead of a partial one;
    ``tampering="features"``; ``tampering="image"``; ``token_weight=0``; the defaults. The paper's
    letter, where the defaults depart from it: ``width=None``, ``convolution="full"``,
    ``mixing="anywhere"``, ``patch_tokens="block"``.

    Args:
        encoder: Any image network of timm; Xception is ``"legacy_xception"``.
        encoder_weights: None is random; ``"default"`` is timm's own, fetched; else a file.
        encoder_stage: The stage whose map is looked at, counted from the deepest if negative; of
            Xception -2 ends with block 11.
        encoder_options: Keywords for ``timm.create_model``.
        width: Channels that a 1 x 1 convolution with BatchNorm brings the map to; None keeps the
            map as it is, the paper's letter.
        convolution: ``"separable"``, as Xception's own convolutions are, or ``"full"``, the paper's
            letter, with nine times the multiplications.
        depth: Number of encoders.
        hidden_channels: Channels C' of the tokens.
        heads: Attention heads.
        specific: Have the AU-specific branch.
        agnostic: Have the AU-agnostic branch; without it there is no class token, and the mean of
            the last map stands for it.
        tampering: What training tampers with: the ``"image"``, its ``"features"`` or ``"both"``.
        mixing: Where training may mix features: before one of the ``"encoders"``, or
            ``"anywhere"``, which adds every block of the image network, the paper's letter. It
            wants a network that can be cut (:class:`~graphforensics.nn.StagedEncoder`).
        patch_tokens: What patch tokens are: the places of the last encoder's ``"map"``, or the
            tokens of its Transformer ``"block"``, eq. 19 to the letter. Then no verdict is read
            from the last encoder's relations and convolutions; it wants the AU-agnostic branch.
        token_threshold: Share of a patch from which on it counts as tampered with, t of eq. 18.
        class_weight: :math:`\lambda_c`.
        token_weight: :math:`\lambda_t`; with 0 the patch tokens have no say in the verdict.
        attention_weight: :math:`\lambda_a`.
        size: Side of the crop in pixels.
        margin: Side of the crop over the side of the face's box.

    Shapes:
        Inputs ``[B, 3, size, size]``.

    Raises:
        ValueError: A number is out of its range, a word is unknown, or a shape does not fit.

    Example:
        >>> aunet = AUNet(encoder="resnet10t", size=64).eval()
        >>> output = aunet(torch.rand(1, 3, 64, 64))
        >>> output.logit.shape, output.relations.shape, output.token_map.shape
        (torch.Size([1]), torch.Size([1, 15, 15]), torch.Size([1, 4, 4]))
    """

    name: ClassVar[str] = "aunet"
    reads_masks = True
    reads_landmarks: ClassVar[bool] = True

    def __init__(
        self,
        # What is seen.
        encoder: str = "legacy_xception",
        encoder_weights: str | None = None,
        encoder_stage: int = -2,
        encoder_options: dict[str, Any] | None = None,
        width: int | None = 256,
        convolution: Convolution = "separable",
        # The encoders that relate it.
        depth: int = 3,
        hidden_channels: int = 256,
        heads: int = 8,
        specific: bool = True,
        agnostic: bool = True,
        # How training tampers, and what patches are taught.
        tampering: Tampering = "both",
        mixing: Mixing = "encoders",
        patch_tokens: PatchTokens = "map",
        token_threshold: float = 0.5,
        # The loss.
        class_weight: float = 1.0,
        token_weight: float = 30.0,
        attention_weight: float = 0.5,
        # The crop.
        size: int = 224,
        margin: float = 1.3,
    ) -> None:
        super().__init__()
        check_positive(depth=depth, width=1 if width is None else width)
        check_word("tampering", tampering, get_args(Tampering))
        check_word("mixing", mixing, get_args(Mixing))
        check_word("patch_tokens", patch_tokens, get_args(PatchTokens))
        if patch_tokens == "block" and not agnostic:
            raise ValueError("'patch_tokens' \"block\" wants 'agnostic' (got False)")
        check_word("convolution", convolution, get_args(Convolution))
        check_share("token_threshold", token_threshold)
        self.tampering: Tampering = tampering
        self.patch_tokens: PatchTokens = patch_tokens
        self.token_threshold = token_threshold
        self.weights = {
            "classification": class_weight,
            "token": token_weight,
            "attention": attention_weight,
        }
        check_weights(self.weights)
        options = encoder_options or {}
        with called_here(name="encoder", out_indices="encoder_stage"):
            self.encoder = StagedEncoder(encoder, encoder_weights, (encoder_stage,), **options)
        self.mixed_blocks = mixed_blocks(self.encoder, mixing)
        relates = specific or agnostic
        self.neck = neck_of(self.encoder.channels[-1], width if relates else None)
        channels = self.encoder.channels[-1] if width is None or not relates else width
        self.relate = nn.ModuleList(
            ARTEncoder(
                channels,
                len(ACTION_UNITS),
                hidden_channels,
                heads,
                learn_class_token=number == 0,
                specific=specific,
                agnostic=agnostic,
                convolution=convolution,
            )
            for number in range(depth if relates else 0)
        )
        self.mix = FeatureStatisticsMixing()
        self.read_face = nn.Linear(hidden_channels if agnostic else channels, 1)
        seen = hidden_channels if patch_tokens == "block" else channels
        self.read_patch = nn.Linear(seen, 1) if token_weight else None
        self.input_spec = InputSpec(
            "image", size, 1, 1, self.encoder.mean, self.encoder.std, margin
        )

    @property
    def stages(self) -> int:
        """Number of maps that features can be mixed in.

        First those that go into an encoder, then, with ``mixing="anywhere"``, those of the image
        network's blocks.
        """
        return self._encoder_inputs + len(self.mixed_blocks)

    @property
    def _encoder_inputs(self) -> int:
        return max(len(self.relate), 1)

    @property
    def feature_layer(self) -> nn.Module:
        """What gives the map that all encoders start from; Grad-CAM looks there."""
        return self.neck

    def forward(self, inputs: Tensor, mixing: PairMixing | None = None) -> AUNetOutput:
        """Judge a batch of images.

        Args:
            inputs: ``[B, 3, size, size]``, normalised by ``input_spec.normalize``.
            mixing: Which features to mix in training. Default: none.
        """
        self.check_inputs(inputs)
        seen = self.encode(inputs, mixing)
        last = seen[-1]
        features, token = last.features, last.class_token
        class_logit = self.read_face(features.mean((2, 3)) if token is None else token).squeeze(1)
        output = AUNetOutput(widened(class_logit), widened(class_logit), features)
        if self.read_patch is not None:
            patch_logits = widened(self.read_patch(tokens_of(last, self.patch_tokens)).squeeze(3))
            output.patch_logits = patch_logits
            output.logit = averaged_logit(class_logit, patch_logits.flatten(1))
        if last.action_units is not None:
            found = [one.action_units.maps for one in seen if one.action_units is not None]
            output.maps = torch.stack(found, dim=1)
            output.embeddings = last.action_units.embeddings
            output.relations = last.action_units.relations
            output.importance = last.action_units.importance
        return output

    def encode(self, inputs: Tensor, mixing: PairMixing | None = None) -> list[ARTFeatures]:
        """Return what each encoder makes of the images; the map by itself where there is none.

        Args:
            inputs: As in :meth:`forward`.
            mixing: As in :meth:`forward`.
        """
        if mixing is not None and not 0 <= mixing.stage < self.stages:
            raise ValueError(f"'stage' must be from 0 to {self.stages - 1} (got {mixing.stage})")
        current = ARTFeatures(self.neck(self._trunk(inputs, mixing)), None, None, None)
        seen: list[ARTFeatures] = []
        for number, relate in enumerate(self.relate):
            current = relate(self._mixed(current.features, number, mixing), current.class_token)
            seen.append(current)
        if not seen:
            seen.append(current._replace(features=self._mixed(current.features, 0, mixing)))
        return seen

    def loss(self, output: DetectorOutput, batch: Mapping[str, Any]) -> dict[str, Tensor]:
        """Return ``"loss"`` and its parts: classification, token and attention.

        The class token learns from all samples; patch tokens from those with a mask, attention
        from those with usable landmarks. Without ``"mask"`` or ``"landmarks"`` that part
        is left out.

        Args:
            output: What :meth:`forward` returned.
            batch: ``"label"`` is ``[B]``, 1 is fake; ``"mask"``, if any, ``[B, 1, size, size]``,
                how much of each pixel is forged; ``"has_mask"`` is ``[B]`` (bool), all by default;
                ``"landmarks"``, if any, ``[B, 68, 2]`` in pixels of the image.

        Raises:
            ValueError: A shape or type is not one of these.
        """
        said = cast(AUNetOutput, output)
        check_shape("label", batch["label"], tuple(said.class_logit.shape))
        label, side = batch["label"].to(said.class_logit), self.input_spec.size
        parts = {
            "classification": functional.binary_cross_entropy_with_logits(said.class_logit, label)
        }
        if said.patch_logits is not None and batch.get("mask") is not None:
            parts["token"] = patch_supervision(
                said.patch_logits, batch["mask"], batch.get("has_mask"), side, self.token_threshold
            )
        if said.maps is not None and batch.get("landmarks") is not None:
            parts["attention"] = attention_supervision(said.maps, batch["landmarks"], side)
        total = torch.stack([self.weights[name] * part for name, part in parts.items()]).sum()
        return {"loss": total, **parts}

    def forged_pixels(self, inputs: Tensor) -> Tensor | None:
        """Return :meth:`localise`'s map, if it is taught any."""
        return self.localise(inputs) if self.read_patch is not None else None

    def forged_map(self, output: DetectorOutput) -> Tensor | None:
        """Return the same of a verdict that is there already."""
        if self.read_patch is None:
            return None
        return self._enlarged(cast(AUNetOutput, output).token_map)

    def localise(self, inputs: Tensor) -> Tensor:
        """Tell which pixels are forged, as evaluation sees them.

        Args:
            inputs: As in :meth:`forward`.

        Returns:
            The patch tokens' probabilities, enlarged to the input, ``[B, size, size]``.

        Raises:
            ValueError: ``token_weight`` is 0: no patch token has learned to tell.
        """
        return self._enlarged(self.token_map(inputs))

    def token_map(self, inputs: Tensor) -> Tensor:
        """Tell which patches are forged: :meth:`localise` as the tokens say it, ``[B, 14, 14]``.

        Args:
            inputs: As in :meth:`forward`.
        """
        with evaluating(self), torch.no_grad():
            output: AUNetOutput = self(inputs)
            return output.token_map

    def graph_classifier(self, inputs: Tensor | None = None) -> AUNetGraphClassifier:
        """Return the part that reads the action units' graphs, for PyG's explainers.

        Args:
            inputs: The images that the graphs are of: the verdict is read from the graph and from
                the face's map together.

        Raises:
            ValueError: There are no images.
        """
        if inputs is None:
            raise ValueError(
                "'inputs' must be the images of the graphs: AUNet reads its verdict from the graph "
                "and the face's map together (got None)"
            )
        return AUNetGraphClassifier.of(self, inputs)

    def _enlarged(self, coarse: Tensor) -> Tensor:
        side = (self.input_spec.size, self.input_spec.size)
        return functional.interpolate(coarse.unsqueeze(1), side, mode="bilinear").squeeze(1)

    def _trunk(self, inputs: Tensor, mixing: PairMixing | None) -> Tensor:
        block = -1 if mixing is None else mixing.stage - self._encoder_inputs
        if block < 0 or mixing is None:
            maps: list[Tensor] = self.encoder(inputs)
            return maps[-1]
        stage = mixing.stage
        return self.encoder.changed(
            inputs, self.mixed_blocks[block], lambda features: self._mixed(features, stage, mixing)
        )

    def _mixed(self, features: Tensor, stage: int, mixing: PairMixing | None) -> Tensor:
        if mixing is None or mixing.stage != stage:
            return features
        real, fake = features[mixing.real], features[mixing.fake]
        mixed = self.mix(real, fake, mixing.mask, mixing.shares)
        return features.index_copy(0, mixing.fake, mixed)
