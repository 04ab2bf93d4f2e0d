"""Draw which patches AUNet's tokens take for tampered with, beside where a face really was.

    python docs/figures/aunet_tokens.py RUN/AUNet_0/best docs/images/aunet_tokens.jpg

The detector is one of ``graphforensics train --model aunet``. That of the picture in the docs is
from ``python benchmarks/comparison.py --data PHOTOGRAPHS --encoder-weights FILE --out RUN``
of an earlier version.
"""

from __future__ import annotations

import torch
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from tampered_faces import TamperedFace, normalised, picture, tampered_faces
from torch import Tensor
from trained_detector import trained_detector

from graphforensics.models import AUNet
from graphforensics.nn.token_labels import token_labels
from graphforensics.visualization.palette import OUTLINE

TITLES = (
    "real face",
    "tokens of the real face",
    "tampered copy",
    "where it was\ntampered with",
    "patches wanted:\nmore than half replaced",
    "tokens of the copy\n(line: the true mask)",
)


def main() -> None:
    """Write the picture: a row a tampered face."""
    model, out = trained_detector(
        __doc__, AUNet, "AUNet with patch tokens", lambda aunet: aunet.read_patch is not None
    )
    figure = draw(model, tampered_faces(model.input_spec))
    figure.savefig(out, dpi=100, bbox_inches="tight", pil_kwargs={"quality": 88})


def draw(model: AUNet, faces: list[TamperedFace]) -> Figure:
    """Put the pictures into a table; brightness means the same in every token map."""
    with torch.inference_mode():
        output = model.eval()(normalised(faces, model.input_spec))
    scores, count = model.calibrated(output.logit).tolist(), len(faces)
    tokens = output.token_map
    size = (tokens.size(1), tokens.size(2))
    scale = Normalize(0, float(tokens.max()))
    figure = Figure(figsize=(12.6, 2.25 * count + 1.0), layout="constrained")
    grid = figure.subplots(count, len(TITLES))
    for row, (cells, face) in enumerate(zip(grid, faces, strict=True)):
        wanted = token_labels(face.mask[None], size, model.token_threshold).view(size)
        cells[0].imshow(picture(face.real))
        cells[0].set_ylabel(face.name, fontsize=10)
        cells[0].set_xlabel(f"p(fake) {scores[row]:.2f}", fontsize=9)
        token_map(cells[1], tokens[row], scale)
        cells[2].imshow(picture(face.forged))
        cells[2].set_xlabel(f"p(fake) {scores[count + row]:.2f}", fontsize=9)
        cells[3].imshow(face.mask, cmap="gray", vmin=0, vmax=1)
        token_map(cells[4], wanted, Normalize(0, 1))
        token_map(cells[5], tokens[count + row], scale)
        outline(cells[5], face.mask)
    for axes, title in zip(grid[0], TITLES, strict=True):
        axes.set_title(title, fontsize=10)
    for axes in grid.ravel():
        axes.set(xticks=[], yticks=[])
    probability = ScalarMappable(scale, "inferno")
    bar = figure.colorbar(
        probability, ax=grid, location="bottom", pad=0.01, fraction=0.03, aspect=50
    )
    bar.set_label("tokens: probability that the patch was tampered with", fontsize=9)
    return figure


def token_map(axes: Axes, values: Tensor, scale: Normalize) -> None:
    """Draw a square for each token."""
    axes.imshow(values, cmap="inferno", norm=scale, extent=(0, 1, 1, 0), interpolation="nearest")


def outline(axes: Axes, mask: Tensor) -> None:
    """Lay the line around the tampered region over a token map."""
    place = (torch.arange(mask.size(0)) + 0.5) / mask.size(0)
    axes.contour(place, place, mask, levels=[0.5], colors=OUTLINE, linewidths=1)


if __name__ == "__main__":
    main()
