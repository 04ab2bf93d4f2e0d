"""What the layers cost beside the bare arithmetic and beside other libraries' layers.

    python benchmarks/layers.py [--rounds 15] [--threads 1] [--device cpu] [--json FILE] [--quick]

Ratios are those of medians within one run, all ways taking turns, so that whatever else the machine
does falls on all of them alike; on a CPU it is the time of the process, not of the wall. The cells
run over T steps of B complete graphs of N nodes; ``torch_geometric_temporal`` (where it is
installed, extra ``temporal``) gets them as one large graph, step by step, as its examples do.
"Floor" is the bare matrix products of the same equations. "Training" is forward and backward.

The second part grows one size at a time and compares the growth of time with that of the
arithmetic: multiplications, counted from the equations. Memory is the process's peak of resident
memory over that before the call (Linux), or the device's own count.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch_geometric.utils import dropout_edge

from graphforensics.nn import (
    DenseTGCNCell,
    MaskedEdgeDropout,
    PatchSimilarityGraph,
    TGCNCell,
)

Way = Callable[[], object]
Sizes = dict[str, int]

#: Steps, graphs, nodes, features and hidden features of the comparison of cells.
CELL: Sizes = {"T": 5, "B": 32, "N": 12, "C": 512, "H": 128}
SMALL: Sizes = {"T": 3, "B": 2, "N": 4, "C": 8, "H": 4}
#: What the growth tables start from.
BASE: Sizes = {"T": 5, "B": 4, "N": 12, "C": 128, "H": 64}


def main() -> None:
    """Measure, print the tables, and write the JSON file if asked to."""
    arguments = parse()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    rounds, device = (2, 1)[arguments.quick] * arguments.rounds, torch.device(arguments.device)
    report: dict[str, Any] = {"setting": setting(arguments)}
    sizes = SMALL if arguments.quick else CELL
    training = cells(sizes, rounds, device, training=True)
    with torch.no_grad():
        report["ratios"] = [
            *cells(sizes, rounds, device),
            *training,
            *similarity(8 if arguments.quick else 32, rounds, device),
            *dropout(1_000 if arguments.quick else 100_000, rounds, device),
        ]
        report["growth"] = growth(arguments.quick, device)
    show(report)
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=15, help="turns of each way, halved (15)")
    parser.add_argument("--threads", type=int, default=1, help="threads of torch (1)")
    parser.add_argument("--device", default="cpu", help="cpu or cuda (cpu)")
    parser.add_argument("--seed", type=int, default=0, help="of all numbers (0)")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--quick", action="store_true", help="only see whether it runs")
    return parser.parse_args()


def setting(arguments: argparse.Namespace) -> dict[str, Any]:
    """Say what is measured on what."""
    return {
        "torch": torch.__version__,
        "threads": arguments.threads,
        "device": arguments.device,
        "seed": arguments.seed,
        "rounds": arguments.rounds,
    }


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


def ratio(name: str, above: float, below: float, wanted: str = "") -> dict[str, Any]:
    """Return a row of the first table."""
    return {
        "question": name,
        "wanted": wanted,
        "ratio": above / below,
        "ms": [above * 1e3, below * 1e3],
    }


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


def cells(
    sizes: Sizes, rounds: int, device: torch.device, training: bool = False
) -> list[dict[str, Any]]:
    """Compare the forms of our cell with their floor and with the other library's."""
    x, adj, edge_index, weight = complete_graphs(sizes, device)
    steps, hidden = sizes["T"], sizes["H"]
    dense = DenseTGCNCell(sizes["C"], hidden).to(device)
    sparse = TGCNCell.sharing(dense).to(device)
    flat = x.transpose(0, 1).flatten(1, 2)  # [T, B N, C]
    over_time = flat.transpose(0, 1).contiguous()  # [B N, T, C]
    ways: dict[str, Way] = {
        "dense": lambda: stepwise(lambda t, h: dense(x[:, t], adj, h), steps),
        "dense sequence": lambda: dense.forward_sequence(x, adj),
        "edges": lambda: stepwise(lambda t, h: sparse(flat[t], edge_index, weight, h), steps),
        "edges sequence": lambda: sparse.forward_sequence(over_time, edge_index, weight),
        "floor": lambda: products(dense, x, adj),
    }
    other = other_cell(sizes, device)
    if other is not None:
        ways["other"] = lambda: stepwise(lambda t, h: other(flat[t], edge_index, weight, h), steps)
    if training:
        ways = {name: lambda way=way: learn(way) for name, way in ways.items() if name != "floor"}
    found = medians(ways, rounds, device)
    rows = []
    wanted = {"dense": "at least 5", "dense sequence": "at least 7", "edges": "at least 3"}
    suffix = ", training" if training else ""
    if other is not None:
        for name in ("dense", "dense sequence", "edges", "edges sequence"):
            label = f"TGCN of torch_geometric_temporal / ours, {name}{suffix}"
            rows.append(ratio(label, found["other"], found[name], wanted.get(name, "")))
    for name in () if training else ("dense", "dense sequence", "edges sequence"):
        rows.append(ratio(f"our TGCN, {name} / bare matrix products", found[name], found["floor"]))
    return rows


