"""A detector: patches of an image, how alike they are, and a line through it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch_geometric.data import Batch
from torch_geometric.nn import global_mean_pool
from torch_geometric.utils import scatter

from graphforensics.data import InputSpec
from graphforensics.models import Detector, DetectorOutput
from graphforensics.nn import PatchSimilarityGraph, TimmEncoder


@dataclass
class TinyOutput(DetectorOutput):
    """The verdict, and the map that it was read from."""

    features: Tensor
    relate: PatchSimilarityGraph

    @property
    def graph(self) -> Batch:
        """A graph a sample: its patches and how alike they are."""
        return self.relate.graph(self.features)


class TinyClassifier(nn.Module):
    """Reads a graph, as PyTorch Geometric calls a model."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.linear = linear

    def forward(
        self,
        x: Tensor,
        edge_index: Tensor,
        edge_weight: Tensor | None = None,
        batch: Tensor | None = None,
    ) -> Tensor:
        """Return the probability of fake of each graph."""
        return self.logit(x, edge_index, edge_weight, batch).sigmoid()

    def logit(
        self, x: Tensor, edge_index: Tensor, weight: Tensor | None, batch: Tensor | None
    ) -> Tensor:
        """Return the mean over the nodes of how alike each is to the others, as a logit."""
        if weight is None:
            weight = x.new_ones(edge_index.size(1))
        alike = scatter(weight[:, None] * x[edge_index[0]], edge_index[1], 0, len(x), "mean")
        return self.linear(global_mean_pool(alike, batch)).squeeze(1)


class TinyDetector(Detector):
    """Patches of a map of features, averaged over those that they are like.

    Args:
        encoder: Any network of timm.
        patches: Patches along each side.
        size: Side of the image in pixels.
    """

    # The word of the entry point: detector.tiny.
    name: ClassVar[str] = "tiny"

    def __init__(self, encoder: str = "resnet10t", patches: int = 2, size: int = 64) -> None:
        super().__init__()
        self.encoder = TimmEncoder(encoder)
        self.map = nn.Identity()
        self.relate = PatchSimilarityGraph(patches)
        side = -(-size // self.encoder.strides[-1])
        self.read = TinyClassifier(nn.Linear(self.encoder.channels[-1] * (side // patches) ** 2, 1))
        self.input_spec = InputSpec("image", size, mean=self.encoder.mean, std=self.encoder.std)

    @property
    def feature_layer(self) -> nn.Module:
        """What the map passes through; Grad-CAM looks there."""
        return self.map

    def forward(self, inputs: Tensor) -> TinyOutput:
        """Judge a batch of images."""
        self.check_inputs(inputs)
        features = self.map(self.encoder(inputs)[-1])
        with torch.autocast(inputs.device.type, enabled=False):
            graph = self.relate.graph(features.float())
            logit = self.read.logit(graph.x, graph.edge_index, graph.edge_weight, graph.batch)
        return TinyOutput(logit, features.float(), self.relate)

    def loss(self, output: DetectorOutput, batch: Mapping[str, Any]) -> dict[str, Tensor]:
        """Return the cross-entropy."""
        label = batch["label"].to(output.logit)
        return {"loss": nn.functional.binary_cross_entropy_with_logits(output.logit, label)}

    def graph_classifier(self) -> TinyClassifier:
        """Return the part that reads a graph; it shares weights."""
        return self.read
