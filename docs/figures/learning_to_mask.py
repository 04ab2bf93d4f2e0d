"""Draw where a trained teacher looks, and what each strategy hides from its student.

    python docs/figures/learning_to_mask.py RUN/best docs/images/learning_to_mask.jpg

The detector is one of ``graphforensics train --model learning_to_mask``. That of the picture in the
docs learned from photographs and clips of real faces; ``lite0.safetensors`` are ImageNet's weights
(``benchmarks/imagenet_weights.py``):

    graphforensics train --config learning_to_mask_small --data STORE --pseudo-fakes whole \\
        --no-pairs --lr 0.0003 --epochs 6 --set encoder=tf_efficientnet_lite0 \\
        --set encoder_weights=lite0.safetensors --out RUN
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image
from skimage.data import astronaut
from torch import Tensor
from trained_detector import trained_detector

from graphforensics.data import InputSpec
from graphforensics.datasets.fake_face_dataset import FakeFaceDataset
from graphforensics.inference import read_inputs
from graphforensics.models import LearningToMask
from graphforensics.nn import attention_guided_mask
from graphforensics.preprocess import LandmarkPredictor
from graphforensics.preprocess.detect.dlib_hog_detector import DlibHogDetector
from graphforensics.tamper import self_blend
from graphforensics.visualization.palette import strength_colors

STRATEGIES = ("high", "low", "random")
#: A drawn person.
PERSON = 38


def main() -> None:
    """Write the picture: a row a face; the face, the attention, and what is hidden."""
    model, out = trained_detector(
        __doc__,
        LearningToMask,
        "Learning to Mask with its teacher",
        lambda model: model.teacher is not None,
    )
    faces = {**photographs(model.input_spec), **drawings(model.input_spec)}
    figure = draw(model, faces)
    figure.savefig(out, dpi=110, pil_kwargs={"quality": 88})


def photographs(spec: InputSpec) -> dict[str, Tensor]:
    """Return the astronaut as she is and self-blended."""
    image = astronaut()
    (found,) = DlibHogDetector()(image)
    landmarks = LandmarkPredictor()(image, found.box)
    forged = self_blend(image, landmarks, np.random.default_rng(3)).image
    return {
        "photograph": cropped(image, spec),
        "photograph,\nself-blended": cropped(forged, spec),
    }


def cropped(image: NDArray[np.uint8], spec: InputSpec) -> Tensor:
    """Return the face as a detector takes it."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "face.png"
        Image.fromarray(image).save(place)
        return read_inputs(place, spec)[0].inputs[0]


def drawings(spec: InputSpec) -> dict[str, Tensor]:
    """Return a drawn face, self-blended and swapped."""
    dataset = FakeFaceDataset("all", spec, identities=40, frames=8)
    names = ("drawing", "drawing,\nself-blended", "drawing,\nswapped")
    return {name: dataset[3 * PERSON + kind]["inputs"] for kind, name in enumerate(names)}


def draw(model: LearningToMask, faces: dict[str, Tensor]) -> Figure:
    """Put the pictures into a table."""
    torch.manual_seed(0)
    inputs = model.input_spec.normalize(torch.stack(list(faces.values())))
    output = model.attend(inputs)
    looked = output.class_attention
    columns = 2 + len(STRATEGIES)
    figure = Figure(figsize=(1.75 * columns, 1.72 * len(faces)), layout="constrained")
    grid = figure.subplots(len(faces), columns, squeeze=False)
    for row, (name, face) in enumerate(faces.items()):
        picture = face.permute(1, 2, 0).numpy()
        score = model.calibrated(output.logit)[row].item()
        for axes in grid[row]:
            axes.imshow(picture, extent=(0, 1, 1, 0))
            axes.set(xticks=[], yticks=[])
            axes.spines[:].set_visible(False)
        grid[row, 0].set_ylabel(f"{name}\np(fake) {score:.2f}", fontsize=8)
        over(grid[row, 1], looked[row].numpy(), alpha=0.6)
        for axes, strategy in zip(grid[row, 2:], STRATEGIES, strict=True):
            kept = attention_guided_mask(looked[row : row + 1], model.mask_rate, strategy)[0]
            hide(axes, kept.numpy())
    titles = ["face", "attention", *(f"hidden: {strategy}" for strategy in STRATEGIES)]
    for axes, title in zip(grid[0], titles, strict=True):
        axes.set_title(title, fontsize=9)
    return figure


def over(axes: Axes, values: NDArray[np.float32], alpha: float) -> None:
    """Lay a map over a face, from its least to its greatest value."""
    axes.imshow(values, cmap=strength_colors(), extent=(0, 1, 1, 0), alpha=alpha)


def hide(axes: Axes, kept: NDArray[np.float32]) -> None:
    """Blacken the places that are 0."""
    black = np.zeros((*kept.shape, 4))
    black[..., 3] = 0.92 * (kept == 0)
    axes.imshow(black, extent=(0, 1, 1, 0), interpolation="nearest")


if __name__ == "__main__":
    main()
