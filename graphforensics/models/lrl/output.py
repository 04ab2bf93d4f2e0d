"""What LRL says about a batch, and the patches that it read it from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch_geometric.data import Batch

from graphforensics.data.face_graph import FaceGraph
from graphforensics.models.detector_output import DetectorOutput
from graphforensics.nn.patch_similarity import PatchCut, feature_patches, patch_centres
from graphforensics.regions.place_centers import place_centers


@dataclass
class LRLOutput(DetectorOutput):
    """The verdict of :class:`~graphforensics.models.LRL` and what led to it.

    Args:
        logit: ``[B]``, positive is fake.
        mask_logit: Which pixels are forged, before the sigmoid, ``[B, 1, size, size]``.
        features: The map that the patches are cut from, ``[B, C, H, W]``; without the similarity
            module the deepest map.
        similarity: How alike every two patches are, ``[B, k*k, k*k]`` in [0, 1]; None without
            the similarity module.
    """

    #: How the map is cut where k does not divide it (:func:`~graphforensics.nn.patch_similarity`).
    cut: ClassVar[PatchCut] = "even"

    mask_logit: Tensor
    features: Tensor
    similarity: Tensor | None = None

    @property
    def mask(self) -> Tensor:
        """Probability that a pixel is forged, ``[B, 1, size, size]``."""
        return self.mask_logit.float().sigmoid()

    @property
    def graph(self) -> Batch:
        """One complete :class:`FaceGraph` a face: patches, and how alike they are.

        A model without the similarity module gives every place of its map as a node, no edges.
        """
        height, width = self.features.shape[-2:]
        if self.similarity is None:
            places = place_centers(height, width).to(self.features)
            nodes = self.features.flatten(2).transpose(1, 2)
            return Batch.from_data_list([_loose(x, places) for x in nodes])
        k = math.isqrt(self.similarity.size(1))
        pos = patch_centres(height, width, k, self.cut).to(self.features)
        patches = feature_patches(self.features, k, self.cut)
        return Batch.from_data_list(
            [
                FaceGraph.from_dense(x, alike, pos=pos, kind="patch")
                for x, alike in zip(patches, self.similarity, strict=True)
            ]
        )


@dataclass
class PaddedLRLOutput(LRLOutput):
    """The verdict of a model whose ``partition`` is ``"pad"``, or needs no cut of its own."""

    # A class, not a field: what torch.onnx exports has tensors only.
    cut: ClassVar[PatchCut] = "pad"


def _loose(x: Tensor, pos: Tensor) -> FaceGraph:
    return FaceGraph(
        x=x,
        edge_index=torch.empty(2, 0, dtype=torch.long, device=x.device),
        edge_weight=x.new_empty(0),
        pos=pos,
        region_id=torch.arange(x.size(0), device=x.device),
        kind="patch",
    )


# torch.export gives back only such dataclasses as outputs that it was told of.
torch.export.register_dataclass(LRLOutput)
torch.export.register_dataclass(PaddedLRLOutput)
