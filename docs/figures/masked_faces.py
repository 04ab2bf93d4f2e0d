"""Draw faces with a part hidden, the part restored, and the face itself, as the paper's figure 1.

    python docs/figures/masked_faces.py docs/images/masked_faces.jpg [--steps 1200]
    python docs/figures/masked_faces.py docs/images/masked_photograph.jpg --model RUN/best

Without ``--model`` a tiny autoencoder is trained on drawn faces for a few minutes; the faces shown
are of other drawn people. With the folder of a trained DeepfakeMAE it restores a photograph of
scikit-image's, as it is and self-blended.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from skimage.data import astronaut
from torch import Tensor

from graphforensics.data import InputSpec
from graphforensics.datasets.fake_face_dataset import FakeFaceDataset
from graphforensics.models import DeepfakeMAE, load_detector
from graphforensics.nn.facial_part_mask import PartMaskStrategy
from graphforensics.preprocess import LandmarkPredictor, extract
from graphforensics.preprocess.detect.dlib_hog_detector import DlibHogDetector
from graphforensics.store.face_store import FaceStore
from graphforensics.tamper import self_blend

SIDE, BORDER = 80, 2
PARTS: tuple[PartMaskStrategy, ...] = ("eyes", "cheeks_and_nose", "lips")
LABEL = 16


def main() -> None:
    """Train, restore three faces per part, and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out")
    parser.add_argument("--steps", type=int, default=1200)
    parser.add_argument("--model", help="trained detector; the photograph is shown")
    args = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    if args.model:
        model = load_detector(args.model)
        if not isinstance(model, DeepfakeMAE):
            raise SystemExit(f"{args.model}: no DeepfakeMAE")
        images, landmarks = photographs(model.input_spec)
        columns = [(0, 0.5), (0, 1.0), (1, 1.0)]
        names = ("half", "all", "all, self-blended")
    else:
        model = drawn_model(args.steps)
        images, landmarks = faces("test", people=40)
        images, landmarks = images[:12:4], landmarks[:12:4]  # one video of each person
        columns = [(0, 0.5), (1, 0.5), (2, 0.5), (0, 1.0)]
        names = ("half", "half", "half", "all")
    rows = [row(model, part, images, landmarks, columns) for part in PARTS]
    side = images.shape[-1]
    Image.fromarray(np.concatenate([title(rows[0].shape[1], side, names), *rows])).save(
        args.out, quality=90
    )


def drawn_model(steps: int) -> DeepfakeMAE:
    """Train a small autoencoder on drawn faces."""
    model = DeepfakeMAE(
        "tiny",
        channels=128,
        blocks=3,
        heads=4,
        decoder_channels=96,
        decoder_blocks=2,
        decoder_heads=3,
        patch=8,
        partition="bands",
        frames=1,
        size=SIDE,
        mapping_encoder="resnet10t",
    )
    train(model, steps)
    return model


def photographs(spec: InputSpec) -> tuple[Tensor, Tensor]:
    """Return the astronaut and her self-blended copy, normalised, with their landmarks."""
    image = astronaut()
    (found,) = DlibHogDetector()(image)
    predict = LandmarkPredictor()
    blended = self_blend(image, predict(image, found.box), np.random.default_rng(3)).image
    inputs, landmarks = [], []
    with tempfile.TemporaryDirectory() as folder:
        for name, picture in (("face", image), ("blended", blended)):
            Image.fromarray(picture).save(Path(folder) / f"{name}.png")
            extract([Path(folder) / f"{name}.png"], Path(folder) / name)
            (track,) = FaceStore(Path(folder) / name)
            crops, points = track.crops_with_landmarks([0], spec.size, spec.margin)
            inputs.append(crops[0])
            landmarks.append(points[0])
    pixels = torch.stack(inputs).float() / 255
    mean, std = (torch.tensor(one).view(3, 1, 1) for one in (spec.mean, spec.std))
    return (pixels - mean) / std, torch.stack(landmarks)


def faces(split: str, people: int) -> tuple[Tensor, Tensor]:
    """Draw real faces of some people, normalised, with their landmarks."""
    spec = InputSpec("image", size=SIDE)
    dataset = FakeFaceDataset(split, spec, people, videos=4, manipulations=(), frames=2)
    samples = [dataset[number] for number in range(len(dataset))]
    pixels = torch.stack([sample["inputs"] for sample in samples])
    return spec.normalize(pixels), torch.stack([sample["landmarks"] for sample in samples])


def train(model: DeepfakeMAE, steps: int) -> None:
    """Fit the autoencoder to drawn faces."""
    images, landmarks = faces("train", people=120)
    optimizer = torch.optim.AdamW(
        model.autoencoder.parameters(), 1e-3, betas=(0.9, 0.95), weight_decay=0.05
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1.5e-3, steps)
    for _ in range(steps):
        drawn = torch.randint(len(images), (12,))
        loss = model.autoencoder.reconstruction_loss(images[drawn], landmarks[drawn])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.autoencoder.parameters(), 1.0)
        optimizer.step()
        schedule.step()


def row(
    model: DeepfakeMAE,
    part: PartMaskStrategy,
    images: Tensor,
    landmarks: Tensor,
    columns: list[tuple[int, float]],
) -> NDArray[np.uint8]:
    """Return faces beside each other, each masked, restored and real; some share hidden."""
    side, cells = images.shape[-1], []
    for face, ratio in columns:
        generator = torch.Generator().manual_seed(3)
        found = model.reconstruct(images, part, landmarks, ratio, generator)
        shown = (found.masked[face], found.restored[face], images[face])
        cells += [picture(model, one) for one in shown]
        cells.append(np.full((side + BORDER, 4 * BORDER, 3), 255, np.uint8))
    return np.concatenate(cells[:-1], axis=1)


def picture(model: DeepfakeMAE, image: Tensor) -> NDArray[np.uint8]:
    """Turn a normalised face into bytes with a border."""
    mean, std = (
        torch.tensor(one).view(3, 1, 1) for one in (model.input_spec.mean, model.input_spec.std)
    )
    pixels = ((image * std + mean).clamp(0, 1) * 255).byte().permute(1, 2, 0).numpy()
    return np.pad(pixels, ((0, BORDER), (0, BORDER), (0, 0)), constant_values=255)


def title(width: int, side: int, names: tuple[str, ...]) -> NDArray[np.uint8]:
    """Write what the columns are."""
    strip = Image.new("RGB", (width, LABEL), "white")
    step, group = side + BORDER, 3 * (side + BORDER) + 4 * BORDER
    for number, name in enumerate(names):
        share, _, what = name.partition(", ")
        for place, word in enumerate((f"{share} hidden", "restored", what or "face")):
            ImageDraw.Draw(strip).text((number * group + place * step + 4, 2), word, "black")
    return np.array(strip)


if __name__ == "__main__":
    main()
