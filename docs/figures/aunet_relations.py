"""Draw AUNet's relations of action units in real faces and in their tampered copies.

    python docs/figures/aunet_relations.py RUN/AUNet_0/best docs/images/aunet_relations.jpg

The detector is one of ``graphforensics train --model aunet``. That of the picture in the docs is
from ``python benchmarks/comparison.py --data PHOTOGRAPHS --encoder-weights FILE --out RUN``
of an earlier version.
"""

from __future__ import annotations

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from tampered_faces import TamperedFace, normalised, picture, tampered_faces
from torch import Tensor
from trained_detector import trained_detector

from graphforensics.models import AUNet
from graphforensics.regions import ACTION_UNITS
from graphforensics.visualization import spread_nodes
from graphforensics.visualization.palette import (
    INK,
    NEGATIVE,
    PAPER,
    POSITIVE,
    relation_colors,
    strength_colors,
)

TITLES = (
    "real face",
    "tampered copy",
    "relations of the\nreal face",
    "relations of the\ntampered copy",
    "tampered minus real",
    "the 15 relations that\nchanged most",
)
#: Changed relations that are drawn over a face.
SHOWN = 15
NUMBERS = [name.removeprefix("AU") for name in ACTION_UNITS]


def main() -> None:
    """Write the picture: a row a tampered face."""
    model, out = trained_detector(
        __doc__,
        AUNet,
        "AUNet with its AU-specific branch",
        lambda aunet: aunet.config.get("specific", True),
    )
    figure = draw(model, tampered_faces(model.input_spec))
    figure.savefig(out, dpi=100, bbox_inches="tight", pil_kwargs={"quality": 88})


def draw(model: AUNet, faces: list[TamperedFace]) -> Figure:
    """Put the pictures into a table; colours mean the same in every row."""
    with torch.inference_mode():
        output = model.eval()(normalised(faces, model.input_spec))
    scores, count = model.calibrated(output.logit).tolist(), len(faces)
    # What counts in AUNet is each relation's share of them all (eq. 4), not its size.
    mean = output.relations.mean((1, 2))
    relative = output.relations / mean.view(-1, 1, 1)
    real, forged = relative[:count], relative[count:]
    places = [graph.pos for graph in output.graph.to_data_list()[count:]]
    strength = Normalize(float(relative.min()), float(relative.max()))
    change = forged - real
    changed = Normalize(-float(change.abs().max()), float(change.abs().max()))
    figure = Figure(figsize=(15.5, 2.55 * count + 1.0), layout="constrained")
    grid = figure.subplots(count, len(TITLES))
    for row, (cells, face) in enumerate(zip(grid, faces, strict=True)):
        cells[0].set_ylabel(face.name, fontsize=10)
        for axes, shown, place in zip(
            cells, (face.real, face.forged), (row, count + row), strict=False
        ):
            axes.imshow(picture(shown))
            axes.set(xticks=[], yticks=[])
            axes.set_xlabel(f"p(fake) {scores[place]:.2f}", fontsize=9)
        matrix(cells[2], real[row], strength, f" (mean product {mean[row].item():.0f})")
        matrix(cells[3], forged[row], strength, f" (mean product {mean[count + row].item():.0f})")
        matrix(cells[4], change[row], changed)
        graph(cells[5], face.forged, change[row], places[row])
    for axes, title in zip(grid[0], TITLES, strict=True):
        axes.set_title(title, fontsize=10)
    scales = [
        (
            grid[:, 2:4],
            strength,
            strength_colors(),
            "relation of two action units over the mean of all",
        ),
        (grid[:, 4], changed, relation_colors(), "change of it"),
    ]
    for columns, norm, colors, label in scales:
        scale = ScalarMappable(norm, colors)
        bar = figure.colorbar(scale, ax=columns, location="bottom", pad=0.01, fraction=0.05)
        bar.set_label(label, fontsize=9)
        bar.ax.tick_params(labelsize=8)
        bar.locator = MaxNLocator(5)
        bar.update_ticks()
    handles = [
        Line2D([], [], color=NEGATIVE, linewidth=3, label="weaker in the copy"),
        Line2D([], [], color=POSITIVE, linewidth=3, label="stronger in the copy"),
    ]
    grid[-1, 5].legend(
        handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.02), fontsize=9, frameon=False
    )
    return figure


def matrix(axes: Axes, values: Tensor, norm: Normalize, note: str = "") -> None:
    """Draw relations with the numbers of the action units."""
    signed = bool(norm.vmin is not None and norm.vmin < 0)
    axes.imshow(values, cmap=relation_colors() if signed else strength_colors(), norm=norm)
    axes.set_xticks(range(len(NUMBERS)), NUMBERS, fontsize=6.5)
    axes.set_yticks(range(len(NUMBERS)), NUMBERS, fontsize=6.5)
    axes.tick_params(length=0)
    axes.set_xlabel(f"action unit{note}", fontsize=8)


def graph(axes: Axes, face: Tensor, change: Tensor, pos: Tensor) -> None:
    """Draw the relations that changed most between the action units' places."""
    grey = picture(face) @ np.array([0.299, 0.587, 0.114])
    axes.imshow(0.3 * 255 + 0.7 * grey, cmap="gray", vmin=0, vmax=255, extent=(0, 1, 1, 0))
    places = spread_nodes(pos.numpy(), distance=0.12)
    first, second = np.triu_indices(len(places), 1)
    size = change.numpy()[first, second]
    top = float(np.abs(size).max()) or 1.0
    for pair in np.argsort(np.abs(size))[-SHOWN:]:
        ends = places[[first[pair], second[pair]]]
        color = POSITIVE if size[pair] > 0 else NEGATIVE
        axes.plot(*ends.T, color=color, linewidth=4 * abs(size[pair]) / top, alpha=0.9)
    axes.plot(*places.T, "o", color=INK, markersize=11, markeredgecolor=PAPER)
    for number, (x, y) in zip(NUMBERS, places, strict=True):
        axes.text(x, y, number, color=PAPER, fontsize=7, ha="center", va="center_baseline")
    axes.set(xticks=[], yticks=[], xlim=(0, 1), ylim=(1, 0))


if __name__ == "__main__":
    main()
