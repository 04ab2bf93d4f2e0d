"""Three views of one face in one heterogeneous graph: attention regions, patches, action units.

An encoder's map is seen as six regions that ``SpatialAttention`` finds, as patches that
``PatchSimilarityGraph`` relates, and as fifteen action units from landmarks. ``MergeViews`` joins
the three graphs of a face by where their nodes look, and a network written for one kind of nodes
reads all of them through PyTorch Geometric's ``to_hetero``. Printed is the AUC on people whom the
model has not seen; the picture shows the views of one of them and what holds them together.

    python examples/three_views.py --fake --out views.png
    graphforensics extract FOLDER --root FOLDER --out STORE
    python examples/three_views.py --data FOLDER --store STORE

FOLDER has ``train/real``, ``train/fake``, ``test/real`` and ``test/fake``, or a table that says so:
see ``FolderDataset``.
"""

from __future__ import annotations

import argparse

import torch
from matplotlib.figure import Figure
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, interpolate
from torch.utils.data import DataLoader
from torch_geometric.data import Batch, HeteroData
from torch_geometric.nn import SAGEConv, global_mean_pool, to_hetero
from torch_geometric.transforms import Compose, RemoveSelfLoops

from graphforensics.data import FaceGraph, InputSpec
from graphforensics.datasets import FolderDataset
from graphforensics.datasets.fake_face_dataset import FakeFaceDataset
from graphforensics.metrics import auc
from graphforensics.nn import (
    HighPassDCT,
    PatchSimilarityGraph,
    SpatialAttention,
    attention_pool,
    orthogonal_diversity_loss,
)
from graphforensics.regions import action_unit_masks
from graphforensics.transforms import KeepTopRelations, MergeViews
from graphforensics.visualization import draw_face_graph, save_figure

SPEC, STRIDE, CHANNELS, PATCHES = InputSpec("image", size=112), 8, 32, 7
#: Colour, size of the dots and name of each view in the picture.
VIEWS = {
    "attention": ("#d55e00", 150, "regions that the network chose"),
    "patch": ("#0072b2", 30, "patches"),
    "au": ("#00785a", 60, "action units, from landmarks"),
}
EDGES = [(view, "relates", view) for view in VIEWS]
EDGES += [(one, "meets", other) for one in VIEWS for other in VIEWS if one != other]


class Reader(nn.Module):
    """Two convolutions, written for one kind of nodes and one of edges."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = SAGEConv(CHANNELS, CHANNELS), SAGEConv(CHANNELS, CHANNELS)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        """Return what each node has learned from its neighbours."""
        return self.second(self.first(x, edge_index).relu(), edge_index).relu()


class ThreeViews(nn.Module):
    """One encoder, three graphs of its map, one reader."""

    def __init__(self) -> None:
        super().__init__()
        self.high = HighPassDCT(rescale=False)
        self.encoder = nn.Sequential(*halve(4, 16), *halve(16, 32), *halve(32, CHANNELS))
        self.attend = SpatialAttention(CHANNELS, regions=6)
        self.patches = PatchSimilarityGraph(PATCHES)
        self.strongest = Compose([RemoveSelfLoops("edge_weight"), KeepTopRelations(3)])
        self.merge = MergeViews(link="overlap", minimum=0.5)
        self.read = to_hetero(Reader(), (list(VIEWS), EDGES), aggr="mean")
        self.classify = nn.Linear(len(VIEWS) * CHANNELS, 1)

    def views(self, inputs: Tensor, units: Tensor) -> HeteroData:
        """Return the joint graphs of a batch of faces."""
        pixels = inputs.float() / 255 - 0.5
        features = self.encoder(torch.cat([pixels, 5 * self.high(pixels)], dim=1))
        cells = torch.eye(PATCHES**2).view(1, -1, PATCHES, PATCHES).repeat(len(inputs), 1, 1, 1)
        cells = interpolate(cells, features.shape[2:])
        views = {
            "attention": regions(features, self.attend(features), "region"),
            "patch": regions(features, cells, "patch", self.patches(features)),
            "au": regions(features, units, "au"),
        }
        return self.merge({name: self.strongest(view) for name, view in views.items()})

    def forward(self, inputs: Tensor, units: Tensor) -> tuple[Tensor, HeteroData]:
        """Return one logit a face, and the graphs that it was read from."""
        joint = self.views(inputs, units)
        x = self.read(joint.x_dict, joint.edge_index_dict)
        pooled = [global_mean_pool(x[view], joint[view].batch) for view in VIEWS]
        return self.classify(torch.cat(pooled, dim=1)).squeeze(-1), joint


def halve(before: int, after: int) -> list[nn.Module]:
    """A block that halves the map's sides."""
    conv = nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False)
    return [conv, nn.BatchNorm2d(after), nn.ReLU()]


