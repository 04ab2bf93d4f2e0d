"""Patches of a face as a graph whose edges say how alike they are, read by a graph attention net.

A small encoder sees the pixels and their high frequencies; ``PatchSimilarityGraph`` relates the
patches of its map; PyTorch Geometric's ``GATConv`` reads the eight strongest relations of each.
Where it is known which pixels are forged, patches are taught to be alike when both are real or
both forged (``similarity_loss``). Printed is the AUC on people whom the model has not seen; the
picture shows, for two of them, how alike each patch is to one at the picture's rim.

    python examples/patch_graph_gat.py --fake --out patches.png
    graphforensics extract FOLDER --root FOLDER --out STORE
    python examples/patch_graph_gat.py --data FOLDER --store STORE

FOLDER has ``train/real``, ``train/fake``, ``test/real`` and ``test/fake``, or a table that says so
(see ``FolderDataset``), which may also name masks.
"""

from __future__ import annotations

import argparse

import torch
from matplotlib.figure import Figure
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.utils.data import DataLoader
from torch_geometric.nn import GATConv, global_mean_pool

from graphforensics.data import InputSpec
from graphforensics.datasets import FolderDataset
from graphforensics.datasets.fake_face_dataset import FakeFaceDataset
from graphforensics.metrics import auc
from graphforensics.nn import HighPassDCT, PatchSimilarityGraph, similarity_loss, similarity_target
from graphforensics.transforms import KeepTopRelations
from graphforensics.visualization import save_figure

SPEC, PATCHES = InputSpec("image", size=112), 7
Batch = dict[str, Tensor]


class PatchGraphGAT(nn.Module):
    """Pixels and high frequencies, patches, their similarity, attention along the strongest."""

    def __init__(self, channels: int = 32) -> None:
        super().__init__()
        self.high = HighPassDCT(rescale=False)
        # No ReLU at the end: vectors of one sign could not be unlike.
        self.encoder = nn.Sequential(
            *halve(4, 16), nn.ReLU(), *halve(16, 32), nn.ReLU(), *halve(32, channels)
        )
        self.relate = PatchSimilarityGraph(PATCHES)
        self.strongest = KeepTopRelations(8)
        patch = channels * (SPEC.size // 8 // PATCHES) ** 2
        self.first = GATConv(patch, channels, heads=2, concat=False, edge_dim=1)
        self.second = GATConv(channels, channels, heads=2, concat=False, edge_dim=1)
        self.classify = nn.Linear(channels, 1)

    def forward(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Return one logit a face, and how alike its patches are."""
        pixels = inputs.float() / 255 - 0.5
        features = self.encoder(torch.cat([pixels, 5 * self.high(pixels)], dim=1))
        faces = self.strongest(self.relate.graph(features))
        weight = faces.edge_weight[:, None]
        x = self.first(faces.x, faces.edge_index, weight).relu()
        x = x + self.second(x, faces.edge_index, weight).relu()
        logit = self.classify(global_mean_pool(x, faces.batch)).squeeze(-1)
        return logit, self.relate(features)


def halve(before: int, after: int) -> list[nn.Module]:
    """A convolution that halves the map's sides."""
    conv = nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False)
    return [conv, nn.BatchNorm2d(after)]


def faces(split: str, args: argparse.Namespace) -> list[Batch]:
    """Read every face of a split once."""
    if args.fake:
        dataset = FakeFaceDataset(split, SPEC, identities=args.people, frames=3, seed=args.seed)
    else:
        dataset = FolderDataset(args.data, split, spec=SPEC, store=args.store, masks=True)
    names = ("inputs", "label", "mask", "has_mask")
    samples = (dataset[position] for position in range(len(dataset)))
    return [{name: sample[name] for name in names} for sample in samples]


def train(model: PatchGraphGAT, seen: list[Batch], epochs: int) -> None:
    """Fit the verdicts, and the similarities where masks are known."""
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    model.train()
    for _ in range(epochs):
        for batch in DataLoader(seen, batch_size=24, shuffle=True):
            logit, similarity = model(batch["inputs"])
            wanted = similarity_target(batch["mask"], PATCHES)
            loss = binary_cross_entropy_with_logits(logit, batch["label"])
            loss = loss + 0.1 * similarity_loss(similarity, wanted, batch["has_mask"])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def draw(shown: dict[str, tuple[Batch, Tensor]]) -> Figure:
    """Draw each face beside how alike its patches are to the one at the star."""
    figure = Figure(figsize=(7.6, 3.9 * len(shown)), layout="constrained")
    grid = figure.subplots(len(shown), 2, squeeze=False)
    star = PATCHES - 1  # the upper right corner: hair or wall, seldom forged
    for (left, right), (title, (face, similarity)) in zip(grid, shown.items(), strict=True):
        for axes in (left, right):
            axes.imshow(face["inputs"].permute(1, 2, 0), extent=(0, 1, 1, 0))
            axes.set_axis_off()
        if face["mask"].max() > 0.5:
            left.contour(face["mask"][0], [0.5], colors="white", extent=(0, 1, 0, 1))
        left.set_title(title, fontsize=11)
        alike = similarity[star].view(PATCHES, PATCHES)
        heat = right.imshow(alike, "RdYlBu", vmin=0, vmax=1, extent=(0, 1, 1, 0), alpha=0.75)
        right.plot(1 - 0.5 / PATCHES, 0.5 / PATCHES, "*", color="black", markersize=16)
        bar = figure.colorbar(heat, ax=right, shrink=0.8, ticks=[0, 0.5, 1])
        bar.set_label("how alike the patch is to the star's")
    return figure


def main() -> None:
    """Train, print how well unseen people are judged, and draw two of them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--fake", action="store_true", help="drawn faces, nothing to download")
    source.add_argument("--data", metavar="FOLDER", help="your own faces")
    parser.add_argument("--store", help="face store that was extracted from FOLDER")
    parser.add_argument("--out", default="patches.png", help="picture; default: patches.png")
    parser.add_argument("--people", type=int, default=100, help="drawn people; default: 100")
    parser.add_argument("--epochs", type=int, default=20, help="default: 20")
    parser.add_argument("--seed", type=int, default=0, help="default: 0")
    args = parser.parse_args()
    if args.data and not args.store:
        parser.error("--data needs --store, which 'graphforensics extract' makes of FOLDER")
    torch.set_num_threads(1)  # graphs of this size gain nothing from more
    torch.manual_seed(args.seed)
    seen, unseen = faces("train", args), faces("test", args)
    model = PatchGraphGAT()
    train(model, seen, args.epochs)
    model.eval()
    with torch.no_grad():
        logit, similarity = model(torch.stack([face["inputs"] for face in unseen]))
    label = torch.stack([face["label"] for face in unseen])
    print(f"AUC {auc(label.numpy(), logit.numpy()):.3f} on {len(unseen)} faces of unseen people")
    real = int(torch.where(label == 0, logit, torch.inf).argmin())
    fake = int(torch.where(label == 1, logit, -torch.inf).argmax())
    shown = {
        f"real, judged {logit[real].sigmoid():.0%} forged": (unseen[real], similarity[real]),
        f"forged in the line, judged {logit[fake].sigmoid():.0%} forged": (
            unseen[fake],
            similarity[fake],
        ),
    }
    save_figure(draw(shown), args.out)
    print(args.out)


if __name__ == "__main__":
    main()
