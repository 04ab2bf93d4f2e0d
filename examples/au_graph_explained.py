"""Action units as a graph, and which of them a verdict rests on, by PyTorch Geometric's explainer.

A person's clip is real; of each of its faces a part (``--part``) is forged. Every face becomes a
graph of fifteen action units, measured against the same person's real faces; ``GraphConv`` learns
to tell the forged ones. ``GNNExplainer`` then says which nodes and relations of unseen faces the
verdicts rest on. As it is known where they were forged, one can check that: printed are the AUC
of the verdicts, and how well the importance of nodes tells forged from untouched action units.

    python examples/au_graph_explained.py --fake --out explained.png
    python examples/au_graph_explained.py CLIP --part lids --out explained.png

CLIP is a video of one real face; ``--fake`` takes a portrait that is set in motion.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits
from torch_geometric.explain import Explainer, GNNExplainer
from torch_geometric.loader import DataLoader
from torch_geometric.nn import GraphConv, global_mean_pool
from torch_geometric.transforms import Compose, RemoveSelfLoops

from graphforensics.data import FaceGraph
from graphforensics.data.action_unit_graph import action_unit_graph
from graphforensics.datasets.moving_face import moving_face
from graphforensics.media.write_clip import write_clip
from graphforensics.metrics import auc
from graphforensics.preprocess import extract_tracks
from graphforensics.regions import ACTION_UNITS, LANDMARK_GROUPS, action_unit_masks
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.tamper import SelfBlendRecipe, hull_mask, self_blend, soften
from graphforensics.transforms import KeepTopRelations
from graphforensics.visualization import draw_face_graph, save_figure

Pixels = NDArray[np.uint8]


class AUGraphClassifier(nn.Module):
    """Two graph convolutions. Features of 0, which explainers put in, mean "as in real faces"."""

    def __init__(self, in_channels: int, hidden: int = 32) -> None:
        super().__init__()
        self.first = GraphConv(in_channels, hidden, aggr="mean", bias=False)
        self.second = GraphConv(hidden, hidden, aggr="mean")
        self.classify = nn.Linear(hidden, 1)

    def forward(
        self, x: Tensor, edge_index: Tensor, edge_weight: Tensor, batch: Tensor | None = None
    ) -> Tensor:
        """Return one logit a face."""
        x = self.first(x, edge_index, edge_weight).relu()
        x = self.second(x, edge_index, edge_weight).relu()
        return self.classify(global_mean_pool(x, batch)).squeeze(-1)


def forge(image: Pixels, landmarks: Tensor, part: str, rng: np.random.Generator) -> tuple:
    """Replace a part of a face by that of a self-blended copy; also return how much of a pixel."""
    points = landmarks.numpy()
    recipe = replace(SelfBlendRecipe.draw(rng, ("source",)), ratio=1.0)
    copy = self_blend(image, points, recipe=recipe).image
    chosen = points[list(LANDMARK_GROUPS[part])]
    hull = hull_mask(chosen.mean(0) + 1.5 * (chosen - chosen.mean(0)), image.shape[:2])
    mask = soften(hull, erosion=2, blur=3)
    mixed = image + mask[..., None] * (copy.astype(np.float32) - image)
    return np.rint(mixed).astype(np.uint8), mask


def graphs(clip: Path, args: argparse.Namespace) -> Iterator[FaceGraph]:
    """Yield each face as a graph, then three forgeries of it, with the truth about their nodes."""
    rng = np.random.default_rng(args.seed)
    strongest = Compose([RemoveSelfLoops("edge_weight"), KeepTopRelations(6)])
    for face in extract_tracks(clip, ExtractionOptions(f"frames:{args.frames}")):
        landmarks = torch.from_numpy(face.crop_landmarks)
        units = action_unit_masks(landmarks, face.crop.shape[:2])
        for copy in range(4):
            image, mask = face.crop, np.zeros(face.crop.shape[:2], np.float32)
            if copy:
                image, mask = forge(face.crop, landmarks, args.part, rng)
            graph = strongest(action_unit_graph(image, landmarks.numpy(), float(copy > 0)))
            share = (units * torch.from_numpy(mask)).sum((1, 2)) / units.sum((1, 2))
            graph.forged, graph.image, graph.mask, graph.units = share > 0.2, image, mask, units
            yield graph


def standardised(args: argparse.Namespace) -> list[FaceGraph]:
    """Return the faces of the clip, features measured against the real ones of the first part."""
    with tempfile.TemporaryDirectory() as folder:
        clip = args.clip or Path(folder) / "portrait.mp4"
        if args.fake:
            write_clip(clip, moving_face(2 * args.frames, seed=args.seed))
        faces = list(graphs(clip, args))
    real = [face.x for face in faces[: len(faces) * 2 // 3] if not face.y]
    if real:
        mean, spread = torch.stack(real).mean(0), torch.stack(real).std(0) + 0.02
        for face in faces:
            face.x = ((face.x - mean) / spread).clamp(-6, 6)
    return faces


def train(model: AUGraphClassifier, faces: list[FaceGraph]) -> None:
    """Fit the model."""
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3, weight_decay=1e-3)
    keys = ["image", "mask", "units"]
    loader = DataLoader(faces, batch_size=24, shuffle=True, exclude_keys=keys)
    for _ in range(40):
        for batch in loader:
            logit = model(batch.x, batch.edge_index, batch.edge_weight, batch.batch)
            loss = binary_cross_entropy_with_logits(logit, batch.y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def explain(model: AUGraphClassifier, face: FaceGraph) -> tuple[Tensor, Tensor]:
    """Return how important each node and each relation is to the verdict, from 0 to 1."""
    explainer = Explainer(
        model,
        GNNExplainer(epochs=150, lr=0.05, edge_size=0.02, node_feat_size=0.3),
        explanation_type="model",
        node_mask_type="object",
        edge_mask_type="object",
        model_config={
            "mode": "binary_classification",
            "task_level": "graph",
            "return_type": "raw",
        },
    )
    found = explainer(face.x, face.edge_index, edge_weight=face.edge_weight)
    return found.node_mask.squeeze(-1), found.edge_mask


def draw(face: FaceGraph, nodes: Tensor, edges: Tensor, part: str) -> Figure:
    """Draw where the face was forged, the important action units, and the important relations."""
    figure = Figure(figsize=(14, 4.8), layout="constrained")
    truth, heat, graph = figure.subplots(1, 3)
    for axes in (truth, heat):
        axes.imshow(face.image, extent=(0, 1, 1, 0))
        axes.set_axis_off()
    truth.contour(face.mask, [0.5], colors="cyan", linewidths=2, extent=(0, 1, 0, 1))
    truth.set_title(f"Forged inside the line ({part})")
    light = (nodes[:, None, None] * face.units).amax(0)
    shown = heat.imshow(light, "inferno", vmin=0, vmax=1, alpha=0.7, extent=(0, 1, 1, 0))
    heat.set_title("What the verdict rests on: action units ...")
    figure.colorbar(shown, ax=heat, location="left", shrink=0.6, label="importance")
    # A node stands where its action unit is at its peak: the mean of both sides is the nose.
    height, width = face.mask.shape
    peak = face.units.flatten(1).argmax(1)
    places = torch.stack([peak % width / width, peak // width / height], dim=1)
    weight = edges * nodes[face.edge_index].mean(0)
    found = FaceGraph(face.x, face.edge_index, weight, places, kind="au")
    names = [name.removeprefix("AU") for name in ACTION_UNITS]
    draw_face_graph(found, face.image, graph, names, strongest=10, legend=False)
    graph.set_title("... and the ten relations that count most")
    return figure


def main() -> None:
    """Train, explain, print how right verdicts and explanations are, and draw one."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("clip", nargs="?", type=Path, help="video of one real face")
    parser.add_argument("--fake", action="store_true", help="a portrait set in motion")
    parser.add_argument("--part", choices=sorted(LANDMARK_GROUPS), default="mouth")
    parser.add_argument("--out", default="explained.png", help="picture; default: explained.png")
    parser.add_argument("--frames", type=int, default=45, help="evenly over CLIP; default: 45")
    parser.add_argument("--seed", type=int, default=0, help="default: 0")
    args = parser.parse_args()
    if args.fake == bool(args.clip):
        parser.error("give either CLIP or --fake")
    torch.set_num_threads(1)  # graphs of this size gain nothing from more
    torch.manual_seed(args.seed)
    faces = standardised(args)
    if len(faces) < 12:
        parser.error(f"{args.clip}: too few faces were found")
    seen, unseen = faces[: len(faces) * 2 // 3], faces[len(faces) * 2 // 3 :]
    model = AUGraphClassifier(faces[0].num_node_features)
    train(model, seen)
    model.eval()
    with torch.no_grad():
        for face in unseen:
            face.logit = float(model(face.x, face.edge_index, face.edge_weight))
    labels, logits = zip(*((float(face.y), face.logit) for face in unseen), strict=True)
    print(f"AUC of the verdicts {auc(labels, logits):.3f}")
    forged = [face for face in unseen if face.y][::4]
    found = [explain(model, face) for face in forged]
    truth = torch.cat([face.forged for face in forged]).numpy()
    importance = torch.cat([nodes for nodes, _ in found]).numpy()
    print(f"AUC of the explanations {auc(truth, importance):.3f}: forged action units or not")
    surest = max(range(len(forged)), key=lambda number: forged[number].logit)
    save_figure(draw(forged[surest], *found[surest], args.part), args.out)
    print(args.out)


if __name__ == "__main__":
    main()
