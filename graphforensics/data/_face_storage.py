"""How a face graph keeps what belongs to an edge with its edge."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch_geometric.data.storage import GlobalStorage

from graphforensics.data._schema import known_levels

#: What a new edge gets, as PyTorch Geometric's own layers take it; other attributes have no such
#: value.
_NEW: dict[str, float] = {"edge_weight": 1.0, "edge_kept": 1.0}


class FaceStorage(GlobalStorage):  # type: ignore[misc]  # GlobalStorage is untyped upstream
    """The attributes of a face graph.

    PyTorch Geometric's transforms change a graph's edges here, and with them the one attribute
    that they were told of (``RemoveSelfLoops``, ``AddSelfLoops``). What else belongs to the edges
    follows: each edge keeps what it had, a new one is kept and weighs 1. What is set on the
    graph itself is set as it is.
    """

    def __setitem__(self, key: str, value: Any) -> None:
        if key == "edge_kept" and isinstance(value, Tensor) and value.is_floating_point():
            # The mean of two directions' flags: kept where either is.
            value = value > 0
        before = self._mapping.get("edge_index") if key == "edge_index" else None
        if not isinstance(before, Tensor) or not _differ(before, value):
            super().__setitem__(key, value)
            return
        carried = {name: self[name] for name in self.keys() if self._is_carried(name)}
        self.set_plainly(key, value)
        place = _earlier_places(before, value)
        for name, old in carried.items():
            followed = _followed(name, old, place)
            if followed is not None:
                super().__setitem__(name, followed)

    def set_plainly(self, key: str, value: Any) -> None:
        """Set an attribute and no other; a batch still falls apart into its graphs, or says so."""
        super().__setitem__(key, value)
        if key == "edge_index" and isinstance(value, Tensor):
            self._cut_anew(value)

    def is_node_attr(self, key: str) -> bool:
        """Tell whether an attribute has a row for each node."""
        levels = known_levels(key)
        if not levels:
            return bool(super().is_node_attr(key))
        rows = self._has_rows(key, self.num_nodes)
        graphs = self.__dict__.get("_num_graphs", 1)
        return rows and "node" in levels and (levels[0] == "node" or self.num_nodes != graphs)

    def is_edge_attr(self, key: str) -> bool:
        """Tell whether an attribute has a row for each edge, or is the edges."""
        levels = known_levels(key)
        if not levels:
            return bool(super().is_edge_attr(key))
        return "edge" in levels and (key == "edge_index" or self._has_rows(key, self.num_edges))

    def _is_carried(self, name: str) -> bool:
        return "index" not in name and isinstance(self[name], Tensor) and self.is_edge_attr(name)

    def _has_rows(self, key: str, rows: int | None) -> bool:
        value = self[key]
        return isinstance(value, Tensor) and value.dim() > 0 and value.size(0) == rows

    def _cut_anew(self, edge_index: Tensor) -> None:
        """Say where each graph's edges begin in a batch whose edges were changed."""
        slices, batch = self.__dict__.get("_slice_dict"), self._mapping.get("batch")
        if slices is None or "edge_index" not in slices or batch is None:
            return
        graph = batch[edge_index[0]]
        if bool((graph[1:] < graph[:-1]).any()):
            # Edges out of their graphs' order cannot be told apart: ``to_data_list`` says so then.
            del self.__dict__["_slice_dict"]
            return
        ends = torch.bincount(graph, minlength=self.__dict__["_num_graphs"]).cumsum(0).cpu()
        borders = torch.cat([ends.new_zeros(1), ends])
        edges = [name for name in slices if name in self and self._belongs_to_edges(name, slices)]
        # A new dictionary: the one at hand is shared with the graph that this is a copy of.
        self.__dict__["_slice_dict"] = slices | dict.fromkeys(edges, borders)

    def _belongs_to_edges(self, name: str, slices: dict[str, Tensor]) -> bool:
        if name == "edge_index" or "edge" in known_levels(name):
            return True
        return name.startswith("edge_") and torch.equal(slices[name], slices["edge_index"])


def _differ(before: Tensor, after: Any) -> bool:
    if not isinstance(after, Tensor):
        return False
    # The same edges on another device, or in shared memory.
    if before.device != after.device or before is after:
        return False
    return before.shape != after.shape or not torch.equal(before, after)


def _earlier_places(before: Tensor, after: Tensor) -> Tensor:
    """Return where each edge was before, -1 for a new one; equal edges keep their order."""
    _, pair = torch.unique(torch.cat([before, after], dim=1), dim=1, return_inverse=True)
    old, new = pair[: before.size(1)], pair[before.size(1) :]
    if not old.numel():
        return torch.full_like(new, -1)
    known, order = (old * pair.numel() + _turn(old)).sort()
    wanted = new * pair.numel() + _turn(new)
    found = torch.searchsorted(known, wanted).clamp(max=known.numel() - 1)
    return torch.where(known[found] == wanted, order[found], -1)


def _turn(pair: Tensor) -> Tensor:
    """Count, from 0, how often each number has come before."""
    ordered, order = pair.sort(stable=True)
    place = torch.arange(pair.numel(), device=pair.device) - torch.searchsorted(ordered, ordered)
    return torch.empty_like(place).index_put_((order,), place)


def _followed(name: str, old: Tensor, place: Tensor) -> Tensor | None:
    new = place < 0
    if bool(new.any()) and name not in _NEW:
        return None
    filled = torch.cat([old, old.new_full((1, *old.shape[1:]), _NEW.get(name, 0.0))])
    return filled[torch.where(new, old.size(0), place)]
