"""The one list of what a face graph carries: the shape of each attribute, and whose it is."""

from __future__ import annotations

from typing import Literal, NamedTuple

#: A shape in letters: N nodes, E edges, B graphs (1 unless batched), T snapshots.
Shape = tuple[str | int, ...]

#: What an attribute's rows belong to.
Level = Literal["node", "edge", "graph"]

_LEVELS: dict[str | int, Level] = {"N": "node", "E": "edge", "B": "graph"}


class Attribute(NamedTuple):
    """One attribute.

    Attributes:
        shapes: The shapes that it may have in a single snapshot.
        time: Whether it changes over time in a sequence: it has to, it may, or it never does.
    """

    shapes: tuple[Shape, ...]
    time: Literal["always", "sometimes", "never"] = "sometimes"


#: Letters are bound in this order.
SCHEMA: dict[str, Attribute] = {
    "x": Attribute((("N", "C"),), "always"),
    "edge_index": Attribute(((2, "E"),), "never"),
    "edge_weight": Attribute((("E",),)),
    "edge_kept": Attribute((("E",),)),
    "pos": Attribute((("N", 2),)),
    "region_id": Attribute((("N",),), "never"),
    "region_kept": Attribute((("N",),)),
    "y": Attribute((("B",), ("N",))),
    "attention": Attribute((("N", "h", "w"),)),
    "class_attention": Attribute((("N",),)),
    "place_kept": Attribute((("N",),)),
    "frame_id": Attribute((("B",),)),
    "time": Attribute((("B",),)),
    "box": Attribute((("B", 4),)),
}

#: What PyTorch Geometric itself puts into a graph or a batch.
_UPSTREAM: dict[str, tuple[Level, ...]] = {
    "batch": ("node",),
    "ptr": ("graph",),
    "num_nodes": ("graph",),
    "kind": ("graph",),
    "edge_label": ("graph",),
}


def still_shapes() -> dict[str, tuple[Shape, ...]]:
    """Return the shapes of a single snapshot's attributes."""
    return {name: attribute.shapes for name, attribute in SCHEMA.items()}


def shapes_over_time() -> dict[str, tuple[Shape, ...]]:
    """Return the shapes of a sequence's attributes: first those over time, then the still ones."""
    out: dict[str, tuple[Shape, ...]] = {}
    for name, (shapes, time) in SCHEMA.items():
        moving = () if time == "never" else tuple((one[0], "T", *one[1:]) for one in shapes)
        out[name] = moving if time == "always" else (*moving, *shapes)
    return out


def known_levels(name: str) -> tuple[Level, ...]:
    """Return whose an attribute may be, the likelier first; nothing for an unknown name.

    Example:
        >>> known_levels("edge_kept"), known_levels("y"), known_levels("mood")
        (('edge',), ('graph', 'node'), ())
    """
    if name not in SCHEMA:
        return _UPSTREAM.get(name, ())
    axes = (axis for shape in SCHEMA[name].shapes for axis in shape if axis in _LEVELS)
    return tuple(_LEVELS[axis] for axis in axes)
