"""Masked relation learning with another recurrent graph cell in the place of its TGCN.

``MRL.with_recurrent`` takes any cell that is called like those of torch_geometric_temporal. Here it
is their ``GConvGRU`` or ``TGCN`` (extra ``temporal``), a GRU that is written below from PyTorch
Geometric's ``GCNConv`` (``--cell own``), or the paper's (``--cell paper``). Printed is the AUC on
people whom the model has not seen; the picture shows its verdict after every snippet.

    python examples/mrl_other_cell.py --fake --cell own --out verdicts.png
    graphforensics extract FOLDER --root FOLDER --out STORE
    python examples/mrl_other_cell.py --data FOLDER --store STORE --cell gconvgru

FOLDER has ``train/real``, ``train/fake``, ``test/real`` and ``test/fake``, or a table that says so:
see ``FolderDataset``. The model is a small one, so that the example takes seconds.
"""

from __future__ import annotations

import argparse

import torch
from matplotlib.figure import Figure
from torch import Tensor, nn
from torch_geometric.nn import GCNConv

from graphforensics.data import InputSpec
from graphforensics.datasets import FolderDataset
from graphforensics.datasets.fake_face_dataset import FakeFaceDataset
from graphforensics.metrics import auc
from graphforensics.models import MRL
from graphforensics.visualization import save_figure

CELLS = ("own", "gconvgru", "tgcn", "paper")


class GraphGRU(nn.Module):
    """A gated recurrent unit whose input and state are convolved together over the graph."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.in_channels, self.out_channels = in_channels, out_channels
        self.gates = GCNConv(in_channels + out_channels, 2 * out_channels)
        self.candidate = GCNConv(in_channels + out_channels, out_channels)

    def forward(
        self, x: Tensor, edge_index: Tensor, edge_weight: Tensor, h: Tensor | None = None
    ) -> Tensor:
        """Return the next state ``[N, H]``."""
        h = x.new_zeros(x.size(0), self.out_channels) if h is None else h
        gates = self.gates(torch.cat([x, h], 1), edge_index, edge_weight).sigmoid()
        update, reset = gates.chunk(2, dim=1)
        candidate = self.candidate(torch.cat([x, reset * h], 1), edge_index, edge_weight).tanh()
        return update * h + (1 - update) * candidate


def build(cell: str) -> MRL:
    """Return a small MRL that is driven by the cell."""
    mrl = MRL(
        encoder="lcnet_035",
        encoder_stage=2,
        attention="spatial",
        regions=8,
        hidden_channels=32,
        snippets=3,
        frames=1,
        size=64,
        mask_rate=0.3,
        diversity_weight=0.1,
        consistency_weight=0.1,
    )
    channels = mrl.learner.in_channels, mrl.learner.hidden_channels
    if cell == "own":
        mrl.with_recurrent(GraphGRU(*channels))
    elif cell != "paper":
        from torch_geometric_temporal.nn.recurrent import TGCN, GConvGRU

        mrl.with_recurrent(TGCN(*channels) if cell == "tgcn" else GConvGRU(*channels, K=2))
    return mrl


def clips(split: str, spec: InputSpec, args: argparse.Namespace) -> tuple[Tensor, Tensor]:
    """Read every clip of a split once, with its label."""
    if args.fake:
        dataset = FakeFaceDataset(split, spec, identities=args.people, seed=args.seed)
    else:
        dataset = FolderDataset(args.data, split, spec=spec, store=args.store)
    samples = [dataset[position] for position in range(len(dataset))]
    label = torch.stack([sample["label"] for sample in samples])
    return torch.stack([sample["inputs"] for sample in samples]), label


def train(mrl: MRL, inputs: Tensor, label: Tensor, epochs: int) -> None:
    """Fit the model, mirroring half of the batches."""
    optimizer = torch.optim.Adam(mrl.parameters(), lr=2e-3)
    mrl.train()
    for _ in range(epochs):
        for chosen in torch.randperm(len(label)).split(12):
            pixels = mrl.input_spec.normalize(inputs[chosen])
            pixels = pixels.flip(-1) if torch.rand(()) < 0.5 else pixels
            loss = mrl.loss(mrl(pixels), {"label": label[chosen]})["loss"]
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def draw(verdicts: Tensor, label: Tensor, title: str) -> Figure:
    """Draw a line a clip: its verdict after every snippet."""
    axes = (figure := Figure(figsize=(6.4, 4.2), layout="constrained")).add_subplot()
    steps = range(1, verdicts.size(1) + 1)
    for value, name, color in ((0, "real", "#0072b2"), (1, "forged", "#d55e00")):
        of_class = verdicts[label == value]
        axes.plot(steps, of_class.T, color=color, alpha=0.2)
        axes.plot(
            steps,
            of_class.mean(0),
            color=color,
            linewidth=3,
            marker="o",
            label=f"{name} (thick: mean)",
        )
    axes.set(xticks=steps, ylim=(0, 1), xlabel="snippets seen", ylabel="probability of forgery")
    axes.set_title(title)
    axes.legend(title="unseen clips that are", loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def main() -> None:
    """Train, print how well unseen people are judged, and draw the verdicts over time."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--fake", action="store_true", help="drawn faces, nothing to download")
    source.add_argument("--data", metavar="FOLDER", help="your own clips")
    parser.add_argument("--store", help="face store that was extracted from FOLDER")
    parser.add_argument("--cell", choices=CELLS, default="own", help="default: own")
    parser.add_argument("--out", default="verdicts.png", help="picture; default: verdicts.png")
    parser.add_argument("--people", type=int, default=80, help="drawn people; default: 80")
    parser.add_argument("--epochs", type=int, default=20, help="default: 20")
    parser.add_argument("--seed", type=int, default=0, help="default: 0")
    args = parser.parse_args()
    if args.data and not args.store:
        parser.error("--data needs --store, which 'graphforensics extract' makes of FOLDER")
    torch.set_num_threads(1)  # a model of this size gains little from more
    torch.manual_seed(args.seed)
    try:
        mrl = build(args.cell)
    except ImportError as error:
        parser.error(f"--cell {args.cell} needs the extra 'temporal', see the README ({error})")
    train(mrl, *clips("train", mrl.input_spec, args), args.epochs)
    inputs, label = clips("test", mrl.input_spec, args)
    mrl.eval()
    with torch.no_grad():
        verdicts = mrl(mrl.input_spec.normalize(inputs)).snippet_logits.sigmoid()
    cell = type(mrl.learner.recurrent or mrl.learner.cells[0]).__name__
    weights = sum(parameter.numel() for parameter in mrl.learner.cells.parameters())
    figure = auc(label.numpy(), verdicts[:, -1].numpy())
    print(f"MRL with {cell} ({weights} weights): AUC {figure:.3f} on {len(label)} unseen clips")
    save_figure(draw(verdicts, label, f"MRL with {cell}"), args.out)
    print(args.out)


if __name__ == "__main__":
    main()
