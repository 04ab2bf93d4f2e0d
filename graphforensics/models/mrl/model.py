"""Masked relation learning: regions of a face, and how their relations drift over time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, cast, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional

from graphforensics.data.input_spec import InputSpec
from graphforensics.errors import CheckpointError
from graphforensics.models.detector import Detector
from graphforensics.models.detector_output import DetectorOutput
from graphforensics.models.mrl.graph_classifier import MRLGraphClassifier
from graphforensics.models.mrl.output import MRLOutput
from graphforensics.models.mrl.relation_learner import Relation, RelationLearner
from graphforensics.nn.argument_checks import called_here, check_positive, check_word
from graphforensics.nn.attention_pool import AttentionPool, Pooling
from graphforensics.nn.edge_threshold import EdgeThreshold
from graphforensics.nn.encoder import build_encoder
from graphforensics.nn.loss import orthogonal_diversity_loss, temporal_consistency_loss
from graphforensics.nn.masked_edge_dropout import MaskStrategy
from graphforensics.nn.spatial_attention import SpatialAttention
from graphforensics.nn.spatiotemporal_attention import SpatioTemporalAttention

Attention = Literal["spatiotemporal", "spatial", "none"]


class MRL(Detector):
    r"""Masked relation learning on clips, or on single images.

    A video network sees T snippets of D frames; attention finds N regions in each; a graph with
    learned relations, partly masked in training, carries what they tell from snippet to
    snippet; its last state gives the verdict. "Masked Relation Learning for DeepFake
    Detection" (IEEE TIFS 2023); the defaults are the paper's.

    .. math:: \mathcal{L} = \mathcal{L}_{ce} + \lambda_{od} \mathcal{L}_{od}
        + \lambda_{tc} \mathcal{L}_{tc}

    The paper's ablations are keywords. Table IV: :meth:`image_based`; ``attention="spatial"``;
    ``mask_at_inference=True``; ``pooling="max"``; ``diversity_weight=0``;
    ``consistency_weight=0``. Table V, from the first row: ``attention="none"`` with
    ``relation="none"`` (the encoder with a linear classifier on its averaged features);
    ``relation="none"``; ``attention="none"`` with ``mask_rate=0``; ``mask_rate=0``; the defaults.
    ``cells`` and ``normalize`` go beyond the paper. The authors' published program is another model
    (``docs/mrl.md`` says in what) and is not rebuilt here.

    The keywords come in six groups, in this order: what is seen (``kind``, ``encoder`` and
    ``encoder_...``); its regions (``attention``, ``attention_channels``, ``regions``, ``pooling``);
    their relations (``relation``, ``hidden_channels``, ``cells``, ``normalize``); what training
    masks of them (``mask_...``, ``threshold``); what is learned (``dropout`` and the weights of
    the loss); and the crop (``snippets``, ``frames``, ``size``, ``margin``).

    Args:
        kind: ``"clip"`` or ``"image"``; an image is a clip of one snippet of one frame.
        encoder: A video network of torchvision, or any image network of timm, which sees the
            frames one by one.
        encoder_weights: None is random; ``"default"`` is the library's own, fetched; else a file.
        encoder_stage: Which stage's feature map to take; -1 is the deepest.
        encoder_options: Keywords for the library that builds the encoder.
        attention: ``"spatiotemporal"``, ``"spatial"``, or ``"none"`` for maps of ones.
        attention_channels: Channels inside the attention; None is the encoder's.
        regions: Number of regions N.
        pooling: ``"average"`` or ``"max"``.
        relation: ``"tgcn"``, ``"gcn"`` (no memory) or ``"none"`` (no graph); see
            :class:`~graphforensics.models.RelationLearner`, also for the next eight.
        hidden_channels: Features of a region's hidden state, and of the classifier's.
        cells: Number of cells stacked.
        normalize: Normalise the edges with the Laplacian.
        mask_rate: Share p of the edges' range, or of the edges, to mask.
        mask_strategy: ``"minimal"`` or ``"random"``.
        threshold: ``"range"`` or ``"quantile"``.
        mask_at_inference: Mask in evaluation as well.
        dropout: Rate of dropout inside the classifier.
        diversity_weight: :math:`\lambda_{od}`.
        consistency_weight: :math:`\lambda_{tc}`.
        snippets: Number of snippets T of a clip.
        frames: Number of frames D of a snippet.
        size: Side of the crop in pixels.
        margin: Side of the crop over the side of the face's box.

    Shapes:
        Inputs ``[B, T, 3, D, size, size]``, or ``[B, 3, size, size]`` for images.

    Raises:
        ValueError: A word is unknown, a number is out of its range, or a shape does not fit.

    Example:
        >>> mrl = MRL(encoder="resnet10t", regions=4, snippets=2, frames=3, size=64)
        >>> mrl.eval()(torch.rand(1, 2, 3, 3, 64, 64)).logit.shape
        torch.Size([1])
    """

    name: ClassVar[str] = "mrl"

    def __init__(
        self,
        # What is seen.
        kind: Literal["clip", "image"] = "clip",
        encoder: str = "mc3_18",
        encoder_weights: str | None = None,
        encoder_stage: int = -1,
        encoder_options: dict[str, Any] | None = None,
        # Its regions.
        attention: Attention = "spatiotemporal",
        attention_channels: int | None = None,
        regions: int = 12,
        pooling: Pooling = "average",
        # Their relations.
        relation: Relation = "tgcn",
        hidden_channels: int = 128,
        cells: int = 1,
        normalize: bool = False,
        # What training masks of them.
        mask_rate: float = 0.5,
        mask_strategy: MaskStrategy = "minimal",
        threshold: EdgeThreshold = "range",
        mask_at_inference: bool = False,
        # What is learned.
        dropout: float = 0.0,
        diversity_weight: float = 0.75,
        consistency_weight: float = 0.75,
        # The crop.
        snippets: int = 5,
        frames: int = 20,
        size: int = 112,
        margin: float = 1.3,
    ) -> None:
        super().__init__()
        check_word("kind", kind, ("clip", "image"))
        check_word("attention", attention, get_args(Attention))
        check_positive(regions=regions)
        with called_here(name="encoder", out_indices="encoder_stage"):
            self.encoder = build_encoder(
                encoder, encoder_weights, (encoder_stage,), **(encoder_options or {})
            )
        channels = self.encoder.channels[-1]
        # Without attention and without a graph all regions would be the same one.
        self.is_baseline = attention == "none" and relation == "none"
        self.regions = 1 if self.is_baseline else regions
        self.attention = _attention(attention, channels, self.regions, attention_channels)
        self.pool = AttentionPool(pooling)
        self.learner = RelationLearner(
            channels,
            self.regions,
            None if self.is_baseline else hidden_channels,
            relation,
            cells,
            normalize,
            mask_rate,
            mask_strategy,
            threshold,
            mask_at_inference,
            dropout,
        )
        self.diversity_weight = diversity_weight
        self.consistency_weight = consistency_weight
        still = kind == "image"
        self.input_spec = InputSpec(
            kind,
            size,
            1 if still else snippets,
            1 if still else frames,
            self.encoder.mean,
            self.encoder.std,
            margin,
        )

    @classmethod
    def image_based(cls, **keywords: Any) -> MRL:
        """Build the paper's image variant (RQ3): ResNet-18, 2-D attention, no recurrence.

        Args:
            **keywords: As in the constructor; they take precedence.
        """
        variant = {
            "kind": "image",
            "encoder": "resnet18",
            "attention": "spatial",
            "relation": "gcn",
        }
        return cls(**{**variant, **keywords})

    def with_recurrent(self, cell: nn.Module) -> MRL:
        """Put any recurrent graph cell in the TGCN's place, and return the model itself.

        What was learned of edges and classifier stays. Such a model cannot be saved with
        ``save_pretrained``, as the cell cannot be built again from keywords.

        Args:
            cell: A cell of ``torch_geometric_temporal`` or one that is called like them; see
                :class:`~graphforensics.nn.RecurrentCell`. It maps the encoder's channels to
                ``hidden_channels``.

        Raises:
            ValueError: ``relation`` is not ``"tgcn"``, ``cells`` is not 1, ``normalize`` is
                True, or the cell has other numbers of channels.

        Example:
            >>> from graphforensics.nn import TGCNCell
            >>> mrl = MRL(encoder="resnet10t", hidden_channels=8, snippets=2, frames=3, size=64)
            >>> mrl.with_recurrent(TGCNCell(512, 8)).learner.recurrent
            TGCNCell(512, 8)
        """
        self.learner.use_cell(cell)
        return self

    @property
    def feature_layer(self) -> nn.Module:
        """The encoder, whose last map Grad-CAM looks at."""
        return self.encoder

    def forward(self, inputs: Tensor) -> MRLOutput:
        """Judge a batch of clips, or of images."""
        self.check_inputs(inputs)
        still = self.input_spec.kind == "image"
        clips = inputs[:, None, :, None] if still else inputs
        batch = clips.shape[:2]
        # All snippets of all clips are one batch to the encoder.
        maps = self.encoder(clips.flatten(0, 1))[-1]
        attention = self._attend(maps)
        # Relations are a trifle beside the encoder: they are computed in full precision.
        with torch.autocast(inputs.device.type, enabled=False):
            features = torch.unflatten(self._pool(maps, attention), 0, batch)
            snippet_logits = self.learner(features)
        edges = self.learner.edges
        return MRLOutput(
            snippet_logits[:, -1],
            snippet_logits,
            torch.unflatten(attention, 0, batch),
            features,
            None if edges is None else edges(),
            self.learner.kept_edges(),
            still,
        )

    def loss(self, output: DetectorOutput, batch: Mapping[str, Any]) -> dict[str, Tensor]:
        """Return ``"loss"`` and its parts ``"classification"``, ``"diversity"``, ``"consistency"``.

        The latter two bind the attention, so without attention they are not in the sum.

        Args:
            output: What :meth:`forward` returned.
            batch: ``"label"`` is ``[B]``, 1 is fake; numbers between are soft labels.

        Raises:
            ValueError: The labels have another shape.
        """
        said = cast(MRLOutput, output)
        label = batch["label"]
        if label.shape != said.logit.shape:
            raise ValueError(f"'label' must be {list(said.logit.shape)} (got {list(label.shape)})")
        logit = said.logit.float()
        parts = {
            "classification": functional.binary_cross_entropy_with_logits(logit, label.to(logit))
        }
        total = parts["classification"]
        if self.attention is not None:
            features = said.features.float()
            parts["diversity"] = orthogonal_diversity_loss(features)
            parts["consistency"] = temporal_consistency_loss(features)
            total = total + self.diversity_weight * parts["diversity"]
            total = total + self.consistency_weight * parts["consistency"]
        return {"loss": total, **parts}

    def check_rebuildable(self) -> None:
        """Raise CheckpointError where a cell was put in that keywords cannot build."""
        cell = self.learner.recurrent
        if cell is not None:
            raise CheckpointError(
                f"MRL with the recurrent cell {type(cell).__name__} cannot be built again from "
                f"its keywords: keep its 'state_dict()' and load it into a model that was built "
                f"the same way, with 'with_recurrent'"
            )

    def graph_classifier(self) -> MRLGraphClassifier:
        """Return the part that reads a graph, on edges, for PyG's explainers; it shares weights."""
        return MRLGraphClassifier(self.learner)

    def _attend(self, maps: Tensor) -> Tensor:
        if self.attention is None:
            return maps.new_ones(maps.size(0), self.regions, *maps.shape[3:])
        attention: Tensor = self.attention(maps)
        return attention

    def _pool(self, maps: Tensor, attention: Tensor) -> Tensor:
        precision = next(self.learner.parameters()).dtype
        if self.is_baseline:
            return maps.to(precision).mean((2, 3, 4)).unsqueeze(1)
        pooled: Tensor = self.pool(maps.to(precision), attention.to(precision))
        return pooled


def _attention(
    attention: Attention, channels: int, regions: int, hidden: int | None
) -> nn.Module | None:
    if attention == "none":
        return None
    layer = SpatialAttention if attention == "spatial" else SpatioTemporalAttention
    return layer(channels, regions, hidden)