def stepwise(step: Callable[[int, Tensor | None], Tensor], steps: int) -> Tensor | None:
    """Run a cell step by step."""
    h: Tensor | None = None
    for t in range(steps):
        h = step(t, h)
    return h


def learn(way: Way) -> None:
    """Go forward and back."""
    found = way()
    if isinstance(found, Tensor):
        found.sum().backward()


def products(cell: DenseTGCNCell, x: Tensor, adj: Tensor) -> None:
    """Do the matrix products of the cell's equations and nothing else."""
    convolved = adj.unsqueeze(1) @ (x @ cell.weight_input)
    h = convolved[:, 0, :, : cell.hidden_channels]
    for _ in range(x.size(1)):
        (adj @ h) @ cell.weight_hidden


def other_cell(sizes: Sizes, device: torch.device) -> Callable[..., Tensor] | None:
    """Return torch_geometric_temporal's TGCN, or nothing where it is not installed."""
    try:
        from torch_geometric_temporal.nn.recurrent import TGCN
    except ImportError:
        return None
    cell: Callable[..., Tensor] = TGCN(sizes["C"], sizes["H"]).to(device)
    return cell


def similarity(k: int, rounds: int, device: torch.device) -> list[dict[str, Any]]:
    """Compare the patch graph's similarity with the product of its patches."""
    channels, side = 64, 2 * k
    layer = PatchSimilarityGraph(k).to(device)
    features = torch.randn(4, channels, side, side, device=device)
    patches = torch.randn(4, k * k, channels * 4, device=device)
    ways: dict[str, Way] = {
        "ours": lambda: layer(features),
        "floor": lambda: patches @ patches.transpose(1, 2),
    }
    found = medians(ways, rounds, device)
    label = f"patch similarity, k = {k} / bare matrix product"
    return [ratio(label, found["ours"], found["floor"], "at most 2")]


def dropout(edges: int, rounds: int, device: torch.device) -> list[dict[str, Any]]:
    """Compare masked edge dropout with PyG's dropout of edges."""
    nodes, graphs = max(edges // 12, 12), 32
    edge_index = torch.randint(nodes, (2, edges), device=device)
    weight = torch.randn(edges, device=device)
    batch = torch.arange(edges, device=device) * graphs // edges
    ways: dict[str, Way] = {"other": lambda: dropout_edge(edge_index, p=0.5)}
    for strategy in ("minimal", "random"):
        layer = MaskedEdgeDropout(0.5, strategy)
        ways[strategy] = lambda layer=layer: layer(weight)
        ways[f"{strategy}, per graph"] = lambda layer=layer: layer(weight, batch)
    found = medians(ways, rounds, device)
    return [
        ratio(
            f"masked edge dropout, {name} / dropout_edge of PyG, {edges:,} edges",
            seconds,
            found["other"],
            "at most 1.5",
        )
        for name, seconds in found.items()
        if name != "other"
    ]


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
    repeats = [timed(way, device) for _ in range(3)]
    return {
        "grown": name,
        "value": value,
        "ms": statistics.median(repeats) * 1e3,
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


def show(report: dict[str, Any]) -> None:
    """Print the tables in Markdown."""
    print(", ".join(f"{name} {value}" for name, value in report["setting"].items()))
    print(f"{os.cpu_count()} cores\n")
    print("| question | wanted | measured | ms |\n|---|---|---|---|")
    for row in report["ratios"]:
        above, below = row["ms"]
        print(
            f"| {row['question']} | {row['wanted']} | {row['ratio']:.2f} | "
            f"{above:.2f} / {below:.2f} |"
        )
    print(
        "\n| grown | to | ms | times | arithmetic, times | peak, MiB |\n|---|---|---|---|---|---|"
    )
    before: dict[str, Any] = {}
    for row in report["growth"]:
        same = before.get("grown") == row["grown"]
        times = [row[key] / before[key] for key in ("ms", "million_products")] if same else []
        grown = " | ".join(f"{value:.1f}" for value in times) if same else " | "
        memory = "" if row["mib"] is None else f"{row['mib']:.1f}"
        print(f"| {row['grown']} | {row['value']:,} | {row['ms']:.2f} | {grown} | {memory} |")
        before = row


if __name__ == "__main__":
    main()
