"""What MRL says about a batch, and the graphs that it read it from."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch_geometric.data import Batch

from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence
from graphforensics.models.detector_output import DetectorOutput
from graphforensics.nn.attention_centre import attention_centre


@dataclass
class MRLOutput(DetectorOutput):
    """The verdict of :class:`~graphforensics.models.MRL` and what led to it.

    Args:
        logit: ``[B]``, positive is fake.
        snippet_logits: The verdict on what was seen up to each snippet, ``[B, T]``; the last
            is ``logit``.
        attention: Where each region lies in each snippet, ``[B, T, N, h, w]``.
        features: The vector of each region, ``[B, T, N, C]``.
        edge_weight: Relations ``[N, N]`` before masking, row i the receiving region; None
            for a model without a graph.
        edge_kept: False where an edge was masked; in evaluation, where training's minimal mask
            would cut it. ``[N, N]``, None for a model without a graph.
        still: The samples are images: :attr:`graph` has no time.
    """

    snippet_logits: Tensor
    attention: Tensor
    features: Tensor
    edge_weight: Tensor | None = None
    edge_kept: Tensor | None = None
    still: bool = False

    @property
    def graph(self) -> Batch:
        """One :class:`FaceGraphSequence` a clip, or one :class:`FaceGraph` an image.

        A model without a graph gives its regions as nodes and no edges.
        """
        nodes = self.features.size(2)
        edge_weight, edge_kept = self.edge_weight, self.edge_kept
        if edge_weight is None:
            edge_weight = self.features.new_zeros(nodes, nodes)
        pos = attention_centre(self.attention)
        build = self._still_graph if self.still else self._sequence
        graphs = [build(i, edge_weight, edge_kept, pos) for i in range(self.features.size(0))]
        if self.edge_weight is None:
            for graph in graphs:
                graph.edge_index = graph.edge_index[:, :0]
                graph.edge_weight = graph.edge_weight[:0]
        return Batch.from_data_list(graphs)

    def _sequence(
        self, sample: int, edge_weight: Tensor, edge_kept: Tensor | None, pos: Tensor
    ) -> FaceGraphSequence:
        return FaceGraphSequence.from_dense(
            self.features[sample].transpose(0, 1),
            edge_weight,
            pos=pos[sample].transpose(0, 1),
            edge_kept=edge_kept,
            attention=self.attention[sample].transpose(0, 1),
        )

    def _still_graph(
        self, sample: int, edge_weight: Tensor, edge_kept: Tensor | None, pos: Tensor
    ) -> FaceGraph:
        return FaceGraph.from_dense(
            self.features[sample, 0],
            edge_weight,
            pos=pos[sample, 0],
            edge_kept=edge_kept,
            attention=self.attention[sample, 0],
        )


# torch.export gives back only such dataclasses as outputs that it was told of.
torch.export.register_dataclass(MRLOutput)
