"""Where in a face the verdict comes from, as a picture."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from graphforensics._whole_file import whole_file
from graphforensics.errors import OutputError
from graphforensics.explain.grad_cam import grad_cam
from graphforensics.inference.person_inputs import PersonInputs
from graphforensics.models.detector import Detector

_SIDE = 224
_STRENGTH = 0.5


def heat_picture(model: Detector, person: PersonInputs) -> NDArray[np.uint8]:
    """Draw the middle frame of every run of a person's first sample, and its heat below it.

    The heat is Grad-CAM's for "fake": bright is what speaks for a forgery, relative to the
    brightest place of the sample. It says where the model looked, not that there is a forgery.

    Args:
        model: The detector, on its device.
        person: One entry of :func:`~graphforensics.inference.read_inputs`.

    Returns:
        RGB picture, two rows of squares of 224 pixels, a column a run.
    """
    spec = model.input_spec
    device = next(model.parameters()).device
    sample = person.inputs[:1].to(device)
    heat = grad_cam(model, spec.normalize(sample))[0].float().cpu().numpy()
    pixels = sample[0].cpu().numpy()
    if spec.kind == "clip":
        heat, pixels = heat[:, spec.frames // 2], pixels[:, :, spec.frames // 2]
    elif spec.kind == "image":
        heat, pixels = heat[None], pixels[None]
    faces = [_enlarged(face.transpose(1, 2, 0)) for face in pixels]
    coloured = [_coloured(values) for values in heat]
    mixed = [
        np.rint((1 - _STRENGTH) * face + _STRENGTH * colour).astype(np.uint8)
        for face, colour in zip(faces, coloured, strict=True)
    ]
    return np.concatenate([np.concatenate(row, axis=1) for row in (faces, mixed)])


def save_heat_picture(model: Detector, person: PersonInputs, path: str | Path) -> None:
    """Write :func:`heat_picture` as an image file; its ending names the format.

    Args:
        model: The detector, on its device.
        person: One entry of :func:`~graphforensics.inference.read_inputs`.
        path: The file.

    Raises:
        OutputError: The file cannot be written, or its ending is of no image format.
    """
    format = picture_format(path)
    picture = Image.fromarray(heat_picture(model, person))
    with whole_file(path) as partial:
        picture.save(partial, format=format)


def picture_format(path: str | Path) -> str:
    """Return Pillow's name of the format that a file's ending stands for.

    Raises:
        OutputError: The ending is of no image format.
    """
    ending = Path(path).suffix.lower()
    format = Image.registered_extensions().get(ending)
    if format not in Image.SAVE:
        told = f"its ending {ending!r} is of no image format; use .png"
        raise OutputError(f"{path}: cannot be written ({told})")
    return str(format)


def _enlarged(face: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(face).resize((_SIDE, _SIDE), Image.Resampling.BICUBIC))


def _coloured(heat: NDArray[np.float32]) -> NDArray[np.uint8]:
    grey = Image.fromarray(np.rint(heat * 255).astype(np.uint8))
    smooth = np.asarray(grey.resize((_SIDE, _SIDE), Image.Resampling.BICUBIC))
    colours: NDArray[np.uint8] = matplotlib.colormaps["inferno"](smooth, bytes=True)[..., :3]
    return colours
