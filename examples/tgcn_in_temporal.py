"""This library's TGCN cell in the manner of torch_geometric_temporal's own examples.

How far will each of the 68 landmarks of a speaking face have moved up or down in a fifth of a
second? Its last eight steps are a node's features, neighbours are joined. ``to_temporal_signal``
makes a ``StaticGraphTemporalSignal`` of each clip, which their usual loop reads. Printed is the
error on clips that the model has not seen, next to those of two plain guesses.

    python examples/tgcn_in_temporal.py --fake
    graphforensics extract FOLDER --root FOLDER --out STORE
    python examples/tgcn_in_temporal.py --store STORE

Needs the extra ``temporal``.
"""

from __future__ import annotations

import argparse
from typing import Any

import torch
from torch import Tensor, nn
from torch_geometric.utils import to_undirected

from graphforensics.data import FaceGraphSequence, InputSpec
from graphforensics.data.temporal_signal import to_temporal_signal
from graphforensics.datasets.fake_face_dataset import FakeFaceDataset
from graphforensics.nn import TGCNCell
from graphforensics.store.face_store import FaceStore

LAGS, AHEAD, STEPS = 8, 5, 10


class RecurrentGCN(nn.Module):
    """The network of their examples; the cell is ours."""

    def __init__(self, node_features: int, hidden: int = 32) -> None:
        super().__init__()
        self.recurrent = TGCNCell(node_features, hidden, normalize=True)
        self.linear = nn.Linear(node_features + hidden, 1)

    def forward(
        self, x: Tensor, edge_index: Tensor, edge_weight: Tensor, h: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Return where every landmark will be, and the state."""
        h = self.recurrent(x, edge_index, edge_weight, h)
        return self.linear(torch.cat([x, h], dim=1)).squeeze(-1), h


def landmarks(args: argparse.Namespace) -> list[Tensor]:
    """Return the landmarks of every clip ``[frames, 68, 2]``."""
    if not args.fake:
        tracks = [track for track in FaceStore(args.store) if len(track) > LAGS + AHEAD]
        return [torch.tensor(track.landmarks) for track in tracks]
    spec = InputSpec("clip", size=64, frames=args.frames)
    clips = FakeFaceDataset(
        "all", spec, args.people, manipulations=(), frames=args.frames, seed=args.seed
    )
    return [clips[person]["landmarks"][0] for person in range(args.people)]


def sequence(points: Tensor) -> FaceGraphSequence:
    """Turn a clip's landmarks into snapshots: past steps, and the move to come as the target."""
    steps = points.diff(dim=0)
    first, last = LAGS, len(points) - AHEAD
    past = [steps[time - LAGS : time].permute(1, 0, 2).flatten(1) for time in range(first, last)]
    move = points[first + AHEAD :, :, 1] - points[first:last, :, 1]
    x = torch.stack(past, dim=1)
    scale = x.std().clamp_min(1e-6)
    near = torch.cdist(points.mean(0), points.mean(0)).topk(5, largest=False).indices[:, 1:]
    source = torch.arange(len(near)).repeat_interleave(4)
    edge_index = to_undirected(torch.stack([source, near.flatten()]))
    weight = torch.ones(edge_index.size(1))
    return FaceGraphSequence(x / scale, edge_index, weight, y=(move / scale).T)


def train(model: RecurrentGCN, signals: list[Any], epochs: int) -> None:
    """Fit the model in the loop of their examples."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for signal in signals * epochs:
        cost, h = 0, None
        for time, snapshot in enumerate(signal):
            moved, h = model(snapshot.x, snapshot.edge_index, snapshot.edge_attr, h)
            cost = cost + (moved - snapshot.y).square().mean() / STEPS
            if (time + 1) % STEPS == 0:  # the gradient goes no further back
                cost.backward()
                optimizer.step()
                optimizer.zero_grad()
                cost, h = 0, h.detach()


@torch.no_grad()
def errors(model: RecurrentGCN, signals: list[Any]) -> dict[str, float]:
    """Return the mean squared errors of the model and of two plain guesses."""
    sums = {"TGCNCell": 0.0, "stays where it is": 0.0, "goes on as before": 0.0}
    for signal in signals:
        h = None
        for snapshot in signal:
            moved, h = model(snapshot.x, snapshot.edge_index, snapshot.edge_attr, h)
            guesses = moved, torch.zeros_like(moved), AHEAD * snapshot.x[:, -1]
            for name, guess in zip(sums, guesses, strict=True):
                sums[name] += float((guess - snapshot.y).square().mean())
    steps = sum(signal.snapshot_count for signal in signals)
    return {name: total / steps for name, total in sums.items()}


def main() -> None:
    """Train, and print the errors on clips that the model has not seen."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--fake", action="store_true", help="a drawn face that speaks")
    source.add_argument("--store", help="face store of several clips; the last fourth is unseen")
    parser.add_argument("--people", type=int, default=8, help="drawn people, even; default: 8")
    parser.add_argument("--frames", type=int, default=120, help="of each of them; default: 120")
    parser.add_argument("--epochs", type=int, default=6, help="default: 6")
    parser.add_argument("--seed", type=int, default=0, help="default: 0")
    args = parser.parse_args()
    torch.set_num_threads(1)  # graphs of this size gain nothing from more
    torch.manual_seed(args.seed)
    clips = landmarks(args)
    if len(clips) < 2:
        parser.error("at least two clips are needed, one to learn from and one to be tried on")
    try:
        signals = [to_temporal_signal(sequence(points)) for points in clips]
    except ImportError as error:
        parser.error(f"this example needs the extra 'temporal', see the README ({error})")
    unseen = max(1, len(signals) // 4)
    model = RecurrentGCN(2 * LAGS)
    train(model, signals[:-unseen], args.epochs)
    for name, error in errors(model, signals[-unseen:]).items():
        print(f"mean squared error {error:6.3f}  {name}")


if __name__ == "__main__":
    main()
