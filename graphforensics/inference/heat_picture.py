"""Where in a face the verdict comes from, as a picture."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from graphforensics._files import whole_file
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
    A detector that learns which pixels are forged
    (:meth:`~graphforensics.models.Detector.forged_pixels`) gets a third row, its own map: bright
    is a probability of 1.

    Args:
        model: The detector, on its device.
        person: One entry of :func:`~graphforensics.inference.read_inputs`.

    Returns:
        RGB picture, two or three rows of squares of 224 pixels, a column a run.
    """
    spec = model.input_spec
    device = next(model.parameters()).device
    sample = person.inputs[:1].to(device)
    inputs = spec.normalize(sample)
    rows = [grad_cam(model, inputs)[0].float().cpu().numpy()]
    pixels = sample[0].cpu().numpy()
    if spec.kind == "clip":
        rows, pixels = [rows[0][:, spec.frames // 2]], pixels[:, :, spec.frames // 2]
    elif spec.kind == "image":
        forged = model.forged_pixels(inputs)
        own = [] if forged is None else [forged.float().cpu().numpy()]
        rows, pixels = [rows[0][None], *own], pixels[None]
    faces = [_enlarged(face.transpose(1, 2, 0)) for face in pixels]
    drawn = [
        [_mixed(face, values) for face, values in zip(faces, row, strict=True)] for row in rows
    ]
    return np.concatenate([np.concatenate(row, axis=1) for row in (faces, *drawn)])


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


def _mixed(face: NDArray[np.uint8], heat: NDArray[np.float32]) -> NDArray[np.uint8]:
    mixed: NDArray[np.uint8] = np.rint((1 - _STRENGTH) * face + _STRENGTH * _coloured(heat)).astype(
        np.uint8
    )
    return mixed


def _coloured(heat: NDArray[np.float32]) -> NDArray[np.uint8]:
    grey = Image.fromarray(np.rint(heat * 255).astype(np.uint8))
    smooth = np.asarray(grey.resize((_SIDE, _SIDE), Image.Resampling.BICUBIC))
    colours: NDArray[np.uint8] = matplotlib.colormaps["inferno"](smooth, bytes=True)[..., :3]
    return colours
