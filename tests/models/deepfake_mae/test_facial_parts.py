"""Stage 1: which part is hidden, how much of it, and what happens where a part is empty."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from graphforensics.models import DeepfakeMAE, FacialMaskedAutoencoder
from graphforensics.models.masked_autoencoder import AutoencoderSize
from graphforensics.regions import FACIAL_PARTS
from graphforensics.regions.mean_face import mean_face

SHAPE = AutoencoderSize(8, 1, 2, 8, 1, 2)


def by_algorithm_1(landmarks: np.ndarray, size: int, grid: int) -> np.ndarray:
    """Line 3 of algorithm 1 for one face, patch by patch."""
    step = size / grid

    def patch_of(point: np.ndarray) -> int:
        column, row = (int(np.clip(np.floor((c + 0.5) / step), 0, grid - 1)) for c in point)
        return row * grid + column

    eyes_end, nose_end = patch_of(landmarks[17 - 1]), patch_of(landmarks[16 - 1])
    parts = np.zeros((3, grid * grid), bool)
    for patch in range(grid * grid):
        parts[0 if patch <= eyes_end else 1 if patch <= nose_end else 2, patch] = True
    return parts


def test_parts_are_algorithm_1s(model, images, landmarks):
    met = model.autoencoder.parts(images, landmarks).numpy()
    for face, points in enumerate(landmarks.numpy()):
        assert (met[face] == by_algorithm_1(points, 64, 8)).all()


@pytest.mark.parametrize("ratio", [0.0, 0.25, 0.5, 0.75, 1.0])
@pytest.mark.parametrize("partition", ["algorithm1", "bands", "landmark_hulls"])
@pytest.mark.parametrize("strategy", [*FACIAL_PARTS, "random_part", "random_patches"])
def test_the_masks_share_of_the_part_is_exact(ratio, partition, strategy, landmarks):
    autoencoder = FacialMaskedAutoencoder(
        SHAPE, 64, 8, ratio=ratio, strategy=strategy, partition=partition
    )
    wild = torch.cat([landmarks, mean_face(64) + 20 * torch.randn(40, 68, 2)])
    parts = autoencoder.parts(torch.zeros(46, 0), wild)
    chosen = autoencoder.mask(parts)
    for face in range(46):
        part = (
            parts[face, chosen.part[face]] if strategy != "random_patches" else torch.ones(64) > 0
        )
        wanted = int(ratio * int(part.sum()) + 0.5)
        assert int(chosen.mask[face].sum()) == wanted
        assert not (chosen.mask[face] & ~part).any()


def test_every_part_comes_up(model, images, landmarks):
    parts = model.autoencoder.parts(images, landmarks)
    seen = torch.cat([model.autoencoder.mask(parts).part for _ in range(40)])
    assert torch.bincount(seen, minlength=3).min() > 40


def test_unknown_landmarks_are_the_mean_faces(model, images, landmarks):
    holed = landmarks.clone()
    holed[2, 5] = torch.nan
    holed[4, 60, 1] = torch.inf
    met = model.autoencoder.parts(images, holed)
    mean = model.autoencoder.parts(images)
    known = model.autoencoder.parts(images, landmarks)
    for face in range(6):
        assert torch.equal(met[face], mean[face] if face in (2, 4) else known[face])
    loss = model.autoencoder.reconstruction_loss(images, holed)
    assert torch.isfinite(loss)


def test_landmarks_that_make_a_part_empty(small, images):
    """A tilted face has no middle part; a face outside the crop has no hull in it."""
    tilted = mean_face(64).expand(6, -1, -1).clone()
    tilted[:, 15] = tilted[:, 16] - torch.tensor([0.0, 10.0])
    model = DeepfakeMAE(**small, mask_strategy="cheeks_and_nose")
    assert not model.autoencoder.parts(images, tilted)[:, 1].any()
    loss = model.autoencoder.reconstruction_loss(images, tilted)
    assert loss == 0  # what is named hides nothing
    loss.backward()
    found = DeepfakeMAE(**small).autoencoder
    parts = found.parts(images, tilted)
    assert 1 not in torch.cat([found.mask(parts).part for _ in range(20)])
    away = mean_face(64).expand(6, -1, -1) + 1000
    hulls = DeepfakeMAE(**small, partition="landmark_hulls").autoencoder
    assert not hulls.parts(images, away).any()
    assert hulls.reconstruction_loss(images, away) == 0
    graph = model.graph(images.view(2, 3, 3, 64, 64), tilted.view(2, 3, 68, 2))
    assert torch.isfinite(graph.edge_weight).all()
    weight = graph[0].adjacency()
    assert (weight[1] == 0).all()  # nothing to restore
    assert (graph[0].x[1] == 0).all()


def test_a_seed_gives_the_same_masks(model, images, landmarks):
    losses = [
        model.autoencoder.reconstruction_loss(
            images, landmarks, torch.Generator().manual_seed(seed)
        )
        for seed in (1, 1, 2)
    ]
    assert losses[0] == losses[1] != losses[2]


@pytest.mark.parametrize("part", [*FACIAL_PARTS, "random_part", "random_patches"])
def test_reconstruct_draws_what_is_hidden_only(model, images, landmarks, part):
    found = model.reconstruct(images, part, landmarks)
    hidden = model.autoencoder.pixel_mask(found.mask).expand_as(images)
    assert torch.equal(found.restored[~hidden], images[~hidden])
    assert (found.restored[hidden] != images[hidden]).all()
    assert (found.masked[hidden] == 0).all()
    assert torch.equal(found.masked[~hidden], images[~hidden])
    assert not found.restored.requires_grad
    if part in FACIAL_PARTS:
        every = model.reconstruct(images, part, landmarks, ratio=1.0)
        wanted = model.autoencoder.parts(images, landmarks)[:, FACIAL_PARTS.index(part)]
        assert torch.equal(every.mask, wanted)


def test_reconstruct_refuses_other_parts(model, images):
    with pytest.raises(ValueError, match="'part'"):
        model.reconstruct(images, "chin")
    with pytest.raises(ValueError, match="'ratio'"):
        model.reconstruct(images, "lips", ratio=1.5)
    with pytest.raises(ValueError, match="'landmarks'"):
        model.reconstruct(images, "lips", torch.zeros(6, 5, 2))


def test_an_autoencoder_learns(landmarks):
    """A part that repeats another is restored from it."""
    torch.manual_seed(0)
    autoencoder = FacialMaskedAutoencoder(AutoencoderSize(32, 2, 4, 32, 1, 4), 32, 8, ratio=1.0)
    optimizer = torch.optim.AdamW(autoencoder.parameters(), lr=3e-3)
    losses = []
    for _ in range(150):
        images = torch.randn(16, 3, 1, 1).expand(-1, -1, 32, 32)
        loss = autoencoder.reconstruction_loss(images)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert np.mean(losses[:5]) > 0.9
    assert np.mean(losses[-5:]) < 0.2
