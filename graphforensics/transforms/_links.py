"""Edges between the regions of two views of one face."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F


def nearest_links(source: Tensor, target: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """Join each of M places to the k nearest of N others; of equally near ones, to the first.

    Args:
        source: ``[N, 2]``, from 0 to 1.
        target: ``[M, 2]``.
        k: How many, at most N.

    Returns:
        ``edge_index [2, M * k]`` and closeness, 1 minus the share of the diagonal, ``[M * k]``.

    Raises:
        ValueError: A place is not finite.
    """
    for places in (source, target):
        if not bool(places.isfinite().all()):
            raise ValueError("'pos' must be finite to find the nearest regions")
    distance = (target.unsqueeze(1) - source.unsqueeze(0)).norm(dim=-1)
    near, number = distance.sort(dim=1, stable=True)
    near, number = near[:, :k], number[:, :k]
    receiver = torch.arange(target.size(0), device=target.device).repeat_interleave(near.size(1))
    closeness = (1 - near.reshape(-1) / math.sqrt(2)).clamp_min(0)
    return torch.stack([number.reshape(-1), receiver]), closeness


def overlap_links(source: Tensor, target: Tensor, minimum: float) -> tuple[Tensor, Tensor]:
    """Join regions that share at least a part of the smaller one.

    Args:
        source: Maps ``[N, h, w]``; negative entries count as 0.
        target: Maps ``[M, h', w']``.
        minimum: The part.

    Returns:
        ``edge_index [2, E]``, ordered by receiver, and the shared parts ``[E]``.

    Raises:
        ValueError: A map is not finite.
    """
    size = [max(source.size(axis), target.size(axis)) for axis in (1, 2)]
    one, other = _flat_maps(source, size), _flat_maps(target, size)
    shared = torch.stack([torch.minimum(row, one).sum(1) for row in other]) if len(other) else None
    if shared is None:
        return torch.empty(2, 0, dtype=torch.long, device=one.device), one.new_empty(0)
    least = torch.minimum(other.sum(1).unsqueeze(1), one.sum(1).unsqueeze(0))
    part = shared / torch.where(least > 0, least, 1)
    receiver, sender = (part >= minimum).nonzero().unbind(1)
    return torch.stack([sender, receiver]), part[receiver, sender]


def _flat_maps(maps: Tensor, size: list[int]) -> Tensor:
    if not bool(maps.isfinite().all()):
        raise ValueError("'attention' must be finite to find overlaps")
    maps = maps.clamp_min(0).to(torch.promote_types(maps.dtype, torch.float32))
    if list(maps.shape[1:]) != size:
        maps = F.interpolate(maps.unsqueeze(1), size, mode="nearest-exact").squeeze(1)
    flat = maps.flatten(1)
    top = flat.amax(1, keepdim=True)
    return flat / torch.where(top > 0, top, 1)
