"""What the layers cost beside the bare arithmetic and beside other libraries' layers.

    python benchmarks/layers.py [--rounds 15] [--threads 1] [--device cpu] [--apart] [--json FILE]

Ratios are those of medians within one run, all ways taking turns, so that whatever else the machine
does falls on all of them alike; on a CPU it is the time of the process, not of the wall. The cells
run over T steps of B complete graphs of N nodes; ``torch_geometric_temporal`` (where it is
installed, extra ``temporal``) gets them as one large graph, step by step, as its examples do.
"Floor" is the bare matrix products of the same equations. "Training" is forward and backward.
With ``--apart`` the cells also run each in a process of its own: buffers that another way has left
with the C library then spare none of them the kernel's work of handing out fresh pages.

The second part grows one size at a time (``layer_growth.py``) and compares the growth of time with
that of the arithmetic.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from layer_growth import exponents, growth
from layer_timing import Sizes, Way, complete_graphs, medians
from torch import Tensor
from torch_geometric.utils import dropout_edge

from graphforensics.nn import (
    DenseTGCNCell,
    MaskedEdgeDropout,
    PatchSimilarityGraph,
    TGCNCell,
)

#: Steps, graphs, nodes, features and hidden features of the comparison of cells.
CELL: Sizes = {"T": 5, "B": 32, "N": 12, "C": 512, "H": 128}
#: The same with few features, where the calls and not the products take the time.
FEW: Sizes = {**CELL, "C": 32, "H": 16}
SMALL: Sizes = {"T": 3, "B": 2, "N": 4, "C": 8, "H": 4}


def main() -> None:
    """Measure, print the tables, and write the JSON file if asked to."""
    arguments = parse()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    if arguments.way:
        print(alone(arguments))
        return
    quick, device = arguments.quick, torch.device(arguments.device)
    rounds, sizes = arguments.rounds, SMALL if arguments.quick else CELL
    edges = 1_000 if quick else 100_000
    report: dict[str, Any] = {"setting": setting(arguments), "ratios": []}
    for training in (False, True):
        with torch.set_grad_enabled(training):
            for shape in (sizes,) if quick else (sizes, FEW):
                found = medians(cells(shape, device, training), rounds, device)
                words = ", C = 32, H = 16" * (shape is FEW) + ", training" * training
                report["ratios"] += rows_of_cells(found, words)
            if arguments.apart:
                found = apart(arguments, training)
                words = ", training" * training + ", processes apart"
                report["ratios"] += rows_of_cells(found, words)
            report["ratios"] += dropout(edges, rounds, device, training)
    with torch.no_grad():
        report["ratios"] += similarity(8 if quick else 32, rounds, device)
        report["growth"] = growth(quick, device)
    report["exponents"] = exponents(report["growth"])
    show(report)
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=30, help="turns that each way gets (30)")
    parser.add_argument("--threads", type=int, default=1, help="threads of torch (1)")
    parser.add_argument("--device", default="cpu", help="cpu or cuda (cpu)")
    parser.add_argument("--seed", type=int, default=0, help="of all numbers (0)")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--apart", action="store_true", help="cells in their own processes, too")
    parser.add_argument("--way", help=argparse.SUPPRESS)
    parser.add_argument("--training", action="store_true", help=argparse.SUPPRESS)
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


def ratio(name: str, above: float, below: float, wanted: str = "") -> dict[str, Any]:
    """Return a row of the first table."""
    return {
        "question": name,
        "wanted": wanted,
        "ratio": above / below,
        "ms": [above * 1e3, below * 1e3],
    }


def cells(sizes: Sizes, device: torch.device, training: bool) -> dict[str, Way]:
    """Return the forms of our cell, their floor and the other library's cell."""
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
    }
    other = other_cell(sizes, device)
    if other is not None:
        ways["other"] = lambda: stepwise(lambda t, h: other(flat[t], edge_index, weight, h), steps)
    if training:
        return {name: lambda way=way: learn(way) for name, way in ways.items()}
    return {**ways, "floor": lambda: products(dense, x, adj)}


