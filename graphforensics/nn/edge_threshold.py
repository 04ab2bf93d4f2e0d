"""Eq. 6 of MRL: the threshold below which edges are masked, by range or by quantile."""

from __future__ import annotations

from typing import Literal, get_args

import torch
from torch import Tensor
from torch_geometric.utils import scatter

from graphforensics.nn.argument_checks import check_floating, check_share, check_word

EdgeThreshold = Literal["range", "quantile"]


def edge_threshold(
    edge_weight: Tensor,
    batch: Tensor | None,
    rate: float,
    threshold: EdgeThreshold,
    batch_size: int | None = None,
) -> Tensor:
    r"""Return the threshold of each edge's graph, in a shape that compares with the edges.

    .. math:: q = \mathcal{E}_{\min} + (\mathcal{E}_{\max} - \mathcal{E}_{\min}) \cdot p

    for ``"range"``, the p-quantile of the graph's edges (linear interpolation) for ``"quantile"``.
    A NaN among a graph's edges makes its threshold NaN.

    Args:
        edge_weight: Weights of edges.
        batch: Graph of each edge, or None for one graph a matrix.
        rate: The share p.
        threshold: ``"range"`` or ``"quantile"``.
        batch_size: Number of graphs in ``batch``; counted by default.

    Shapes:
        ``edge_weight [E]``, ``[N, N]`` or ``[B, N, N]``; the output broadcasts against it.

    Raises:
        ValueError: ``rate`` is not in [0, 1], the word is unknown, or a shape is not one of these.

    Example:
        >>> edges = torch.tensor([0.0, 1.0, 2.0, 10.0])
        >>> edge_threshold(edges, None, 0.5, "range").item()
        5.0
        >>> edge_threshold(edges, None, 0.5, "quantile").item()
        1.5
    """
    check_share("rate", rate)
    check_word("threshold", threshold, get_args(EdgeThreshold))
    check_edge_weight(edge_weight, batch)
    if edge_weight.numel() == 0:
        return edge_weight
    if batch is not None:
        return _of_batch(edge_weight, batch, rate, threshold, batch_size)
    rows = edge_weight.flatten(1) if edge_weight.dim() == 3 else edge_weight.reshape(1, -1)
    if threshold == "range":
        level = _between(rows.amin(dim=-1), rows.amax(dim=-1), rate)
    else:
        level = _quantile(rows, rate)
    return level.view(-1, *(1,) * (edge_weight.dim() - 1))


def check_edge_weight(edge_weight: Tensor, batch: Tensor | None) -> None:
    """Raise ValueError unless these are weights of edges and the graph of each."""
    shape = tuple(edge_weight.shape)
    if len(shape) not in (1, 2, 3) or (len(shape) > 1 and shape[-1] != shape[-2]):
        raise ValueError(f"'edge_weight' must be [E], [N, N] or [B, N, N] (got {list(shape)})")
    check_floating("edge_weight", edge_weight)
    if batch is not None and (len(shape) != 1 or tuple(batch.shape) != shape):
        raise ValueError(
            f"'batch' must be [E] beside 'edge_weight' [E] "
            f"(got {list(batch.shape)} beside {list(shape)})"
        )


def _quantile(rows: Tensor, rate: float) -> Tensor:
    if torch.compiler.is_compiling():
        return _exported_quantile(rows, rate)
    place = rate * (rows.size(-1) - 1)
    below = int(place)
    low, high = _neighbours(rows, below)
    level = _between(low, high, place - below)
    largest = rows.amax(dim=-1)
    return torch.where(largest.isnan(), largest, level)


def _exported_quantile(rows: Tensor, rate: float) -> Tensor:
    # Places are tensors, so that the number of edges may change; ONNX has sorting, no selection.
    ordered = rows.sort(dim=-1).values
    last = torch.arange(rows.size(-1), device=rows.device)[-1:]
    place = rate * last.double()
    below = place.floor().long()
    low = ordered.index_select(-1, below).squeeze(-1)
    high = ordered.index_select(-1, torch.minimum(below + 1, last)).squeeze(-1)
    level = _between(low, high, (place - below).to(rows.dtype))
    largest = ordered[..., -1]  # NaN is sorted to the end
    return torch.where(largest.isnan(), largest, level)


def _neighbours(rows: Tensor, below: int) -> tuple[Tensor, Tensor]:
    """Return the numbers at a place of each sorted row and at the next place, if there is one."""
    above = min(below + 1, rows.size(-1) - 1)
    low = rows.kthvalue(below + 1, dim=-1, keepdim=True).values
    under = rows <= low
    larger = rows.masked_fill(under, torch.inf).amin(dim=-1)
    low = low.squeeze(-1)
    return low, torch.where(under.sum(dim=-1) > above, low, larger)


def _of_batch(
    edge_weight: Tensor,
    batch: Tensor,
    rate: float,
    threshold: EdgeThreshold,
    batch_size: int | None,
) -> Tensor:
    graphs = int(batch.max()) + 1 if batch_size is None else batch_size
    low = scatter(edge_weight, batch, dim_size=graphs, reduce="min")
    high = scatter(edge_weight, batch, dim_size=graphs, reduce="max")
    if threshold == "range":
        return _between(low, high, rate)[batch]
    order = edge_weight.argsort(stable=True)
    order = order[batch[order].argsort(stable=True)]
    ordered = edge_weight[order]
    count = scatter(torch.ones_like(batch), batch, dim_size=graphs, reduce="sum")
    # Empty graphs have no edge that asks for a threshold; any valid place will do.
    last = (count - 1).clamp(min=0)
    start = (count.cumsum(0) - count).clamp(max=edge_weight.numel() - 1)
    place = rate * last.double()
    below = place.floor().long()
    above = torch.minimum(below + 1, last)
    share = (place - below).to(edge_weight.dtype)
    level = _between(ordered[start + below], ordered[start + above], share)
    return torch.where(high.isnan(), high, level)[batch]


def _between(low: Tensor, high: Tensor, share: Tensor | float) -> Tensor:
    # Neither end's weight exceeds 1, so huge ends do not overflow; rounding must not leave the
    # range, or equal edges would all be cut.
    level = low * (1 - share) + high * share
    return torch.minimum(torch.maximum(level, low), high)
