"""What in a graph belongs to its nodes, to its edges, to the whole, and how to change edges.

PyTorch Geometric tells levels apart by length alone, and takes a label ``[1]`` of a graph with
one edge for an attribute of that edge. Here known names come first: those of face graphs' schema,
and ``edge_*``. What else has as many rows as there are edges is an edge's, unless there are as many
nodes, or as many graphs.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch_geometric.data import Data

from graphforensics.data._schema import known_levels


def check_graph(data: Any) -> None:
    """Refuse what is no homogeneous graph with edges."""
    if not isinstance(data, Data):
        raise ValueError(f"'data' must be a homogeneous graph (got {type(data).__name__})")
    if not isinstance(data.edge_index, Tensor):
        raise ValueError(f"'data' must have an 'edge_index' (got {data})")


def edge_attributes(data: Data) -> list[str]:
    """Return the names of the tensors with a row for each edge, ``edge_index`` left out."""
    edges = data.num_edges
    certain = edges not in (data.num_nodes, num_graphs(data))
    names = []
    for name, value in data:
        levels = known_levels(name)
        if "index" in name or not _has_rows(value, edges):
            continue
        if "edge" in levels or (not levels and (certain or name.startswith("edge_"))):
            names.append(name)
    return names


def node_attributes(data: Data) -> list[str]:
    """Return the names of the tensors with a row for each node."""
    nodes, taken = data.num_nodes, edge_attributes(data)
    certain = nodes != num_graphs(data)
    names = []
    for name, value in data:
        levels = known_levels(name)
        if name in taken or "index" in name or not _has_rows(value, nodes):
            continue
        if levels[:1] == ("node",) or (certain and (not levels or "node" in levels)):
            names.append(name)
    return names


def set_of_nodes(data: Data, name: str, value: Tensor) -> None:
    """Set an attribute with a row for each node; a batch still falls apart into its graphs."""
    data[name] = value
    slices, increments = (getattr(data, key, None) for key in ("_slice_dict", "_inc_dict"))
    if slices is None or increments is None or name in slices:
        return
    counts = torch.bincount(graph_of_nodes(data), minlength=num_graphs(data)).cumsum(0).cpu()
    # New dictionaries: those at hand are shared with the graph that was given.
    data._slice_dict = slices | {name: torch.cat([counts.new_zeros(1), counts])}
    data._inc_dict = increments | {name: torch.zeros(num_graphs(data), dtype=torch.long)}


def num_graphs(data: Data) -> int:
    """Return the number of graphs in a batch, 1 for a single one."""
    return int(getattr(data, "num_graphs", 1))


def graph_of_nodes(data: Data) -> Tensor:
    """Return the number of each node's graph ``[N]``."""
    batch = data.get("batch", None)
    if isinstance(batch, Tensor):
        return batch
    return torch.zeros(data.num_nodes or 0, dtype=torch.long, device=data.edge_index.device)


def keep_edges(data: Data, kept: Tensor) -> Data:
    """Return the graph with those edges only for which ``kept [E]`` is True."""
    attributes = {name: data[name][kept] for name in edge_attributes(data)}
    return replace_edges(data, data.edge_index[:, kept], attributes)


def replace_edges(data: Data, edge_index: Tensor, attributes: dict[str, Tensor]) -> Data:
    """Set edges and their attributes; a batch still falls apart into its graphs.

    The edges must lie in the order of their graphs.
    """
    data.edge_index = edge_index
    for name, value in attributes.items():
        data[name] = value
    slices = getattr(data, "_slice_dict", None)
    if slices is not None and "edge_index" in slices:
        graph = graph_of_nodes(data)[edge_index[0]]
        ends = torch.bincount(graph, minlength=num_graphs(data)).cumsum(0).cpu()
        borders = torch.cat([ends.new_zeros(1), ends])
        # A new dictionary: the one at hand is shared with the graph that was given.
        data._slice_dict = slices | dict.fromkeys(("edge_index", *attributes), borders)
    return data


def relation_strength(data: Data, attr: str, absolute: bool) -> Tensor:
    """Return how strong each relation is ``[E]``: its weight, over time the mean weight."""
    weight = data.get(attr, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"'data' must have the weights '{attr}' (got {data})")
    if weight.dim() not in (1, 2) or weight.size(0) != data.num_edges:
        wanted = f"[E] or [E, T] with E = {data.num_edges}"
        raise ValueError(f"'{attr}' must be {wanted} (got {list(weight.shape)})")
    strength = weight.detach().abs() if absolute else weight.detach()
    if strength.dim() == 1:
        return strength
    wide = strength if strength.dtype == torch.float64 else strength.float()
    return wide.mean(1)


def rank_in_group(score: Tensor, group: Tensor) -> Tensor:
    """Return the place, from 0, of each score within its group, the largest first.

    Of equal scores the earlier comes first; NaN comes before all numbers.
    """
    order = score.argsort(descending=True, stable=True)
    order = order[group[order].argsort(stable=True)]
    ordered = group[order]
    place = torch.arange(score.numel(), device=score.device)
    first = torch.searchsorted(ordered, ordered)
    return torch.empty_like(place).index_put_((order,), place - first)


def _has_rows(value: Any, rows: int | None) -> bool:
    return isinstance(value, Tensor) and value.dim() > 0 and value.size(0) == rows
