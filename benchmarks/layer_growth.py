"""How time and memory grow with nodes, steps, graphs, edges and patches.

One size is grown at a time. The arithmetic is the multiplications, counted from the equations.
Memory is the process's peak of resident memory over that before the call (Linux), or the device's
own count.
"""

from __future__ import annotations

import ctypes
import math
from pathlib import Path
from typing import Any

import torch
from layer_timing import Sizes, Way, complete_graphs, timed, wait

from graphforensics.nn import DenseTGCNCell, PatchSimilarityGraph, TGCNCell

#: What the tables start from.
BASE: Sizes = {"T": 5, "B": 4, "N": 12, "C": 128, "H": 64}
#: Powers with which the arithmetic grows in the end: the leading terms of the equations.
POWERS = {"N": 2, "T": 1, "B": 1, "E": 1, "k": 2}


def growth(quick: bool, device: torch.device) -> list[dict[str, Any]]:
    """Grow one size at a time; return a row a point."""
    rows = []
    series: dict[str, list[int]] = {
        "N": [12, 24] if quick else [12, 32, 64, 128, 256, 512, 1024],
        "T": [1, 2] if quick else [1, 5, 20, 80, 320],
        "B": [1, 2] if quick else [1, 8, 64, 512, 2048],
        "E": [100, 200] if quick else [1_000, 10_000, 100_000, 1_000_000],
        "k": [2, 4] if quick else [4, 8, 16, 32],
    }
    makers = {"E": edge_point, "k": patch_point}
    for name, values in series.items():
        for value in values:
            way, arithmetic = makers.get(name, cell_point)(name, value, device)
            rows.append(point(name, value, way, arithmetic, device))
    return rows


def cell_point(name: str, value: int, device: torch.device) -> tuple[Way, int]:
    """The dense cell over a sequence, one size grown."""
    sizes = {**BASE, name: value}
    cell = DenseTGCNCell(sizes["C"], sizes["H"]).to(device)
    x, adj, _, _ = complete_graphs(sizes, device)
    nodes, width = sizes["N"], 3 * sizes["H"]
    a_step = nodes * sizes["C"] * width + nodes * sizes["H"] * width + 2 * nodes * nodes * width
    return lambda: cell.forward_sequence(x, adj), sizes["B"] * sizes["T"] * a_step


def edge_point(_: str, value: int, device: torch.device) -> tuple[Way, int]:
    """The cell over edges: 1,000 nodes, more and more edges."""
    nodes, width = 1_000, 3 * BASE["H"]
    cell = TGCNCell(BASE["C"], BASE["H"]).to(device)
    x = torch.randn(nodes, BASE["T"], BASE["C"], device=device)
    edge_index = torch.randint(nodes, (2, value), device=device)
    weight = torch.rand(value, device=device)
    a_step = nodes * (BASE["C"] + BASE["H"]) * width + value * (width + BASE["H"])
    return lambda: cell.forward_sequence(x, edge_index, weight), BASE["T"] * a_step


def patch_point(_: str, value: int, device: torch.device) -> tuple[Way, int]:
    """The similarity of k x k patches of one map."""
    features = torch.randn(4, 64, 64, 64, device=device)
    layer = PatchSimilarityGraph(value).to(device)
    patch = 64 * (64 // value) ** 2
    return lambda: layer(features), 4 * value**4 * patch


def point(name: str, value: int, way: Way, arithmetic: int, device: torch.device) -> dict[str, Any]:
    """Measure one point of a growth table."""
    way()
    # The least of some: what other processes take of the caches only ever adds.
    return {
        "grown": name,
        "value": value,
        "ms": min(timed(way, device) for _ in range(5)) * 1e3,
        "million_products": arithmetic / 1e6,
        "mib": peak_memory(way, device),
    }


def peak_memory(way: Way, device: torch.device) -> float | None:
    """Return how many MiB a call needs at most on top of what is there."""
    if device.type == "cuda":
        before = torch.cuda.memory_allocated(device)
        torch.cuda.reset_peak_memory_stats(device)
        way()
        wait(device)
        return (torch.cuda.max_memory_allocated(device) - before) / 2**20
    try:
        # Freed memory that the process still holds would hide what the call takes.
        ctypes.CDLL(None).malloc_trim(0)
        before_kib = resident("VmRSS")
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except (OSError, AttributeError):
        return None
    way()
    return max(0, resident("VmHWM") - before_kib) / 1024


def resident(name: str) -> int:
    """Return one of the process's memory figures in KiB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1])


def exponents(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Fit a power to the upper half of each series, where fixed costs no longer count."""
    found = []
    for name, power in POWERS.items():
        series = [row for row in rows if row["grown"] == name]
        upper = series[(len(series) - 1) // 2 :]
        fitted = {key: slope(upper, key) for key in ("ms", "mib") if upper[0][key]}
        found.append({"grown": name, "from": upper[0]["value"], "arithmetic": power, **fitted})
    return found


def slope(rows: list[dict[str, Any]], key: str) -> float:
    """Return the slope of a line through the logarithms, by least squares."""
    x = [math.log(row["value"]) for row in rows]
    y = [math.log(max(row[key], 1e-9)) for row in rows]
    centre = sum(x) / len(x)
    weight = sum((one - centre) ** 2 for one in x)
    return sum((one - centre) * other for one, other in zip(x, y, strict=True)) / weight
