"""Draw faces with a part hidden, the part restored, and the face itself, as the paper's figure 1.

python docs/figures/masked_faces.py docs/images/masked_faces.jpg [--steps 1200]

A tiny autoencoder is trained on drawn faces for a few minutes; the faces shown are of other people.
"""

from __future__ import annotations

import argparse

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from torch import Tensor

from graphforensics.data import FakeFaceDataset, InputSpec
from graphforensics.models import DeepfakeMAE
from graphforensics.nn.facial_part_mask import PartMaskStrategy

SIDE, SHOWN, BORDER = 80, 3, 2
PARTS: tuple[PartMaskStrategy, ...] = ("eyes", "cheeks_and_nose", "lips")
LABEL = 16


def main() -> None:
    """Train, restore three faces per part, and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out")
    parser.add_argument("--steps", type=int, default=1200)
    args = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)
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
    train(model, args.steps)
    images, landmarks = faces("test", people=40)
    rows = [row(model, part, images, landmarks) for part in PARTS]
    Image.fromarray(np.concatenate([title(rows[0].shape[1]), *rows])).save(args.out, quality=90)


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
    model: DeepfakeMAE, part: PartMaskStrategy, images: Tensor, landmarks: Tensor
) -> NDArray[np.uint8]:
    """Return faces beside each other: masked, restored, real; half and all of the part hidden."""
    chosen = slice(0, 4 * SHOWN, 4)  # one video of each person
    cells = []
    for ratio in (0.5, 1.0):
        generator = torch.Generator().manual_seed(3)
        found = model.reconstruct(images[chosen], part, landmarks[chosen], ratio, generator)
        for face in range(SHOWN if ratio == 0.5 else 1):
            shown = (found.masked[face], found.restored[face], images[chosen][face])
            cells += [picture(model, one) for one in shown]
            cells.append(np.full((SIDE + BORDER, 4 * BORDER, 3), 255, np.uint8))
    return np.concatenate(cells[:-1], axis=1)


def picture(model: DeepfakeMAE, image: Tensor) -> NDArray[np.uint8]:
    """Turn a normalised face into bytes with a border."""
    mean, std = (
        torch.tensor(one).view(3, 1, 1) for one in (model.input_spec.mean, model.input_spec.std)
    )
    pixels = ((image * std + mean).clamp(0, 1) * 255).byte().permute(1, 2, 0).numpy()
    return np.pad(pixels, ((0, BORDER), (0, BORDER), (0, 0)), constant_values=255)


def title(width: int) -> NDArray[np.uint8]:
    """Write what the columns are."""
    strip = Image.new("RGB", (width, LABEL), "white")
    step, group = SIDE + BORDER, 3 * (SIDE + BORDER) + 4 * BORDER
    for number in range(SHOWN + 1):
        ratio = "all" if number == SHOWN else "half"
        for place, word in enumerate((f"{ratio} hidden", "restored", "face")):
            ImageDraw.Draw(strip).text((number * group + place * step + 4, 2), word, "black")
    return np.array(strip)


if __name__ == "__main__":
    main()
