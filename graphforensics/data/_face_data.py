"""What face graphs and their sequences share: attributes, their shapes, their checks."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, get_args

import torch
from torch import Tensor
from torch_geometric.data import Data

NodeKind = Literal["region", "patch", "au", "part", "token"]

#: A shape in letters: N nodes, E edges, B graphs (1 unless batched), T snapshots.
Shape = tuple[str | int, ...]


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
        super().__init__(x=x, edge_index=edge_index, y=_label(y), pos=pos)
        known: dict[str, Any] = {"edge_weight": edge_weight, "edge_kept": edge_kept}
        known["region_id"] = region_id
        known["kind"] = "region" if kind is None and x is not None else kind
        for key, value in {**known, **attributes}.items():
            if value is not None:
                self[key] = value

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
