"""Graphs of one size, one after another, as read-outs that flatten nodes need them."""

from __future__ import annotations

import torch
from torch import Tensor


def check_whole_graphs(batch: Tensor | None, rows: int, nodes: int) -> None:
    """Raise ValueError unless a batch is of graphs of ``nodes`` nodes, one after another.

    Args:
        batch: Graph of each node, ``[rows]``; None passes.
        rows: Number of nodes of all graphs.
        nodes: Number of nodes of one.

    Example:
        >>> check_whole_graphs(torch.tensor([0, 1, 0, 1]), 4, nodes=2)
        Traceback (most recent call last):
        ValueError: 'batch' must be of graphs of 2 nodes, one after another (got [0, 1, 0, 1])
    """
    if batch is None:
        return
    wanted = torch.arange(rows, device=batch.device) // nodes
    if batch.shape != wanted.shape or not torch.equal(batch, wanted):
        met = batch.tolist() if batch.numel() <= 8 else list(batch.shape)
        raise ValueError(
            f"'batch' must be of graphs of {nodes} nodes, one after another (got {met})"
        )
