"""The verdict on a graph of which regions or relations are left out."""

from __future__ import annotations

import inspect
from copy import deepcopy

import torch
from torch import Tensor, nn

from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence
from graphforensics.models.detector import Detector
from graphforensics.models.fast_inference import evaluating

#: The smallest distance of a probability from 0 and 1 that float64 keeps apart.
_NEAREST = 1e-15


class GraphReading:
    r"""One sample's graph and what reads it, in float64.

    A region is left out by setting its features, and all relations from and to it, to 0; a relation
    by setting its weight to 0. Both are exact for what
    :meth:`~graphforensics.models.Detector.graph_classifier` reads.

    Args:
        detector: The detector; it is left as it is.
        inputs: One sample ``[1, *input_spec.shape]``, normalised.

    Raises:
        ValueError: There is not one sample.
    """

    def __init__(self, detector: Detector, inputs: Tensor) -> None:
        if len(inputs) != 1:
            raise ValueError(f"'inputs' must hold one sample (got {len(inputs)})")
        with evaluating(detector), torch.no_grad():
            found = detector.graph(inputs)[0]
            self.classifier = graph_reader(detector, inputs)
        self.graph: FaceGraph | FaceGraphSequence = found.detach()
        self.x: Tensor = self.graph.x.double()
        self.edge_index: Tensor = self.graph.edge_index
        self.edge_weight: Tensor = self.graph.edge_weight.double()

    @property
    def nodes(self) -> int:
        """Number of regions."""
        return self.x.size(0)

    def logit(self, nodes: Tensor | None = None, edges: Tensor | None = None) -> float:
        """Return the logit of "fake" with some left out.

        Args:
            nodes: 1 for each region that stays, 0 for one that goes, ``[N]``. Default: all stay.
            edges: Likewise of each relation, ``[E]``.
        """
        x, weight = self.x, self.edge_weight
        if nodes is not None:
            kept = nodes.to(x)
            x = x * kept.view(-1, *(1,) * (x.dim() - 1))
            ends = kept[self.edge_index[0]] * kept[self.edge_index[1]]
            weight = weight * ends.view(-1, *(1,) * (weight.dim() - 1))
        if edges is not None:
            weight = weight * edges.to(x).view(-1, *(1,) * (weight.dim() - 1))
        with torch.no_grad():
            said = self.classifier(x, self.edge_index, weight).clamp(_NEAREST, 1 - _NEAREST)
        return float(torch.logit(said).item())


def graph_reader(detector: Detector, inputs: Tensor) -> nn.Module:
    """Return a copy of the part that reads graphs, in evaluation mode and float64.

    Args:
        detector: The detector.
        inputs: What the graphs are of; some detectors read it beside the graph.
    """
    wants = "inputs" in inspect.signature(detector.graph_classifier).parameters
    given = {"inputs": inputs} if wants else {}
    reader = deepcopy(detector.graph_classifier(**given)).double().eval()
    for name, value in vars(reader).items():
        # What is kept of the images is no parameter and no buffer.
        if isinstance(value, Tensor) and value.is_floating_point():
            setattr(reader, name, value.double())
    return reader.requires_grad_(False)
