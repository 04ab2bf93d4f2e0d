"""Where in the crop the nodes of a graph lie, and values of nodes painted there."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor
from torch.nn import functional

from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence
from graphforensics.data.input_spec import InputSpec
from graphforensics.models.deepfake_mae.model import DeepfakeMAE
from graphforensics.models.detector import Detector


def region_places(detector: Detector, graph: FaceGraph | FaceGraphSequence) -> Tensor:
    """Return where each node lies, from the geometry that its kind has.

    Regions and action units lie where their attention is, facial parts in their patches of an
    average face, patches and tokens in their cell of the grid.

    Args:
        detector: The detector that made the graph.
        graph: One graph.

    Shapes:
        ``[N, h, w]``, or ``[N, T, h, w]`` where attention moves over time; the sum over h and w is
        1, or 0 for a node that looks at nothing.
    """
    if "attention" in graph:
        places = graph.attention.detach().double().clamp_min(0)
    elif graph.kind == "part":
        autoencoder = cast(DeepfakeMAE, detector).autoencoder
        parts = autoencoder.parts(autoencoder.mean_landmarks[:1])[0].double()
        places = parts.view(len(parts), autoencoder.grid, autoencoder.grid)
    else:
        rows = len(torch.unique(graph.pos[..., 1].detach().cpu().double().round(decimals=4)))
        nodes = int(graph.num_nodes or 0)
        places = torch.eye(nodes, dtype=torch.float64).view(nodes, rows, -1)
    total = places.sum((-2, -1), keepdim=True)
    return cast(Tensor, (places / torch.where(total > 0, total, 1)).cpu())


def paint_regions(values: Tensor, places: Tensor) -> Tensor:
    r"""Spread the value of each node evenly over its place.

    .. math:: \mathbf{L} = \sum_n \phi_n \mathbf{P}_n, \qquad \sum_p P_{n p} = 1

    so that the map adds up to the values of all nodes that have a place.

    Args:
        values: Of each node.
        places: Of :func:`region_places`.

    Shapes:
        ``values [N]``, ``places [N, ..., h, w]``, output ``[..., h, w]``.

    Raises:
        ValueError: There are not as many values as places.

    Example:
        >>> paint_regions(torch.tensor([2.0, -1.0]), torch.eye(2).view(2, 1, 2)).tolist()
        [[2.0, -1.0]]
    """
    if values.shape != places.shape[:1]:
        raise ValueError(f"'values' must be [{len(places)}] (got {list(values.shape)})")
    painted: Tensor = torch.tensordot(values.to(places), places, 1)
    return painted


def relation_shares(edges: Tensor, edge_index: Tensor, nodes: int) -> Tensor:
    """Give half of each relation's value to either of its ends.

    Args:
        edges: Value of each relation ``[E]``.
        edge_index: Source and target ``[2, E]``.
        nodes: Number of nodes N.

    Shapes:
        Output ``[N]``.

    Example:
        >>> relation_shares(torch.tensor([4.0]), torch.tensor([[0], [2]]), 3).tolist()
        [2.0, 0.0, 2.0]
    """
    found = edges.new_zeros(nodes)
    for ends in edge_index.to(edges.device):
        found = found.index_add(0, ends, edges / 2)
    return found


def as_pixels(coarse: Tensor, spec: InputSpec) -> Tensor:
    """Enlarge a map to the pixels of a sample, the same for all frames that it is of.

    Args:
        coarse: ``[h, w]``, or a map of each snippet or frame ``[T, h, w]``.
        spec: What the detector takes.

    Shapes:
        Output: the sample's shape without colours.
    """
    side = (spec.size, spec.size)
    many = coarse if coarse.dim() == 3 else coarse.unsqueeze(0)
    grown = functional.interpolate(
        many.unsqueeze(1).float(), side, mode="bilinear", align_corners=False
    ).squeeze(1)
    if spec.kind == "image":
        return grown.mean(0)
    if spec.kind == "frames":
        return grown.expand(spec.frames, *side).clone()
    return grown.unsqueeze(1).expand(spec.snippets, spec.frames, *side).clone()
