"""Hide regions of a face graph."""

from __future__ import annotations

from collections.abc import Collection

import torch
from torch import Tensor
from torch_geometric.data import Data
from torch_geometric.transforms import BaseTransform

from graphforensics.transforms._functional import face_transform
from graphforensics.transforms._levels import (
    check_graph,
    graph_of_nodes,
    keep_edges,
    num_graphs,
    rank_in_group,
    set_of_nodes,
)


@face_transform("mask_regions")
class MaskRegions(BaseTransform):  # type: ignore[misc]  # BaseTransform is untyped upstream
    r"""Hides the features of some regions, at random or by their numbers.

    .. math:: \mathbf{x}^{\prime}_i = k_i\, \mathbf{x}_i + (1 - k_i)\, v, \qquad
        k_i \in \{0, 1\}

    With ``rate``, each graph hides that share of its nodes, :math:`\lfloor r N + 1/2 \rfloor` of
    them, anew at every call. The nodes stay, so that read-outs that count on all of them still
    fit; ``region_kept [N]`` says which were left alone, and joins with an earlier mask's. In a
    sequence a region is hidden in all snapshots. Functional name: ``face_mask_regions``.

    Args:
        rate: Share of each graph's nodes to hide.
        regions: Hide the nodes whose ``region_id`` is one of these, instead.
        value: What a hidden region shows.
        drop_relations: Remove the relations from and to hidden regions.
        generator: Where the random numbers come from; PyTorch's default by default. Every
            worker of a data loader starts from the same copy of a generator that is given
            here, but from a seed of its own with the default.

    Shapes:
        ``x [N, C]`` or ``[N, T, C]``, single graphs or batches.

    Raises:
        ValueError: Not exactly one of ``rate`` and ``regions``; ``rate`` is not in [0, 1]; the
            graph has no features, or with ``regions`` no ``region_id``.

    Example:
        >>> from graphforensics.data.face_graph import FaceGraph
        >>> graph = FaceGraph.from_dense(torch.ones(4, 1), torch.ones(4, 4))
        >>> MaskRegions(regions=[0, 2])(graph).x.view(-1).tolist()
        [0.0, 1.0, 0.0, 1.0]
        >>> MaskRegions(rate=0.5, drop_relations=True)(graph).num_edges
        4
    """

    def __init__(
        self,
        rate: float | None = None,
        regions: Collection[int] | None = None,
        value: float = 0.0,
        drop_relations: bool = False,
        generator: torch.Generator | None = None,
    ) -> None:
        if (rate is None) == (regions is None):
            raise ValueError(f"give either 'rate' or 'regions' (got {rate} and {regions})")
        if rate is not None and not 0 <= rate <= 1:
            raise ValueError(f"'rate' must be in [0, 1] (got {rate})")
        self.rate = rate
        self.regions = None if regions is None else sorted(set(regions))
        self.value = value
        self.drop_relations = drop_relations
        self.generator = generator

    def forward(self, data: Data) -> Data:
        """Return the graph with regions hidden."""
        check_graph(data)
        x = data.get("x", None)
        if not isinstance(x, Tensor):
            raise ValueError(f"'data' must have features 'x' (got {data})")
        kept = self._named(data) if self.rate is None else self._drawn(data, self.rate)
        data.x = x.where(kept.view(-1, *(1,) * (x.dim() - 1)), self.value)
        kept_before = data.region_kept if "region_kept" in data else torch.ones_like(kept)
        set_of_nodes(data, "region_kept", kept & kept_before)
        if self.drop_relations:
            data = keep_edges(data, kept[data.edge_index].all(0))
        return data

    def _named(self, data: Data) -> Tensor:
        region = data.get("region_id", None)
        if not isinstance(region, Tensor):
            raise ValueError(f"'data' must have 'region_id' (got {data})")
        return ~torch.isin(region, region.new_tensor(self.regions))

    def _drawn(self, data: Data, rate: float) -> Tensor:
        graph = graph_of_nodes(data)
        device = graph.device if self.generator is None else self.generator.device
        score = torch.rand(graph.numel(), generator=self.generator, device=device)
        nodes = torch.bincount(graph, minlength=num_graphs(data))
        hidden = (rate * nodes.double() + 0.5).floor().long()
        return rank_in_group(score.to(graph.device), graph) >= hidden[graph]

    def __repr__(self) -> str:
        what = f"rate={self.rate}" if self.regions is None else f"regions={self.regions}"
        return f"{type(self).__name__}({what})"
