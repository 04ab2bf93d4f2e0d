"""What the baseline says about a batch, and the map that it read it from."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch_geometric.data import Batch

from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence
from graphforensics.models.detector_output import DetectorOutput
from graphforensics.regions.place_centers import place_centers


@dataclass
class BaselineOutput(DetectorOutput):
    """The verdict of :class:`~graphforensics.models.Baseline` and what led to it.

    Args:
        logit: ``[B]``, positive is fake.
        features: The deepest map of each snippet, averaged over its frames, ``[B, T, C, h, w]``;
            T is 1 for images.
        snippet_logits: ``[B, T]``; their mean is ``logit``.
        mask_logit: Which pixels are forged, before the sigmoid, ``[B, 1, size, size]``; None
            without the mask decoder.
        still: The samples are images: :attr:`graph` has no time.
    """

    features: Tensor
    snippet_logits: Tensor
    mask_logit: Tensor | None = None
    still: bool = True

    @property
    def mask(self) -> Tensor:
        """Probability that a pixel is forged, ``[B, 1, size, size]``."""
        if self.mask_logit is None:
            raise AttributeError("this baseline has no mask decoder: build it with masks=True")
        return self.mask_logit.float().sigmoid()

    @property
    def graph(self) -> Batch:
        """One complete graph a sample: the map's places, all related by a weight of 1.

        A :class:`FaceGraph` for an image, a :class:`FaceGraphSequence` for a clip.
        """
        height, width = self.features.shape[-2:]
        pos = place_centers(height, width).to(self.features)
        every = self.features.new_ones(height * width, height * width)
        nodes = self.features.flatten(3).permute(0, 3, 1, 2)
        if self.still:
            graphs = [FaceGraph.from_dense(x[:, 0], every, pos=pos, kind="patch") for x in nodes]
        else:
            graphs = [FaceGraphSequence.from_dense(x, every, pos=pos, kind="patch") for x in nodes]
        return Batch.from_data_list(graphs)


# torch.export gives back only such dataclasses as outputs that it was told of.
torch.export.register_dataclass(BaselineOutput)
