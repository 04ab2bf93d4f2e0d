"""One call for all ways to explain a verdict."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

import torch
from torch import Tensor
from torch_geometric.explain.algorithm import ExplainerAlgorithm

from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence
from graphforensics.explain.attention_rollout import rollout_map
from graphforensics.explain.explanation import Explanation
from graphforensics.explain.grad_cam import grad_cam
from graphforensics.explain.graph_masks import graph_masks
from graphforensics.explain.graph_reading import GraphReading
from graphforensics.explain.own_map import own_map
from graphforensics.explain.plain_maps import centre_map, random_map
from graphforensics.explain.region_names import region_names
from graphforensics.explain.region_places import (
    as_pixels,
    paint_regions,
    region_places,
    relation_shares,
)
from graphforensics.explain.region_shapley import region_shapley
from graphforensics.explain.removal import region_removal, relation_removal
from graphforensics.explain.time_shares import time_shares
from graphforensics.models.detector import Detector
from graphforensics.models.fast_inference import evaluating
from graphforensics.nn.argument_checks import check_word

Method = Literal[
    "grad_cam",
    "attention_rollout",
    "own_map",
    "removal",
    "relation_removal",
    "shapley",
    "graph_explainer",
    "random",
    "centre",
]

#: What :func:`explain` takes as its method; the last two know nothing of the verdict.
METHODS: tuple[str, ...] = get_args(Method)

_ON_PIXELS = ("grad_cam", "attention_rollout", "own_map", "random", "centre")
#: More relations than that are not cut one by one.
_RELATIONS = 4096


def explain(
    detector: Detector,
    inputs: Tensor,
    method: Method = "grad_cam",
    algorithm: ExplainerAlgorithm | None = None,
    seed: int = 0,
) -> Explanation:
    """Say what of one sample leads to its verdict: pixels, regions, relations and time.

    ``"grad_cam"``, ``"attention_rollout"`` and ``"own_map"`` look at pixels. ``"removal"`` leaves
    out each region and each relation; ``"relation_removal"`` paints relations alone; ``"shapley"``
    gives regions their fair shares; ``"graph_explainer"`` asks an explainer of PyTorch Geometric.
    These are painted on the face by the regions' places. ``"random"`` and ``"centre"`` are what an
    explanation must beat. What a method or a detector does not have is None, and
    :attr:`Explanation.missing` says why.

    Args:
        detector: The detector; it is left as it is.
        inputs: One sample, with or without a batch axis, normalised.
        method: One of :data:`METHODS`. Default: ``"grad_cam"``.
        algorithm: PyTorch Geometric's algorithm of ``"graph_explainer"``. Default: captum's
            integrated gradients.
        seed: Seed of what is drawn at random. Default: 0.

    Shapes:
        ``inputs [*input_spec.shape]`` or ``[1, *input_spec.shape]``.

    Raises:
        ValueError: The method is unknown, or the inputs are not one sample.

    Example:
        >>> from graphforensics.models import MRL
        >>> mrl = MRL(encoder="resnet10t", regions=4, snippets=2, frames=3, size=64)
        >>> found = explain(mrl, torch.rand(2, 3, 3, 64, 64), "removal")
        >>> found.pixels.shape, found.nodes.shape, found.edges.shape, found.time.shape
        (torch.Size([2, 3, 64, 64]), torch.Size([4]), torch.Size([16]), torch.Size([2]))
    """
    check_word("method", method, METHODS)
    inputs = inputs if inputs.dim() > len(detector.input_spec.shape) else inputs.unsqueeze(0)
    detector.check_inputs(inputs)
    reading = GraphReading(detector, inputs)
    with evaluating(detector), torch.no_grad():
        logit = detector(inputs).logit.float()
    places, pos = region_places(detector, reading.graph), _centres(reading.graph)
    found = _Parts()
    if method in _ON_PIXELS:
        _on_pixels(found, detector, inputs, method, seed)
    else:
        _on_graph(found, detector, reading, method, algorithm, seed)
        _paint(found, detector, reading, places)
    found.time = time_shares(detector, inputs)
    if found.time is None:
        found.missing["time"] = "a single image has no time"
    return Explanation(
        detector.name,
        method,
        float(logit[0]),
        float(detector.calibrated(logit)[0]),
        found.pixels,
        found.nodes,
        found.edges,
        found.time,
        places,
        pos,
        reading.edge_index,
        region_names(reading.graph.kind, pos, detector.input_spec.margin),
        found.missing,
    )


@dataclass
class _Parts:
    """What was found so far."""

    pixels: Tensor | None = None
    nodes: Tensor | None = None
    edges: Tensor | None = None
    time: Tensor | None = None
    missing: dict[str, str] = field(default_factory=dict)


def _on_pixels(found: _Parts, detector: Detector, inputs: Tensor, method: str, seed: int) -> None:
    found.missing |= dict.fromkeys(("nodes", "edges"), f"{method} looks at pixels")
    spec = detector.input_spec
    if method == "grad_cam":
        found.pixels = grad_cam(detector, inputs, normalize=False)[0].cpu()
    elif method in ("random", "centre"):
        found.pixels = random_map(spec, seed) if method == "random" else centre_map(spec)
    else:
        coarse = own_map(detector, inputs) if method == "own_map" else rollout_map(detector, inputs)
        lacks = "draws no map of its own" if method == "own_map" else "has no transformer to roll"
        if coarse is None:
            found.missing["pixels"] = f"{detector.name} {lacks}"
        else:
            found.pixels = as_pixels(coarse.cpu(), spec)


def _on_graph(
    found: _Parts,
    detector: Detector,
    reading: GraphReading,
    method: str,
    algorithm: ExplainerAlgorithm | None,
    seed: int,
) -> None:
    relations = reading.edge_index.size(1)
    if method == "shapley":
        found.nodes = region_shapley(reading, seed=seed)
        found.missing["edges"] = "shapley looks at regions"
    elif method == "graph_explainer":
        found.nodes, found.edges = graph_masks(detector, reading, algorithm)
        found.missing["nodes"] = f"{detector.name} reads no features of regions from its graph"
        found.missing["edges"] = f"{detector.name} reads no relations from its graph"
    else:
        found.missing["nodes"] = "relation_removal looks at relations"
        found.nodes = region_removal(reading) if method == "removal" else None
        if 0 < relations <= _RELATIONS:
            found.edges = relation_removal(reading)
        found.missing["edges"] = (
            f"{relations} relations are too many to cut one by one"
            if relations
            else "the graph has no relations"
        )
    for part in ("nodes", "edges"):
        if getattr(found, part) is not None:
            found.missing.pop(part, None)


def _paint(found: _Parts, detector: Detector, reading: GraphReading, places: Tensor) -> None:
    values = found.nodes
    if values is None and found.edges is not None:
        values = relation_shares(found.edges, reading.edge_index.cpu(), reading.nodes)
    if values is None:
        found.missing["pixels"] = "neither regions nor relations have a value to paint"
    else:
        found.pixels = as_pixels(paint_regions(values, places), detector.input_spec)


def _centres(graph: FaceGraph | FaceGraphSequence) -> Tensor:
    pos: Tensor = graph.pos.detach().cpu()
    return pos.mean(1) if pos.dim() == 3 else pos