def rows_of_cells(found: dict[str, float], suffix: str) -> list[dict[str, Any]]:
    """Compare the seconds of the forms of our cell with the other library's and the floor's."""
    rows = []
    wanted = {"dense": "at least 5", "dense sequence": "at least 7", "edges": "at least 3"}
    for name in ("dense", "dense sequence", "edges", "edges sequence"):
        if "other" in found:
            label = f"TGCN of torch_geometric_temporal / ours, {name}{suffix}"
            rows.append(ratio(label, found["other"], found[name], wanted.get(name, "")))
    for name in ("dense", "dense sequence", "edges", "edges sequence"):
        if "floor" in found:
            label = f"our TGCN, {name} / bare matrix products{suffix}"
            rows.append(ratio(label, found[name], found["floor"]))
    return rows


def alone(arguments: argparse.Namespace) -> float:
    """Return the median seconds of one way of a cell, the only one in this process."""
    device = torch.device(arguments.device)
    with torch.set_grad_enabled(arguments.training):
        ways = cells(SMALL if arguments.quick else CELL, device, arguments.training)
        way = {arguments.way: ways[arguments.way]}
        return medians(way, arguments.rounds, device)[arguments.way]


def apart(arguments: argparse.Namespace, training: bool) -> dict[str, float]:
    """Return the median seconds of each way of a cell in processes of its own, taking turns."""
    names = cells(SMALL, torch.device("cpu"), training)
    found: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(1 if arguments.quick else 3):
        for name, seconds in found.items():
            command = [sys.executable, "-W", "ignore", __file__, "--way", name]
            command += [f"--{key}={getattr(arguments, key)}" for key in ("rounds", "threads")]
            command += [f"--{key}={getattr(arguments, key)}" for key in ("device", "seed")]
            command += ["--training"] * training + ["--quick"] * arguments.quick
            ended = subprocess.run(command, capture_output=True, text=True, check=True)
            seconds.append(float(ended.stdout))
    return {name: statistics.median(seconds) for name, seconds in found.items()}


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


def dropout(edges: int, rounds: int, device: torch.device, training: bool) -> list[dict[str, Any]]:
    """Compare masked edge dropout with PyG's dropout of edges.

    PyG's drops them from the list, ours sets their weights to 0; where gradients are wanted, PyG's
    is followed by the choice of the weights of the edges that are left.
    """
    edge_index = torch.randint(max(edges // 12, 12), (2, edges), device=device)
    weight = torch.randn(edges, device=device, requires_grad=training)
    batch = torch.arange(edges, device=device) * 32 // edges
    ways: dict[str, Way] = {"other": lambda: dropout_edge(edge_index, p=0.5)}
    if training:
        ways["other"] = lambda: weight[dropout_edge(edge_index, p=0.5)[1]]
    for strategy in ("minimal", "random"):
        layer = MaskedEdgeDropout(0.5, strategy)
        ways[strategy] = lambda layer=layer: layer(weight)
        ways[f"{strategy}, per graph"] = lambda layer=layer: layer(weight, batch)
    by_quantile = MaskedEdgeDropout(0.5, threshold="quantile")
    ways["minimal by quantile"] = lambda: by_quantile(weight)
    if training:
        ways = {name: lambda way=way: learn(way) for name, way in ways.items()}
    found = medians(ways, rounds, device)
    suffix = ", training" if training else ""
    return [
        ratio(
            f"masked edge dropout, {name} / dropout_edge of PyG, {edges:,} edges{suffix}",
            seconds,
            found["other"],
            "at most 1.5",
        )
        for name, seconds in found.items()
        if name != "other"
    ]


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
    print("\n| grown | power of time | of arithmetic | of peak memory |\n|---|---|---|---|")
    for row in report["exponents"]:
        powers = [f"{row[key]:.2f}" if key in row else "" for key in ("ms", "mib")]
        print(
            f"| {row['grown']}, from {row['from']:,} | {powers[0]} | {row['arithmetic']} | "
            f"{powers[1]} |"
        )


if __name__ == "__main__":
    main()
