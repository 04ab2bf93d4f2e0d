"""Draw every family of forgeries: ``python docs/figures/families.py OUT.webp``.

A row a family: a frame, the same frame forged, and the mask; first of scikit-image's astronaut,
then of a drawn person. Whoever lends a face or a motion is another drawn person. Autoencoders are
trained on 24 frames of either for 400 steps, some three minutes on one core.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from graphforensics.data import InputSpec
from graphforensics.datasets.fake_face_dataset import FakeFaceDataset
from graphforensics.datasets.moving_face import moving_face
from graphforensics.media.write_clip import write_clip
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.tamper import FAMILIES, ClipToForge
from graphforensics.tamper.moving_portrait.moving_portrait import MovingPortrait
from graphforensics.tamper.partner import Partner
from graphforensics.tamper.recipe.autoencoder_settings import AutoencoderSettings
from graphforensics.tamper.sources.clip_landmarks import PersonLandmarks, clip_landmarks

#: Frames of a clip, the one that is shown, and the side of a picture.
_FRAMES, _SHOWN, _SIDE = 24, 14, 116
_TRAINING = AutoencoderSettings(64, 400)
#: Drawn people: the one that is forged, and those that lend, to the astronaut and to it.
_TARGET, _LENDERS = 1, (7, 4)
#: More of the picture than the face, in sides of its box.
_ROOM = 0.35

Clip = tuple[list[NDArray[np.uint8]], list[NDArray[np.float32]]]


def main(out: str) -> None:
    """Forge by every family and lay the pictures out."""
    targets = [astronaut_clip(), drawn_clip(_TARGET)]
    lenders = [drawn_clip(person) for person in _LENDERS]
    rows = []
    for name in FAMILIES:
        halves = [
            _forged(name, target, lender) for target, lender in zip(targets, lenders, strict=True)
        ]
        rows.append(np.concatenate([_label(name), *halves], axis=1))
    Image.fromarray(np.concatenate(rows)).save(out, quality=88)


def astronaut_clip() -> Clip:
    """Let the astronaut's photograph sway, and find her landmarks."""
    frames = list(moving_face(_FRAMES))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "face.mp4")
        write_clip(path, frames, options={"crf": "8"})
        found = clip_landmarks(path, ExtractionOptions())
    return frames, [found[number][0].landmarks for number in range(_FRAMES)]


def drawn_clip(person: int) -> Clip:
    """Draw a person who talks."""
    spec = InputSpec("frames", size=256, frames=_FRAMES, margin=2.0)
    people = FakeFaceDataset("all", spec, identities=8, manipulations=(), frames=_FRAMES)
    sample = people[person]
    return list(sample["inputs"].permute(0, 2, 3, 1).numpy()), list(sample["landmarks"].numpy())


def _forged(name: str, target: Clip, lender: Clip) -> NDArray[np.uint8]:
    """Return a frame, its forgery and its mask, side by side."""
    frames, landmarks = target
    portrait = None
    if FAMILIES[name].animates:
        portrait = MovingPortrait(frames[_SHOWN], landmarks[_SHOWN], (3,), _FRAMES)
        frames = [frame.image for frame in portrait.frames()]
        landmarks = [portrait.landmarks(number) for number in range(_FRAMES)]
    faces = {number: [PersonLandmarks(0, points)] for number, points in enumerate(landmarks)}
    clip = ClipToForge(
        (3,),
        faces,
        _FRAMES,
        frames,
        partner=Partner.from_clip(*lender, "lender"),
        portrait=portrait,
        training=_TRAINING,
    )
    forger = FAMILIES[name].start(clip)
    for number in range(_SHOWN + 1):
        image, mask = forger.forge(frames[number], number, faces[number])
    pictures = [frames[_SHOWN], image, np.repeat(mask[..., None], 3, axis=2)]
    return np.concatenate([_cut(one, landmarks[_SHOWN]) for one in pictures], axis=1)


def _cut(image: NDArray[np.uint8], points: NDArray[np.float32]) -> NDArray[np.uint8]:
    half = (0.5 + _ROOM) * float(np.ptp(points, axis=0).max())
    x, y = (points.min(axis=0) + points.max(axis=0)) / 2
    box = [round(float(one)) for one in (x - half, y - 1.1 * half, x + half, y + 0.9 * half)]
    part = Image.fromarray(image).crop((box[0], box[1], box[2], box[3]))
    return np.asarray(part.resize((_SIDE, _SIDE), Image.Resampling.LANCZOS))


def _label(name: str) -> NDArray[np.uint8]:
    picture = Image.new("RGB", (112, _SIDE), "white")
    ImageDraw.Draw(picture).text((6, _SIDE // 2 - 6), name, fill="black")
    return np.asarray(picture)


if __name__ == "__main__":
    main(*sys.argv[1:2])
