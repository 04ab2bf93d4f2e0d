"""The tokens of a vision transformer as a graph whose edges are its attention.

A face goes through a ViT of timm; every patch becomes a node at its place, and the attention that
one token pays another in a block, averaged over the heads, becomes an edge. That the graph says
what the network does is checked: values that PyTorch Geometric sends along the edges of each head
give the block's own output, and the largest difference is printed. The picture shows to whom three
tokens listen.

    python examples/vit_tokens.py --fake --out tokens.png
    python examples/vit_tokens.py IMAGE --weights vit_tiny.safetensors --block 11 --out tokens.png

Without ``--weights`` nothing is learned: keys are then made equal to queries, so that tokens listen
to tokens that look like them.
"""

from __future__ import annotations

import argparse

import numpy as np
import timm
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image
from skimage.data import astronaut
from torch import Tensor, nn
from torch_geometric.nn import SimpleConv

from graphforensics.data import FaceGraph
from graphforensics.media.decode import read_frames
from graphforensics.nn.encoder.weights import read_state_dict
from graphforensics.preprocess import DlibHogDetector, LandmarkPredictor
from graphforensics.regions import LANDMARK_GROUPS, patch_grid
from graphforensics.transforms import KeepTopRelations
from graphforensics.visualization import draw_face_graph, save_figure

SIZE, GRID = 224, 14
Pixels = NDArray[np.uint8]


def face(image: Pixels, margin: float = 1.3) -> tuple[Pixels, NDArray[np.float64]]:
    """Cut the face out of a picture; landmarks are shares of the crop's sides."""
    found = DlibHogDetector()(image)
    if not found:
        raise SystemExit("no face was found")
    x0, y0, x1, y1 = found[0].box
    side = round(margin * (x1 - x0))
    corner = np.rint([(x0 + x1 - side) / 2, (y0 + y1 - 1.08 * side) / 2]).astype(int)
    crop = Image.fromarray(image).crop((*corner, *(corner + side))).resize((SIZE, SIZE))
    return np.asarray(crop), (LandmarkPredictor()(image, found[0].box) - corner) / side


def build(weights: str | None) -> nn.Module:
    """Return the transformer, with weights from a file or without any."""
    vit = timm.create_model("vit_tiny_patch16_224", num_classes=0)
    if weights:
        state = read_state_dict(weights)
        vit.load_state_dict({key: state[key] for key in state if not key.startswith("head.")})
    for block in vit.blocks:
        block.attn.fused_attn = False  # the fused product never shows the attention
        if not weights:
            query, key, _ = block.attn.qkv.weight.data.chunk(3)
            key.copy_(query)
    return vit.eval()


@torch.no_grad()
def look(vit: nn.Module, crop: Pixels, block: int) -> dict[str, Tensor]:
    """Return the tokens at the end, and attention, values and their mixture of a block's heads."""
    seen: dict[str, Tensor] = {}
    attn = vit.blocks[block].attn
    handles = [
        attn.qkv.register_forward_hook(lambda _, x, y: seen.update(values=y[0].chunk(3, -1)[2])),
        attn.attn_drop.register_forward_hook(lambda _, x, y: seen.update(attention=y[0])),
        attn.proj.register_forward_hook(lambda _, x, y: seen.update(mixed=x[0][0])),
    ]
    pixels = torch.tensor(crop).permute(2, 0, 1)[None].float() / 127.5 - 1
    seen["tokens"] = vit.forward_features(pixels)[0]
    for handle in handles:
        handle.remove()
    for name in ("values", "mixed"):
        seen[name] = seen[name].unflatten(-1, (attn.num_heads, -1)).transpose(0, 1)
    return seen


def largest_difference(seen: dict[str, Tensor]) -> float:
    """Send each head's values along its edges; compare with what the block made of them."""
    differences = []
    for attention, values, mixed in zip(
        seen["attention"], seen["values"], seen["mixed"], strict=True
    ):
        head = FaceGraph.from_dense(values, attention, kind="token")
        sent = SimpleConv(aggr="sum")(head.x, head.edge_index, head.edge_weight)
        differences.append(float((sent - mixed).abs().max()))
    return max(differences)


def draw(crop: Pixels, tokens: FaceGraph, places: dict[str, NDArray[np.float64]]) -> Figure:
    """Draw for some tokens where they listen more than to the average token."""
    figure = Figure(figsize=(13.5, 5), layout="constrained")
    many = tokens.adjacency() * GRID**2
    panels = figure.subplots(1, len(places))
    for axes, (name, (x, y)) in zip(panels, places.items(), strict=True):
        node = int(y * GRID) * GRID + int(x * GRID)
        heard = (tokens.edge_index[1] == node) & (tokens.edge_index[0] != node)
        edge_index, weight = tokens.edge_index[:, heard], tokens.edge_weight[heard]
        others = FaceGraph(tokens.x, edge_index, weight, tokens.pos, kind="token")
        draw_face_graph(KeepTopRelations(6)(others), crop, axes, [""] * GRID**2, legend=False)
        heat = axes.imshow(
            many[node].view(GRID, GRID), "magma", vmin=0.5, vmax=1.5, alpha=0.5, extent=(0, 1, 1, 0)
        )
        axes.plot(*tokens.pos[node], "*", color="cyan", markersize=20, markeredgecolor="black")
        axes.set_title(f"To whom the token of the {name} (star) listens")
    figure.colorbar(heat, ax=panels, shrink=0.8, extend="both", label="attention over its mean")
    return figure


def main() -> None:
    """Make the graph, check it, draw it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("image", nargs="?", help="picture, or video, with a face")
    parser.add_argument("--fake", action="store_true", help="a portrait (NASA, public domain)")
    parser.add_argument("--weights", help="file of timm's weights of vit_tiny_patch16_224")
    parser.add_argument("--block", type=int, default=11, help="0 to 11; default: 11, the last")
    parser.add_argument("--out", default="tokens.png", help="picture; default: tokens.png")
    parser.add_argument("--seed", type=int, default=0, help="of the weights; default: 0")
    args = parser.parse_args()
    if args.fake == bool(args.image):
        parser.error("give either IMAGE or --fake")
    torch.manual_seed(args.seed)
    crop, landmarks = face(astronaut() if args.fake else next(read_frames(args.image)).image)
    seen = look(build(args.weights), crop, args.block)
    print(f"largest difference between graph and block: {largest_difference(seen):.1e}")
    # The class token comes first; it has no place in the picture.
    weight = seen["attention"].mean(0)[1:, 1:]
    tokens = FaceGraph.from_dense(
        seen["tokens"][1:], weight, pos=patch_grid(SIZE, GRID).centers, kind="token"
    )
    parts = {"right eye": "left_eye", "mouth": "mouth"}
    places = {name: landmarks[list(LANDMARK_GROUPS[part])].mean(0) for name, part in parts.items()}
    places["temple"] = np.clip(landmarks[16] + [0.06, -0.05], 0, 0.99)
    save_figure(draw(crop, tokens, places), args.out)
    print(args.out)


if __name__ == "__main__":
    main()
