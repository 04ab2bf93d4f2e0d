"""Draw what LRL sees in real faces and in their tampered copies: masks and similarities.

    python docs/figures/lrl.py RUN/LRL_0/best docs/images/lrl_similarity.jpg

The detector is one of ``graphforensics train --model lrl``. That of the picture in the docs is
from ``python benchmarks/comparison.py --data PHOTOGRAPHS --encoder-weights FILE --out RUN``
of an earlier version.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from tampered_faces import TamperedFace, normalised, picture, tampered_faces
from torch import Tensor
from trained_detector import trained_detector

from graphforensics.models import LRL
from graphforensics.visualization.palette import strength_colors

TITLES = (
    "face",
    "where it was\ntampered with",
    "the decoder's mask",
    "similarity of every\ntwo of 25 patches",
    "how unlike the others\neach patch is",
)


def main() -> None:
    """Write the picture: a row a face, real above tampered."""
    model, out = trained_detector(
        __doc__, LRL, "LRL with its similarity module", lambda lrl: lrl.reads_similarity
    )
    figure = draw(model, tampered_faces(model.input_spec))
    figure.savefig(out, dpi=100, bbox_inches="tight", pil_kwargs={"quality": 88})


def draw(model: LRL, faces: list[TamperedFace]) -> Figure:
    """Put the pictures into a table; colours mean the same in every row."""
    with torch.inference_mode():
        output = model.eval()(normalised(faces, model.input_spec))
    scores, mask = model.calibrated(output.logit), output.mask[:, 0]
    alone = unlike(output.similarity)
    alike = Normalize(float(output.similarity.min()), 1)
    apart = Normalize(float(alone.min()), float(alone.max()))
    rows = listed(faces)
    figure = Figure(figsize=(2 * len(TITLES) + 0.4, 1.95 * len(rows) + 0.9), layout="constrained")
    grid = figure.subplots(len(rows), len(TITLES))
    for cells, (name, shown, true, number) in zip(grid, rows, strict=True):
        cells[0].set_ylabel(f"{name}\np(fake) {scores[number].item():.2f}", fontsize=9)
        cells[0].imshow(picture(shown))
        cells[1].imshow(true, cmap="gray", vmin=0, vmax=1)
        cells[2].imshow(mask[number], cmap="gray", vmin=0, vmax=1)
        cells[3].imshow(output.similarity[number], cmap=strength_colors(), norm=alike)
        over(cells[4], shown, alone[number], apart)
    for axes, title in zip(grid[0], TITLES, strict=True):
        axes.set_title(title, fontsize=9)
    for axes in grid.ravel():
        axes.set(xticks=[], yticks=[])
    bars = [
        (1, Normalize(0, 1), "gray", "share replaced"),
        (2, Normalize(0, 1), "gray", "probability"),
        (3, alike, strength_colors(), "similarity"),
        (4, apart, strength_colors(), "1 - mean similarity"),
    ]
    for column, norm, colors, label in bars:
        scale = ScalarMappable(norm, colors)
        bar = figure.colorbar(scale, ax=grid[:, column], location="bottom", pad=0.01, aspect=16)
        bar.set_label(label, fontsize=8)
        bar.ax.tick_params(labelsize=7)
    return figure


def listed(faces: list[TamperedFace]) -> list[tuple[str, Tensor, Tensor, int]]:
    """Return name, face, true mask and place in the batch: each real face above its copies."""
    rows: list[tuple[str, Tensor, Tensor, int]] = []
    for number, face in enumerate(faces):
        if number == 0 or not face.real.equal(faces[number - 1].real):
            rows.append((f"{face.name.partition(',')[0]}, real", face.real, 0 * face.mask, number))
        rows.append((face.name, face.forged, face.mask, len(faces) + number))
    return rows


def unlike(similarity: Tensor) -> Tensor:
    """Return 1 - mean similarity of each patch to all others, ``[..., k, k]``."""
    count = similarity.size(-1)
    side = math.isqrt(count)
    own = similarity.diagonal(dim1=-2, dim2=-1)
    return (1 - (similarity.sum(-1) - own) / (count - 1)).unflatten(-1, (side, side))


def over(axes: Axes, face: Tensor, values: Tensor, norm: Normalize) -> None:
    """Colour the patches of a grey face."""
    grey = picture(face) @ np.array([0.299, 0.587, 0.114])
    axes.imshow(grey, cmap="gray", extent=(0, 1, 1, 0), vmin=0, vmax=255)
    axes.imshow(values, cmap=strength_colors(), norm=norm, extent=(0, 1, 1, 0), alpha=0.6)


if __name__ == "__main__":
    main()
