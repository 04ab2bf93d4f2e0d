"""Tiny detectors of planted evidence: it is known what an explanation must find."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from begin import step
from torch import Tensor, nn

from graphforensics.data.input_spec import InputSpec
from graphforensics.datasets import FakeFaceDataset
from graphforensics.models import LRL, AUNet, Baseline, Detector, LearningToMask

SMALL: dict[str, Callable[[], Detector]] = {
    "aunet": lambda: AUNet(encoder="resnet10t", width=32, hidden_channels=32, depth=1, size=64),
    "baseline": lambda: Baseline(
        encoder="resnet10t", encoder_stages=[1, 2, 3], masks=True, decoder_channels=16, size=64
    ),
    "learning_to_mask": lambda: LearningToMask(
        encoder="resnet10t", encoder_stage=2, blocks=1, heads=4, size=64
    ),
    "lrl": lambda: LRL(
        encoder="resnet10t", encoder_stages=[1, 2, 3], k=4, decoder_channels=16, size=64
    ),
}


def planted(faces: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Put a square of noise, a fifth of the side wide, at a random place of each face.

    Args:
        faces: ``uint8 [B, 3, H, W]``.
        generator: Source of randomness.

    Returns:
        The faces and the masks of the squares ``[B, 1, H, W]``.
    """
    changed, mask = faces.clone(), torch.zeros(len(faces), 1, *faces.shape[2:])
    side = faces.size(-1) // 5
    for number in range(len(faces)):
        top, left = torch.randint(faces.size(-1) - side, (2,), generator=generator).tolist()
        place = (slice(top, top + side), slice(left, left + side))
        noise = torch.randint(256, (3, side, side), generator=generator, dtype=torch.uint8)
        changed[(number, slice(None), *place)] = noise
        mask[(number, 0, *place)] = 1
    return changed, mask


def real_faces(spec: InputSpec, split: str, people: int) -> tuple[Tensor, list[str]]:
    """Return a drawn face of each person and who it is."""
    dataset = FakeFaceDataset(split, spec, identities=people, frames=1)
    samples = [
        dataset[place] for place, video in enumerate(dataset.videos) if video.forgery is None
    ]
    return torch.stack([one["inputs"] for one in samples]), [one["identity"] for one in samples]


def trained(name: str, seed: int, steps: int) -> Detector:
    """Train a tiny detector to tell faces with a square from faces without."""
    torch.manual_seed(seed)
    detector = SMALL[name]().train()
    faces, _ = real_faces(detector.input_spec, "train", 20)
    generator = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.AdamW(detector.parameters(), 1e-3)
    for number in range(steps):
        taken = faces[torch.randint(len(faces), (16,), generator=generator)]
        fakes, mask = planted(taken[:8], generator)
        inputs = detector.input_spec.normalize(torch.cat([fakes, taken[8:]]))
        batch = {"label": (torch.arange(16) < 8).float()}
        batch["mask"] = torch.cat([mask, torch.zeros_like(mask)])
        loss = detector.loss(detector(inputs), batch)["loss"]
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(detector.parameters(), 1.0)
        optimiser.step()
        if number % 50 == 49:
            step(f"{name}: step {number + 1}, loss {loss.item():.3f}")
    return detector.eval()


def planted_samples(spec: InputSpec, samples: int, seed: int) -> Iterator[dict[str, Any]]:
    """Yield faces with a square, of people that no detector was trained on."""
    faces, people = real_faces(spec, "test", 5 * samples + 5 * samples % 2)
    fakes, masks = planted(faces, torch.Generator().manual_seed(seed + 1000))
    for face, mask, who in list(zip(fakes, masks, people, strict=True))[:samples]:
        yield {"inputs": face, "mask": mask, "identity": who, "has_mask": True}
