"""Real faces and tampered copies of them, for pictures of detectors that look at one image."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from skimage.data import astronaut
from torch import Tensor

from graphforensics.data import InputSpec
from graphforensics.datasets.fake_face_dataset import FakeFaceDataset
from graphforensics.preprocess import extract_tracks
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.resize_crop import resize_crop
from graphforensics.tamper import SelfBlendRecipe, self_blend

#: A drawn person.
PERSON = 38
#: What the recipes are drawn with: name and seed of a tampering of the whole face, and of parts.
WHOLE, PARTS = ("self-blended", 3), ("self-blended\nin parts", 4)


class TamperedFace(NamedTuple):
    """A face, its tampered copy, and where the two differ.

    Args:
        name: What is shown and what was done to it.
        real: ``uint8 [3, size, size]``.
        forged: The same face, tampered with, likewise.
        mask: Where it was, from 0 to 1, ``float32 [size, size]``.
    """

    name: str
    real: Tensor
    forged: Tensor
    mask: Tensor


def tampered_faces(spec: InputSpec) -> list[TamperedFace]:
    """Return the astronaut and a drawing, each with the whole face and with parts replaced."""
    found = []
    for name, (image, landmarks) in {
        "photograph": photograph(spec),
        "drawing": drawing(spec),
    }.items():
        found += [tampered(name, image, landmarks, spec, partial) for partial in (False, True)]
    return found


def photograph(spec: InputSpec) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return the astronaut's face as extraction crops it, and its landmarks."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "face.png"
        Image.fromarray(astronaut()).save(place)
        (frame,) = extract_tracks(place, ExtractionOptions(margin=spec.margin))
    return frame.crop, frame.crop_landmarks


def drawing(spec: InputSpec) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return a drawn face and its landmarks."""
    sample = FakeFaceDataset("all", spec, identities=40, frames=8)[3 * PERSON]
    return sample["inputs"].permute(1, 2, 0).numpy(), sample["landmarks"].numpy()


def tampered(
    name: str,
    image: NDArray[np.uint8],
    landmarks: NDArray[np.float32],
    spec: InputSpec,
    partial: bool,
) -> TamperedFace:
    """Blend a face with a changed copy of itself at full strength; its surroundings stay."""
    word, seed = PARTS if partial else WHOLE
    recipe = SelfBlendRecipe.draw(np.random.default_rng(seed), ("source",), partial)
    blended = self_blend(image, landmarks, recipe=replace(recipe, ratio=1.0))
    mask = np.repeat(blended.mask[..., None], 3, axis=2)
    return TamperedFace(
        f"{name},\n{word}",
        resize_crop(np.ascontiguousarray(image), spec.size),
        resize_crop(blended.image, spec.size),
        resize_crop(mask, spec.size)[0].float() / 255,
    )


def normalised(faces: list[TamperedFace], spec: InputSpec) -> Tensor:
    """Return all real faces, then all tampered ones, as a detector takes them."""
    real = [face.real for face in faces]
    return spec.normalize(torch.stack(real + [face.forged for face in faces]))


def picture(face: Tensor) -> NDArray[np.uint8]:
    """Return an image of a detector's input as it is drawn."""
    return face.permute(1, 2, 0).numpy()
