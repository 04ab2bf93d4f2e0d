"""What Learning to Mask says about a batch, and where its teacher looked."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch_geometric.data import Batch

from graphforensics.data.face_graph import FaceGraph
from graphforensics.models.detector_output import DetectorOutput
from graphforensics.nn.class_attention_map import class_attention_map


@dataclass
class LearningToMaskOutput(DetectorOutput):
    """The verdict of :class:`~graphforensics.models.LearningToMask`, the student's, and why.

    Args:
        logit: ``[B]``, positive is fake.
        features: The student's map, 0 where it was masked, ``[B, C, h, w]``; in evaluation nothing
            is, unless asked for.
        pooled: Their mean over all places, which the verdict is read from, ``[B, C]``.
        mask: 0 at the places that training masks, else 1, ``[B, h, w]``; None where nobody says.
        teacher_logit: The teacher's verdict from its averaged features, ``[B]``; this and what
            follows is None where the teacher was not asked.
        token_logit: The teacher's verdict from its class token, ``[B]``.
        attention: Attention of each head of the teacher's last block,
            ``[B, heads, 1 + h*w, 1 + h*w]``, the class token first.
    """

    features: Tensor
    pooled: Tensor
    mask: Tensor | None = None
    teacher_logit: Tensor | None = None
    token_logit: Tensor | None = None
    attention: Tensor | None = None

    @property
    def class_attention(self) -> Tensor | None:
        """What the class token gives to each place, averaged over the heads, ``[B, h, w]``."""
        if self.attention is None:
            return None
        height, width = self.features.shape[-2:]
        return class_attention_map(self.attention, height, width)

    @property
    def graph(self) -> Batch:
        """One :class:`FaceGraph` a face: the places of the map, and what each gives to the others.

        Nodes are the student's features, edges the teacher's attention from place to place,
        averaged over the heads; ``class_attention`` is what the class token gives to each node,
        ``place_kept`` is false where training masks the map. Without a teacher there are no edges.
        """
        batch, _, height, width = self.features.shape
        nodes = self.features.flatten(2).transpose(1, 2)
        pos = _centres(height, width).to(self.features)
        return Batch.from_data_list([self._one(face, nodes[face], pos) for face in range(batch)])

    def _one(self, face: int, x: Tensor, pos: Tensor) -> FaceGraph:
        about: dict[str, Tensor] = {}
        if self.mask is not None:
            about["place_kept"] = self.mask[face].flatten() > 0
        if self.attention is None:
            return _loose(x, pos, about)
        given = self.attention[face].mean(0)
        about["class_attention"] = given[0, 1:]
        return FaceGraph.from_dense(x, given[1:, 1:], pos=pos, kind="token", **about)


def _centres(height: int, width: int) -> Tensor:
    x, y = (torch.arange(count).add(0.5).div(count) for count in (width, height))
    return torch.stack([x.repeat(height), y.repeat_interleave(width)], dim=1)


def _loose(x: Tensor, pos: Tensor, about: dict[str, Tensor]) -> FaceGraph:
    return FaceGraph(
        x=x,
        edge_index=torch.empty(2, 0, dtype=torch.long, device=x.device),
        edge_weight=x.new_empty(0),
        pos=pos,
        region_id=torch.arange(x.size(0), device=x.device),
        kind="token",
        **about,
    )


# torch.export gives back only such dataclasses as outputs that it was told of.
torch.export.register_dataclass(LearningToMaskOutput)
