"""Explainers of PyTorch Geometric on a detector's graph."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.explain import CaptumExplainer, Explainer
from torch_geometric.explain.algorithm import ExplainerAlgorithm

from graphforensics.explain.graph_reading import GraphReading
from graphforensics.models.detector import Detector


def graph_masks(
    detector: Detector, reading: GraphReading, algorithm: ExplainerAlgorithm | None = None
) -> tuple[Tensor | None, Tensor | None]:
    """Return what an explainer of PyTorch Geometric says of regions and relations, for "fake".

    A region's value is the sum over its features. Detectors that read relations alone (LRL, AUNet)
    have values of relations only, graphs without relations values of regions only.

    Args:
        detector: The detector.
        reading: The graph and what reads it.
        algorithm: The explainer's algorithm. Default: captum's integrated gradients.

    Shapes:
        ``[N]`` and ``[E]``, float64, or None.
    """
    x, weight = reading.x.flatten(1), reading.edge_weight
    by_nodes, by_edges = _uses(reading)
    if not (by_nodes or by_edges):
        return None, None
    explainer = Explainer(
        reading.classifier,
        CaptumExplainer("IntegratedGradients") if algorithm is None else algorithm,
        explanation_type="phenomenon",
        node_mask_type="attributes" if by_nodes else None,
        edge_mask_type="object" if by_edges else None,
        model_config=detector.explain_config(),
    )
    target = torch.ones(1, dtype=torch.long, device=x.device)
    with torch.enable_grad():
        found = explainer(x, reading.edge_index, edge_weight=weight, target=target)
    nodes = found.node_mask.sum(1).detach().double().cpu() if by_nodes else None
    edges = found.edge_mask.detach().double().cpu() if by_edges else None
    return nodes, edges


def _uses(reading: GraphReading) -> tuple[bool, bool]:
    """Say whether the verdict is read from the regions' features, and from the relations."""
    x = reading.x.flatten(1).clone().requires_grad_()
    weight = reading.edge_weight.clone().requires_grad_()
    with torch.enable_grad():
        said = reading.classifier(x, reading.edge_index, weight).sum()
    if not said.requires_grad:
        return False, False
    slopes = torch.autograd.grad(said, (x, weight), allow_unused=True)
    return slopes[0] is not None, slopes[1] is not None and weight.numel() > 0
