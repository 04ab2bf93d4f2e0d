"""Clocks and graphs of the benchmark of layers."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor

Way = Callable[[], object]
Sizes = dict[str, int]


def medians(ways: dict[str, Way], rounds: int, device: torch.device) -> dict[str, float]:
    """Run every way once to warm up, then all in turns; return median seconds."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way()
    for _ in range(rounds):
        for name, way in ways.items():
            seconds[name].append(timed(way, device))
    return {name: statistics.median(values) for name, values in seconds.items()}


def timed(way: Way, device: torch.device) -> float:
    """Return the seconds of one call: of the process on a CPU, of the wall on a GPU."""
    clock = time.process_time if device.type == "cpu" else time.perf_counter
    wait(device)
    start = clock()
    way()
    wait(device)
    return clock() - start


def wait(device: torch.device) -> None:
    """Let the device finish what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def complete_graphs(sizes: Sizes, device: torch.device) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return features and edges of B complete graphs, dense and as one graph of PyG.

    Shapes: ``x [B, T, N, C]``, ``adj [B, N, N]``, ``edge_index [2, B N N]``, its weights.
    """
    graphs, nodes = sizes["B"], sizes["N"]
    x = torch.randn(graphs, sizes["T"], nodes, sizes["C"], device=device)
    adj = torch.rand(graphs, nodes, nodes, device=device) / nodes
    # Positive weights: the other library's normalisation takes the root of their sums.
    graph, target, source = adj.nonzero().T
    edge_index = torch.stack([source, target]) + graph * nodes
    return x, adj, edge_index, adj[graph, target, source]
