"""What face graphs and their sequences share: attributes, their shapes, their checks."""

from __future__ import annotations

from html import escape
from typing import Any, ClassVar, Literal, get_args

import torch
from torch import Tensor
from torch_geometric.data import Data
from torch_geometric.data.storage import GlobalStorage

from graphforensics.data._face_storage import FaceStorage
from graphforensics.data._graph_svg import graph_svg
from graphforensics.data._schema import Shape, known_levels

NodeKind = Literal["region", "patch", "au", "part", "token", "landmark"]


class FaceData(Data):  # type: ignore[misc]  # Data is untyped upstream
    """A graph with the attributes of a face; :class:`FaceGraph` documents them."""

    #: The shapes that each attribute may have; letters are bound in this order.
    _shapes: ClassVar[dict[str, tuple[Shape, ...]]] = {}

    def __init__(
        self,
        x: Tensor | None = None,
        edge_index: Tensor | None = None,
        edge_weight: Tensor | None = None,
        pos: Tensor | None = None,
        region_id: Tensor | None = None,
        y: Tensor | float | None = None,
        kind: NodeKind | list[NodeKind] | None = None,
        edge_kept: Tensor | None = None,
        **attributes: Any,
    ) -> None:
        super().__init__()
        self.__dict__["_store"] = FaceStorage(_parent=self)
        known: dict[str, Any] = {"x": x, "edge_index": edge_index, "y": _label(y), "pos": pos}
        known |= {"edge_weight": edge_weight, "edge_kept": edge_kept}
        known["region_id"] = region_id
        known["kind"] = "region" if kind is None and x is not None else kind
        for key, value in {**known, **attributes}.items():
            if value is not None:
                self[key] = value

    @property
    def edge_index(self) -> Any:  # as upstream: a tensor, None in a graph that is filled later
        """Source (row 0) and target (row 1) of each edge."""
        return self._store._mapping.get("edge_index")

    @edge_index.setter
    def edge_index(self, edge_index: Tensor | None) -> None:
        self._store.set_plainly("edge_index", edge_index)

    def __setitem__(self, key: str, value: Any) -> None:
        self._store.set_plainly(key, value)

    def __inc__(self, key: str, value: Any, *args: Any, **kwargs: Any) -> Any:
        # Here all graphs pass that become a batch: what belongs to edges that are gone is found.
        if key != "edge_index" and "edge" in known_levels(key):
            _check_rows(key, value, self.edge_index)
        return super().__inc__(key, value, *args, **kwargs)

    def __getstate__(self) -> dict[str, Any]:
        # Loaders that run no pickle know PyTorch Geometric's class, not ours.
        state = dict(self.__dict__)
        store = GlobalStorage.__new__(GlobalStorage)
        store.__dict__.update(state["_store"].__dict__)
        return state | {"_store": store}

    def __setstate__(self, mapping: dict[str, Any]) -> None:
        super().__setstate__(mapping)
        object.__setattr__(self._store, "__class__", FaceStorage)

    def validate(self, raise_on_error: bool = True) -> bool:
        """Check every known attribute's shape and that edges join existing nodes.

        Args:
            raise_on_error: Raise instead of returning False.

        Raises:
            ValueError: Names the attribute, what was wanted and what was met.
        """
        try:
            super().validate()
            self._check_shapes()
            self._check_values()
        except ValueError:
            if raise_on_error:
                raise
            return False
        return True

    def _repr_html_(self) -> str:
        """Show the graph in a notebook; what cannot be drawn is told in words."""
        words = f"<pre>{escape(repr(self))}</pre>"
        if "ptr" in self or not self.num_nodes or not self.validate(raise_on_error=False):
            return words
        edge_index, nodes = self.edge_index, int(self.num_nodes)
        pos, weight, kept = (self.get(name) for name in ("pos", "edge_weight", "edge_kept"))
        # Sequences are shown by their mean; a relation was masked where all snapshots masked it.
        pos = pos.float().mean(1) if pos is not None and pos.dim() == 3 else pos
        weight = weight.float().mean(1) if weight is not None and weight.dim() == 2 else weight
        kept = kept.any(1) if kept is not None and kept.dim() == 2 else kept
        title = f"Face graph: {nodes} nodes ({self.get('kind', 'region')}), {self.num_edges} edges"
        return f"<div>{graph_svg(pos, edge_index, weight, kept, nodes, title)}{words}</div>"

    def _check_shapes(self) -> None:
        graphs = int(getattr(self, "num_graphs", 1))
        sizes = {"N": self.num_nodes or 0, "E": self.num_edges, "B": graphs}
        for name, shapes in self._shapes.items():
            if name in self and not any(_bind(shape, self[name], sizes) for shape in shapes):
                wanted = " or ".join(_words(shape, sizes) for shape in shapes)
                raise ValueError(f"'{name}' must be {wanted} (got {list(self[name].shape)})")

    def _check_values(self) -> None:
        if "edge_kept" in self and self.edge_kept.dtype != torch.bool:
            raise ValueError(f"'edge_kept' must be bool (got {self.edge_kept.dtype})")
        kinds = self.get("kind", [])
        for kind in [kinds] if isinstance(kinds, str) else kinds:
            if kind not in get_args(NodeKind):
                wanted = ", ".join(get_args(NodeKind))
                raise ValueError(f"'kind' must be one of {wanted} (got {kind!r})")


def complete_edge_index(nodes: int, device: torch.device | None = None) -> Tensor:
    """Return all N x N edges in the order of a flattened matrix whose rows receive."""
    target, source = torch.meshgrid(*[torch.arange(nodes, device=device)] * 2, indexing="ij")
    return torch.stack([source.reshape(-1), target.reshape(-1)])


def _check_rows(name: str, value: Tensor, edge_index: Tensor | None) -> None:
    if edge_index is not None and value.size(0) != edge_index.size(1):
        edges, met = edge_index.size(1), list(value.shape)
        raise ValueError(f"'{name}' must have a row for each of {edges} edges (got {met})")


def _label(y: Tensor | float | None) -> Tensor | None:
    if y is None or (isinstance(y, Tensor) and y.dim() > 0):
        return y
    return torch.as_tensor(y).view(1)


def _bind(shape: Shape, value: Tensor, sizes: dict[str, int]) -> bool:
    if value.dim() != len(shape):
        return False
    trial = dict(sizes)
    for axis, met in zip(shape, value.shape, strict=True):
        if met != (trial.setdefault(axis, met) if isinstance(axis, str) else axis):
            return False
    sizes.update(trial)
    return True


def _words(shape: Shape, sizes: dict[str, int]) -> str:
    letters = ", ".join(str(axis) for axis in shape)
    numbers = ", ".join(str(sizes.get(str(axis), axis)) for axis in shape)
    return f"[{letters}]" + (f" = [{numbers}]" if letters != numbers else "")
