"""Train a graph network of PyTorch Geometric on the landmarks of face tracks, without a picture.

A face is a graph of its 68 landmarks over eight frames, linked as the face is built. Two layers of
PyG read where the landmarks are and how they move.

    python examples/landmark_gnn.py --fake              # drawn people, nothing to download
    python examples/landmark_gnn.py --store FACES       # your own store, parted by people

Drawn forgeries leave the landmarks where they are. So that there is something to find, ``--fake``
lets the landmarks of forgeries tremble from frame to frame by TREMOR of the face's size, as
those of faces do that were forged frame by frame. The figure says how small a tremor the network
finds, and nothing about real forgeries.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits
from torch_geometric.data import Batch, Data
from torch_geometric.loader import DataLoader
from torch_geometric.nn import GraphConv, global_mean_pool

from graphforensics.datasets import FaceGraphDataset, FakeFaceDataset, LandmarkGraphs
from graphforensics.metrics import auc
from graphforensics.splits import identity_split

FRAMES, TREMOR = 8, 0.005


def places_and_motion(graph: Data) -> Data:
    """Turn ``[68, T, 2]`` into features of the nodes: the mean place, and every step."""
    steps = graph.x.diff(dim=1)
    graph.x = torch.cat([graph.x.mean(1), 10 * steps.flatten(1).abs()], dim=1)
    return graph


def tremble(graph: Data) -> Data:
    """Move the landmarks of a forgery a little in every frame."""
    if graph.y.item() == 1:
        graph.x = graph.x + TREMOR * torch.randn_like(graph.x)
    return graph


class LandmarkGNN(nn.Module):
    """Two graph convolutions, and the mean over the face."""

    def __init__(self, channels: int = 32) -> None:
        super().__init__()
        self.first = GraphConv(2 + 2 * (FRAMES - 1), channels)
        self.second = GraphConv(channels, channels)
        self.classify = nn.Linear(channels, 1)

    def forward(self, batch: Batch) -> Tensor:
        """Return one logit a face."""
        x = self.first(batch.x, batch.edge_index).relu()
        x = self.second(x, batch.edge_index).relu()
        logit: Tensor = self.classify(global_mean_pool(x, batch.batch)).squeeze(-1)
        return logit


def main() -> None:
    """Train, and print how well unseen people are judged."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--fake", action="store_true", help="drawn faces, nothing to download")
    source.add_argument("--store", metavar="FACES", help="your own face store, with labels")
    parser.add_argument("--people", type=int, default=20, help="drawn people; default: 20")
    parser.add_argument("--epochs", type=int, default=40, help="default: 40")
    parser.add_argument("--seed", type=int, default=0, help="default: 0")
    args = parser.parse_args()
    torch.set_num_threads(1)  # graphs of this size gain nothing from more
    torch.manual_seed(args.seed)
    with tempfile.TemporaryDirectory() as folder:
        store = args.store or FakeFaceDataset(
            "all", None, args.people, manipulations=("swap",), frames=FRAMES, seed=args.seed
        ).write_store(Path(folder, "faces"))
        builder = LandmarkGraphs(FRAMES, edges="anatomical")
        change = tremble if args.fake else None
        faces = FaceGraphDataset(store, builder, transform=places_and_motion, pre_transform=change)
    parts = identity_split(faces.rows, (0.7, 0, 0.3), args.seed)
    seen, unseen = faces[parts["train"]], faces[parts["test"]]
    model = LandmarkGNN()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(args.epochs):
        for batch in DataLoader(seen, batch_size=16, shuffle=True):
            loss = binary_cross_entropy_with_logits(model(batch), batch.y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    batch = next(iter(DataLoader(unseen, batch_size=len(unseen))))
    with torch.no_grad():
        logit = model.eval()(batch)
    print(f"AUC {auc(batch.y.numpy(), logit.numpy()):.3f} on {len(unseen)} faces of unseen people")


if __name__ == "__main__":
    main()