def regions(features: Tensor, maps: Tensor, kind: str, relations: Tensor | None = None) -> Batch:
    """Pool the features under each map; relations are cosines where no others are given."""
    x = attention_pool(features, maps)
    relations = x @ x.transpose(1, 2) if relations is None else relations
    # A node stands at the first peak of its map: the middle of both eyes would be the nose. The
    # first pixel of a patch, which is two wide, ends in its middle.
    peak = (maps / maps.amax((2, 3), keepdim=True).clamp_min(1e-6) > 0.99).flatten(2)
    first = peak.int().argmax(2)
    places = torch.stack([first % maps.size(3), first // maps.size(3)], dim=2)
    places = (places + (1.0 if kind == "patch" else 0.5)) / maps.size(3)
    return Batch.from_data_list(
        [
            FaceGraph.from_dense(*face, kind=kind, attention=looks)
            for *face, looks in zip(x, relations, places, maps, strict=True)
        ]
    )


def faces(split: str, args: argparse.Namespace) -> list[dict[str, Tensor]]:
    """Read every face of a split once, with the maps of its action units."""
    if args.fake:
        dataset = FakeFaceDataset(split, SPEC, identities=args.people, frames=3, seed=args.seed)
    else:
        dataset = FolderDataset(args.data, split, spec=SPEC, store=args.store)
    side = SPEC.size // STRIDE
    samples = (dataset[position] for position in range(len(dataset)))
    return [
        {
            "inputs": sample["inputs"],
            "label": sample["label"],
            "units": action_unit_masks((sample["landmarks"] + 0.5) / STRIDE - 0.5, side),
        }
        for sample in samples
    ]


def train(model: ThreeViews, seen: list[dict[str, Tensor]], epochs: int) -> None:
    """Fit the verdicts, and keep the regions that the network chooses apart."""
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    model.train()
    for _ in range(epochs):
        for batch in DataLoader(seen, batch_size=24, shuffle=True):
            logit, joint = model(batch["inputs"], batch["units"])
            loss = binary_cross_entropy_with_logits(logit, batch["label"])
            looks = joint["attention"].x.view(len(logit), 1, -1, CHANNELS)
            loss = loss + 0.1 * orthogonal_diversity_loss(looks)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def draw(face: HeteroData, image: Tensor, title: str) -> Figure:
    """Draw each view over the face, and the links between the views beside them."""
    figure = Figure(figsize=(18, 4.9), layout="constrained")
    figure.suptitle(title)
    pixels = image.permute(1, 2, 0).numpy()
    *panels, last = figure.subplots(1, 4)
    for axes, (view, (color, _, name)) in zip(panels, VIEWS.items(), strict=True):
        store, edges = face[view], face[view, "relates", view]
        graph = FaceGraph(store.x, edges.edge_index, edges.edge_weight, store.pos)
        draw_face_graph(graph, pixels, axes, [""] * len(store.x), strongest=12, legend=False)
        axes.set_title(f"{len(store.x)} {name}", color=color)
    last.imshow(pixels, extent=(0, 1, 1, 0), alpha=0.45)
    last.set_axis_off()
    last.set_title("Joined where they look at the same place")
    for one, _, other in EDGES[len(VIEWS) :]:
        source, target = face[one, "meets", other].edge_index
        ends = torch.stack([face[one].pos[source], face[other].pos[target]])
        last.plot(*ends.permute(2, 0, 1), color="0.25", linewidth=0.5, zorder=1)
    for view, (color, size, _) in VIEWS.items():
        last.scatter(*face[view].pos.T, s=size, color=color, edgecolor="white", zorder=2)
    return figure


def main() -> None:
    """Train, print how well unseen people are judged, and draw the views of one face."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--fake", action="store_true", help="drawn faces, nothing to download")
    source.add_argument("--data", metavar="FOLDER", help="your own faces")
    parser.add_argument("--store", help="face store that was extracted from FOLDER")
    parser.add_argument("--out", default="views.png", help="picture; default: views.png")
    parser.add_argument("--people", type=int, default=80, help="drawn people; default: 80")
    parser.add_argument("--epochs", type=int, default=10, help="default: 10")
    parser.add_argument("--seed", type=int, default=0, help="default: 0")
    args = parser.parse_args()
    if args.data and not args.store:
        parser.error("--data needs --store, which 'graphforensics extract' makes of FOLDER")
    torch.set_num_threads(1)  # graphs of this size gain nothing from more
    torch.manual_seed(args.seed)
    seen, unseen = faces("train", args), faces("test", args)
    model = ThreeViews()
    train(model, seen, args.epochs)
    model.eval()
    together = next(iter(DataLoader(unseen, batch_size=len(unseen))))
    with torch.no_grad():
        logit, joint = model(together["inputs"], together["units"])
    label = together["label"]
    print(f"AUC {auc(label.numpy(), logit.numpy()):.3f} on {len(label)} faces of unseen people")
    chosen = int(torch.where(label == 1, logit, -torch.inf).argmax())
    title = f"A forged face, judged {logit[chosen].sigmoid():.0%} forged, in three views"
    save_figure(draw(joint[chosen], together["inputs"][chosen], title), args.out)
    print(args.out)


if __name__ == "__main__":
    main()
