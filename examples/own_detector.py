"""A detector of one's own: two layers of this library, two of PyTorch Geometric, one DataLoader.

Every face becomes a graph of its fifteen action units. The relations between them are learned
(``LearnedEdges``) and partly masked in training (``MaskedEdgeDropout``); ``GATv2Conv`` passes
messages along them, ``AttentionalAggregation`` reads the graph out. Printed is the AUC on people
whom the model has not seen.

    python examples/own_detector.py --fake
    graphforensics extract FOLDER --root FOLDER --out STORE
    python examples/own_detector.py --data FOLDER --store STORE

FOLDER has ``train/real``, ``train/fake``, ``test/real`` and ``test/fake``, or a table that says so:
see ``FolderDataset``. No person should be in both parts.
"""

from __future__ import annotations

import argparse
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits
from torch_geometric.data import Batch
from torch_geometric.loader import DataLoader
from torch_geometric.nn import AttentionalAggregation, GATv2Conv

from graphforensics.data import FaceGraph, InputSpec
from graphforensics.data.action_unit_graph import action_unit_graph
from graphforensics.datasets import FolderDataset
from graphforensics.datasets.fake_face_dataset import FakeFaceDataset
from graphforensics.metrics import BootstrapInterval, auc, bootstrap_interval
from graphforensics.nn import LearnedEdges, MaskedEdgeDropout
from graphforensics.regions import ACTION_UNITS


class OwnDetector(nn.Module):
    """Learned relations between action units, partly masked, and attention along them."""

    def __init__(self, in_channels: int, hidden: int = 32, heads: int = 4) -> None:
        super().__init__()
        units = len(ACTION_UNITS)
        self.edges = LearnedEdges(units)
        self.mask = MaskedEdgeDropout(rate=0.3)
        self.lift = nn.Sequential(nn.BatchNorm1d(in_channels), nn.Linear(in_channels, hidden))
        self.unit = nn.Embedding(units, hidden)
        width = hidden // heads
        self.convs = nn.ModuleList(
            GATv2Conv(hidden, width, heads, edge_dim=1, add_self_loops=False) for _ in range(2)
        )
        self.pool = AttentionalAggregation(nn.Linear(hidden, 1))
        self.classify = nn.Linear(hidden, 1)

    def forward(self, faces: Batch) -> Tensor:
        """Return one logit a face; positive is fake."""
        # All faces share the relations; their edges lie in the order of the flattened matrix.
        weight = self.mask(self.edges()).flatten().repeat(faces.num_graphs)
        kept = weight != 0
        edge_index, edge_attr = faces.edge_index[:, kept], weight[kept, None]
        x = (self.lift(faces.x) + self.unit(faces.region_id)).relu()
        for conv in self.convs:
            x = x + conv(x, edge_index, edge_attr).relu()
        return self.classify(self.pool(x, faces.batch)).squeeze(-1)


def graphs(split: str, args: argparse.Namespace) -> list[FaceGraph]:
    """Turn every face of a split into a graph of its action units."""
    spec = InputSpec("image", size=112)
    if args.fake:
        dataset = FakeFaceDataset(split, spec, identities=args.people, frames=3, seed=args.seed)
    else:
        dataset = FolderDataset(args.data, split, spec=spec, store=args.store)
    return [graph(dataset[position]) for position in range(len(dataset))]


def graph(sample: dict[str, Any]) -> FaceGraph:
    """Turn one face into a graph that also knows who is seen."""
    image = sample["inputs"].permute(1, 2, 0).numpy()
    face = action_unit_graph(image, sample["landmarks"].numpy(), float(sample["label"]))
    face.person = sample["identity"].partition(";")[0] or sample["video"]
    return face


def train(model: OwnDetector, faces: list[FaceGraph], epochs: int) -> None:
    """Fit the model."""
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3, weight_decay=1e-4)
    model.train()
    for _ in range(epochs):
        for batch in DataLoader(faces, batch_size=32, shuffle=True):
            loss = binary_cross_entropy_with_logits(model(batch), batch.y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


@torch.no_grad()
def test(model: OwnDetector, faces: list[FaceGraph]) -> BootstrapInterval:
    """Return the AUC; its interval comes from resampling people, not faces."""
    model.eval()
    logits = [model(batch) for batch in DataLoader(faces, batch_size=64)]
    labels = [float(face.y) for face in faces]
    people = [face.person for face in faces]
    return bootstrap_interval(auc, labels, torch.cat(logits).tolist(), people)


def main() -> None:
    """Train, and print how well unseen people are judged."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--fake", action="store_true", help="drawn faces, nothing to download")
    source.add_argument("--data", metavar="FOLDER", help="your own faces")
    parser.add_argument("--store", help="face store that was extracted from FOLDER")
    parser.add_argument("--people", type=int, default=100, help="drawn people; default: 100")
    parser.add_argument("--epochs", type=int, default=30, help="default: 30")
    parser.add_argument("--seed", type=int, default=0, help="default: 0")
    args = parser.parse_args()
    if args.data and not args.store:
        parser.error("--data needs --store, which 'graphforensics extract' makes of FOLDER")
    torch.set_num_threads(1)  # graphs of this size gain nothing from more
    torch.manual_seed(args.seed)
    seen, unseen = graphs("train", args), graphs("test", args)
    model = OwnDetector(seen[0].num_node_features)
    train(model, seen, args.epochs)
    print(f"trained on {len(seen)} faces, tested on {len(unseen)} of other people")
    print(f"AUC {test(model, unseen)}")


if __name__ == "__main__":
    main()
