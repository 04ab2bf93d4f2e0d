"""Join several graphs of one face into one heterogeneous graph."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

import torch
from torch import Tensor
from torch_geometric.data import Batch, Data, HeteroData
from torch_geometric.transforms import BaseTransform

from graphforensics.transforms._functional import face_transform
from graphforensics.transforms._levels import check_graph, edge_attributes, node_attributes
from graphforensics.transforms._links import nearest_links, overlap_links

Link = Literal["nearest", "overlap"]


@face_transform("merge_views")
class MergeViews(BaseTransform):  # type: ignore[misc]  # BaseTransform is untyped upstream
    r"""Joins views of one face (attention regions, patches, action units) by where they look.

    Each view becomes a node type with all that its graph carries; its relations become
    ``(view, "relates", view)``. Between any two views there are edges ``(a, "meets", b)`` and
    ``(b, "meets", a)``, each with an ``edge_weight`` from 0 to 1:

    - ``"nearest"``: every node i of b hears from the k nodes of a whose centres are nearest,
      :math:`w_{ij} = 1 - \lVert \mathbf{p}_i - \mathbf{p}_j \rVert / \sqrt{2}`, the distance as a
      share of the crop's diagonal. Views need ``pos``.
    - ``"overlap"``: nodes are joined whose maps (``attention``, each divided by its maximum,
      brought to the larger size) share enough,
      :math:`w_{ij} = \sum \min(m_i, m_j) / \min(\sum m_i, \sum m_j) \ge` ``minimum``: how much of
      the smaller region lies in the other. Views need ``attention``; that of a grid of k x k
      patches is ``torch.eye(k * k).view(k * k, k, k)``.

    The label ``y`` of the face, on which all views that have one must agree, belongs to the joint
    graph; what else a view says about the whole face stays with it. In sequences centres
    and maps are averaged over time. Batches are joined face by face.
    Functional name: ``face_merge_views``.

    Args:
        link: ``"nearest"`` or ``"overlap"``.
        k: How many nodes of each other view a node hears from, with ``"nearest"``.
        minimum: Least overlap, with ``"overlap"``.

    Shapes:
        A dictionary of graphs, names as keys; the result is a ``HeteroData``, of batches a batch.

    Raises:
        ValueError: Wrong arguments; no dictionary of graphs; a view lacks what the link needs, or
            has centres that are not finite; labels differ; batches of different length.

    Example:
        >>> from graphforensics.data.face_graph import FaceGraph
        >>> def view(nodes):
        ...     matrix, places = torch.rand(nodes, nodes), torch.rand(nodes, 2)
        ...     return FaceGraph.from_dense(torch.rand(nodes, 8), matrix, pos=places)
        >>> joint = MergeViews()({"attention": view(3), "patch": view(2)})
        >>> joint["attention", "meets", "patch"].edge_index.shape
        torch.Size([2, 2])
        >>> joint["patch", "meets", "attention"].edge_index[1].tolist()
        [0, 1, 2]
    """

    def __init__(self, link: Link = "nearest", k: int = 1, minimum: float = 0.1) -> None:
        if link not in get_args(Link):
            raise ValueError(f"'link' must be one of {get_args(Link)} (got {link!r})")
        if k < 1:
            raise ValueError(f"'k' must be at least 1 (got {k})")
        if not 0 < minimum <= 1:
            raise ValueError(f"'minimum' must be in (0, 1] (got {minimum})")
        self.link = link
        self.k = k
        self.minimum = minimum

    def forward(self, data: Mapping[str, Data]) -> HeteroData:
        """Return the joint graph of a dictionary of views."""
        _check_views(data)
        if any(isinstance(view, Batch) for view in data.values()):
            return self._merge_batches(data)
        joint = HeteroData()
        for name, view in data.items():
            _fill(joint, name, view)
        _label(joint, data)
        for one in data:
            for other in data:
                if one != other:
                    self._connect(joint, data, one, other)
        return joint

    def _connect(self, joint: HeteroData, views: Mapping[str, Data], one: str, other: str) -> None:
        if self.link == "nearest":
            sender, receiver = (_still(name, views[name], "pos", 2) for name in (one, other))
            edge_index, weight = nearest_links(sender, receiver, self.k)
        else:
            sender, receiver = (_still(name, views[name], "attention", 3) for name in (one, other))
            edge_index, weight = overlap_links(sender, receiver, self.minimum)
        store = joint[one, "meets", other]
        store.edge_index, store.edge_weight = edge_index, weight

    def _merge_batches(self, views: Mapping[str, Data]) -> HeteroData:
        counts = {name: getattr(view, "num_graphs", None) for name, view in views.items()}
        if len(set(counts.values())) != 1:
            raise ValueError(f"views must be batches of the same faces (got {counts} graphs)")
        faces = zip(*(view.to_data_list() for view in views.values()), strict=True)
        return Batch.from_data_list([self(dict(zip(views, face, strict=True))) for face in faces])

    def __repr__(self) -> str:
        size = f"k={self.k}" if self.link == "nearest" else f"minimum={self.minimum}"
        return f"{type(self).__name__}({self.link!r}, {size})"


def _check_views(views: Any) -> None:
    if not isinstance(views, Mapping) or not views:
        raise ValueError(f"views must be a dictionary of graphs (got {type(views).__name__})")
    for name, view in views.items():
        if not isinstance(name, str) or not name or "__" in name:
            raise ValueError(f"a view's name must be a string without '__' (got {name!r})")
        check_graph(view)


def _fill(joint: HeteroData, name: str, view: Data) -> None:
    """Put a view's nodes, relations and facts into the joint graph."""
    # What a view says stays with it even where views agree: joint graphs of different faces
    # must have the same attributes in the same places, or they do not batch.
    for attribute in (*node_attributes(view), *_facts(view)):
        if attribute != "y" or attribute in node_attributes(view):
            joint[name][attribute] = view[attribute]
    joint[name].num_nodes = view.num_nodes
    relations = joint[name, "relates", name]
    relations.edge_index = view.edge_index
    for attribute in edge_attributes(view):
        relations[attribute] = view[attribute]


def _label(joint: HeteroData, views: Mapping[str, Data]) -> None:
    """Give the joint graph the label of the face."""
    labels = {name: view.y for name, view in views.items() if "y" in _facts(view)}
    for label in labels.values():
        first = next(iter(labels.values()))
        if not torch.equal(torch.as_tensor(label), torch.as_tensor(first)):
            raise ValueError(f"views of one face must agree on its label 'y' (got {labels})")
        joint.y = label


def _facts(view: Data) -> list[str]:
    """Return what a view says about the whole face."""
    taken = {"edge_index", *node_attributes(view), *edge_attributes(view)}
    return [name for name, _ in view if name not in taken]


def _still(name: str, view: Data, attribute: str, rank: int) -> Tensor:
    """Return an attribute of the nodes, its mean over time in a sequence."""
    value = view.get(attribute, None)
    if not isinstance(value, Tensor) or value.dim() not in (rank, rank + 1):
        raise ValueError(f"view '{name}' must have '{attribute}' for this link (got {view})")
    return value if value.dim() == rank else value.mean(1)
