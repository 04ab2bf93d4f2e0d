"""How alike every two patches of a feature map are."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch_geometric.data import Batch

from graphforensics.data.face_graph import FaceGraph
from graphforensics.nn.argument_checks import (
    check_floating,
    check_positive,
    check_shape,
    check_word,
)
from graphforensics.nn.precision import full_precision, unit_length, widened

#: How a side is cut where k does not divide it.
PatchCut = Literal["pad", "even"]


def patch_similarity(features: Tensor, k: int = 5, cut: PatchCut = "pad") -> Tensor:
    r"""Compare all patches of a k x k grid by the cosine of their features.

    .. math:: \hat{s}_{ij} = \frac{1}{2} \left( \left\langle
        \frac{\mathbf{u}_i}{\lVert \mathbf{u}_i \rVert_2},
        \frac{\mathbf{u}_j}{\lVert \mathbf{u}_j \rVert_2} \right\rangle + 1 \right)

    Eq. 7 of "Local Relation Learning for Face Forgery Detection" (AAAI 2021). A patch of zeros
    has no direction: its similarity to all, itself included, is 0.5.

    Args:
        features: Feature maps.
        k: Patches along each side. Default: 5.
        cut: Where k does not divide a side, ``"pad"`` adds zeros below and to the right, which
            can leave whole patches empty; ``"even"`` shares the places out as evenly as they go,
            none left empty, and repeats places of a patch that has fewer than others. Default:
            ``"pad"``.

    Shapes:
        ``features [B, C, H, W]``, output ``[B, k*k, k*k]`` in [0, 1], patches in raster order.

    Raises:
        ValueError: ``k`` is not positive, ``cut`` is unknown, or the features have another shape
            or are no floats.

    Example:
        >>> features = torch.tensor([[1.0, 2.0], [-1.0, 0.0]]).view(1, 1, 2, 2)
        >>> patch_similarity(features, k=2)[0, 0].tolist()
        [1.0, 1.0, 0.0, 0.5]
    """
    check_positive(k=k)
    check_word("cut", cut, get_args(PatchCut))
    check_shape("features", features, ("B", "C", "H", "W"))
    check_floating("features", features)
    unit = unit_length(widened(feature_patches(features, k, cut))).to(features.dtype)
    half = unit.new_full((1, 1, 1), 0.5)
    # Rounding can lead out of the unit interval, by a few units of the last place.
    with full_precision(unit):
        return torch.baddbmm(half, unit, unit.transpose(1, 2), alpha=0.5).clamp(0, 1)


def feature_patches(features: Tensor, k: int, cut: PatchCut = "pad") -> Tensor:
    """Cut feature maps into k x k patches, each one long vector.

    Args:
        features: ``[B, C, H, W]``.
        k: Patches along each side.
        cut: As in :func:`patch_similarity`.

    Shapes:
        Output ``[B, k*k, C*h*w]`` with h = ceil(H / k) and w = ceil(W / k), raster order.

    Example:
        >>> feature_patches(torch.arange(4.0).view(1, 1, 2, 2), 1).tolist()
        [[[0.0, 1.0, 2.0, 3.0]]]
    """
    rows, columns = (patch_edges(side, k, cut) for side in features.shape[-2:])
    return cut_at(features, rows, columns, repeat=cut == "even")


def patch_edges(length: int, k: int, cut: PatchCut = "pad") -> list[int]:
    """Return where the patches along one side begin, and where the last one ends.

    Args:
        length: Places along the side.
        k: Patches along it.
        cut: As in :func:`patch_similarity`.

    Example:
        >>> patch_edges(7, 5), patch_edges(7, 5, "even")
        ([0, 2, 4, 6, 7, 7], [0, 1, 2, 4, 5, 7])
    """
    if cut == "even":
        return [number * length // k for number in range(k + 1)]
    return [min(number * -(-length // k), length) for number in range(k + 1)]


def cut_at(maps: Tensor, rows: list[int], columns: list[int], repeat: bool = False) -> Tensor:
    """Cut maps at given edges into patches, each one long vector.

    Args:
        maps: ``[B, C, H, W]``.
        rows: Edges of the k patches along the height, ``k + 1``.
        columns: Likewise along the width.
        repeat: Fill a patch that is smaller than the largest with places of its own; otherwise
            with zeros.

    Shapes:
        Output ``[B, k*k, C*h*w]``, raster order; h and w are the largest patch's.
    """
    counts = (len(rows) - 1, len(columns) - 1)
    tall, wide = _largest(rows), _largest(columns)
    whole = all(side == list(range(0, side[-1] + 1, side[1] or 1)) for side in (rows, columns))
    if not whole:
        # One row and one column of zeros more, for what is not there.
        maps = functional.pad(maps, (0, 1, 0, 1))
        for axis, edges, size in ((2, rows, tall), (3, columns, wide)):
            places = torch.tensor(_places(edges, size, repeat), device=maps.device)
            maps = maps.index_select(axis, places)
    grid = maps.reshape(maps.size(0), maps.size(1), counts[0], tall, counts[1], wide)
    # Norms and products of strided vectors are slow, where patches of one pixel need no copy.
    return grid.permute(0, 2, 4, 1, 3, 5).flatten(3).flatten(1, 2).contiguous()


def patch_centres(height: int, width: int, k: int, cut: PatchCut = "pad") -> Tensor:
    """Return where each patch of a k x k grid has its centre, x then y, from 0 to 1.

    What was added to make k divide the sides does not count; a patch of nothing else lies on
    the edge.

    Args:
        height: Height H of the map.
        width: Width W of the map.
        k: Patches along each side.
        cut: As in :func:`patch_similarity`.

    Shapes:
        Output ``[k*k, 2]``, raster order.

    Example:
        >>> patch_centres(4, 4, 2).tolist()
        [[0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75]]
    """
    x, y = _middles(width, k, cut), _middles(height, k, cut)
    return torch.stack([x.repeat(k), y.repeat_interleave(k)], dim=1)


class PatchSimilarityGraph(nn.Module):
    r"""A face as a graph of patches whose edges say how alike they are.

    .. math:: \hat{s}_{ij} = \tfrac{1}{2} \left( \cos(\mathbf{u}_i, \mathbf{u}_j) + 1 \right)

    The module twin of :func:`patch_similarity`: eq. 7 of "Local Relation Learning for Face
    Forgery Detection" (AAAI 2021), on features that are fused as in eq. 6
    (:class:`~graphforensics.nn.RGBFrequencyAttention`).

    Args:
        k: Patches along each side. Default: 5, the paper's.
        cut: As in :func:`patch_similarity`. Default: ``"pad"``.

    Shapes:
        ``features [B, C, H, W]``, output ``[B, k*k, k*k]`` in [0, 1].

    Raises:
        ValueError: ``k`` is not positive, ``cut`` is unknown, or the features have another shape.

    Example:
        >>> relate = PatchSimilarityGraph(k=5)
        >>> relate(torch.rand(2, 8, 10, 10)).shape
        torch.Size([2, 25, 25])
        >>> relate.graph(torch.rand(2, 8, 10, 10))[0].edge_weight.shape
        torch.Size([625])
    """

    def __init__(self, k: int = 5, cut: PatchCut = "pad") -> None:
        super().__init__()
        check_positive(k=k)
        check_word("cut", cut, get_args(PatchCut))
        self.k = k
        self.cut: PatchCut = cut

    def reset_parameters(self) -> None:
        """Do nothing: there is nothing to learn."""

    def forward(self, features: Tensor) -> Tensor:
        """Return the similarity of every two patches."""
        return patch_similarity(features, self.k, self.cut)

    def graph(self, features: Tensor, y: Tensor | None = None) -> Batch:
        """Return one complete graph a face: nodes are patches, edge weights similarities.

        Args:
            features: ``[B, C, H, W]``.
            y: Labels ``[B]``. Default: none.
        """
        similarity = self(features)
        if y is not None:
            check_shape("y", y, (features.size(0),))
        patches = feature_patches(features, self.k, self.cut)
        centres = patch_centres(features.size(2), features.size(3), self.k, self.cut)
        pos = centres.to(features.device)
        return Batch.from_data_list(
            [
                FaceGraph.from_dense(
                    x, adjacency, pos=pos, y=None if y is None else y[face], kind="patch"
                )
                for face, (x, adjacency) in enumerate(zip(patches, similarity, strict=True))
            ]
        )

    def __repr__(self) -> str:
        cut = "" if self.cut == "pad" else f", cut={self.cut!r}"
        return f"{type(self).__name__}(k={self.k}{cut})"


def _largest(edges: list[int]) -> int:
    return max(end - start for start, end in pairwise(edges))


def _places(edges: list[int], size: int, repeat: bool) -> list[int]:
    """Number the places of every patch; the place behind the last one is empty."""
    numbers: list[int] = []
    for start, end in pairwise(edges):
        there = end - start
        fill = [start + number * there // size for number in range(size)]
        numbers += fill if repeat and there else [*range(start, end), *[edges[-1]] * (size - there)]
    return numbers


def _middles(length: int, k: int, cut: PatchCut) -> Tensor:
    edges = torch.tensor(patch_edges(length, k, cut)) / length
    return (edges[1:] + edges[:-1]) / 2
