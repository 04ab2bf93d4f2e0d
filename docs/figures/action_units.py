"""Draw the fifteen action-unit masks on scikit-image's astronaut.

python docs/figures/action_units.py docs/images/action_units.png
"""

from __future__ import annotations

import argparse

import matplotlib
import numpy as np
import torch
from numpy.typing import NDArray
from skimage.data import astronaut
from skimage.transform import resize

from graphforensics.preprocess.detect.dlib_hog_detector import DlibHogDetector
from graphforensics.preprocess.detect.landmarks import LandmarkPredictor
from graphforensics.regions import ACTION_UNIT_NAMES, ACTION_UNITS, action_unit_masks

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # the backend is chosen first

SIDE = 224
MARGIN = 0.15


def crop_face(
    image: NDArray[np.uint8], landmarks: NDArray[np.float32]
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Cut a square about the landmarks and scale it, and them, to ``SIDE`` pixels."""
    low, high = landmarks.min(axis=0), landmarks.max(axis=0)
    side = round(float((1 + 2 * MARGIN) * (high - low).max()))
    # The landmarks end at the brows: more room above them than below the chin.
    x, y = np.round((low + high) / 2 - [side / 2, 0.57 * side]).astype(int)
    part = image[y : y + side, x : x + side]
    moved = (landmarks - [x, y] + 0.5) * SIDE / side - 0.5
    return resize(part, (SIDE, SIDE), anti_aliasing=True), moved


def draw(image: NDArray[np.floating], landmarks: NDArray[np.floating]) -> plt.Figure:
    """Lay each mask over the face, with the landmarks and the outline at one half."""
    masks = action_unit_masks(torch.from_numpy(landmarks), SIDE).numpy()
    figure, axes = plt.subplots(3, 5, figsize=(12.5, 8.2), layout="constrained")
    for number, axis in enumerate(axes.flat):
        mask = masks[number]
        axis.imshow(image)
        axis.imshow(mask, cmap="inferno", alpha=0.65 * mask, vmin=0, vmax=1)
        axis.contour(mask, levels=[0.5], colors="white", linewidths=1)
        axis.plot(*landmarks.T, ".", markersize=1.5, color="deepskyblue")
        axis.set_title(f"{ACTION_UNITS[number]}  {ACTION_UNIT_NAMES[number]}", fontsize=10)
        axis.axis("off")
    return figure


def main() -> None:
    """Find the face and write the figure."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("path", help="where to write the picture (.png)")
    image = astronaut()
    [face] = DlibHogDetector()(image)
    crop, landmarks = crop_face(image, LandmarkPredictor()(image, face.box))
    draw(crop, landmarks).savefig(parser.parse_args().path, dpi=80)


if __name__ == "__main__":
    main()
