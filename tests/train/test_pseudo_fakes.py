"""Pairs of real faces and self-blended copies, whatever the batch they are made in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.data import default_collate

from graphforensics.data import InputSpec
from graphforensics.datasets.augmentation import AugmentationRecipe, augment_sample
from graphforensics.datasets.clip_dataset import ClipDataset
from graphforensics.errors import MissingDataError
from graphforensics.store.track_table import track_table
from graphforensics.tamper import SelfBlend
from graphforensics.train import PseudoFakes
from graphforensics.train.pseudo_fakes import recipe_seeds

IMAGE = InputSpec("image", size=48)
FRAMES = InputSpec("frames", size=48, frames=3)
CLIP = InputSpec("clip", size=48, snippets=2, frames=3)


def _batch(store: Path, spec: InputSpec, people: tuple[int, ...]) -> dict[str, Any]:
    rows = track_table([store])
    dataset = ClipDataset(rows, spec, landmarks=True)
    videos, labels = rows.column("video").to_pylist(), rows.column("label").to_pylist()
    places = [list(zip(videos, labels, strict=True)).index((str(p), "real")) for p in people]
    batch: dict[str, Any] = default_collate([dataset[place] for place in places])
    return batch


@pytest.mark.parametrize("spec", [IMAGE, FRAMES, CLIP])
@pytest.mark.parametrize("kind", ["whole", "partial"])
def test_pairs_of_real_and_forged(face_store: Path, spec: InputSpec, kind: Any) -> None:
    batch = _batch(face_store, spec, (0, 1, 2))
    made = PseudoFakes(kind, spec, seed=5)(batch, epoch=2)
    assert made["inputs"].shape == (6, *spec.shape)
    assert made["inputs"].dtype == torch.uint8
    assert made["label"].tolist() == [0, 0, 0, 1, 1, 1]
    assert made["video"] == ["0", "1", "2"] * 2
    assert made["manipulation"] == [""] * 3 + ["self_blend"] * 3
    assert made["left_out"] == 0
    assert torch.equal(
        made["landmarks"], batch["landmarks"].repeat(2, *[1] * (made["landmarks"].dim() - 1))
    )
    # Forged where the mask says, and nowhere else.
    channels = 2 if spec.kind == "clip" else made["mask"].dim() - 3
    assert made["mask"].shape == made["inputs"].narrow(channels, 0, 1).shape
    assert not made["mask"][:3].any()
    changed = (made["inputs"][:3] != made["inputs"][3:]).any(channels, keepdim=True)
    assert changed.any()
    assert not changed[made["mask"][3:] == 0].any()
    assert made["mask"][3:].flatten(1).amax(1).gt(0.2).all()


def test_a_clip_s_frames_are_forged_alike_and_as_by_the_tampering_module(face_store: Path) -> None:
    batch = _batch(face_store, CLIP, (0, 1))
    made = PseudoFakes("whole", CLIP, seed=5)(batch, epoch=2)
    frames = batch["inputs"].permute(0, 1, 3, 2, 4, 5)
    seeds = recipe_seeds(batch["track_id"], 5, 2)
    alone = SelfBlend()(frames[1:], batch["landmarks"][1:], seeds[1:])
    assert torch.equal(made["inputs"][3].permute(0, 2, 1, 3, 4), alone.forged[0])
    assert torch.equal(made["mask"][3].permute(0, 2, 1, 3, 4), alone.mask[0])


def test_recipes_do_not_depend_on_the_batch_but_on_seed_and_epoch(face_store: Path) -> None:
    three, other = _batch(face_store, IMAGE, (0, 1, 2)), _batch(face_store, IMAGE, (2, 3))
    fakes = PseudoFakes("partial", IMAGE, seed=1)
    of_two = fakes(three, 0)["inputs"][5]
    assert torch.equal(of_two, fakes(other, 0)["inputs"][2])
    assert not torch.equal(of_two, fakes(three, 1)["inputs"][5])
    assert not torch.equal(of_two, fakes(three, None)["inputs"][5])
    assert not torch.equal(of_two, PseudoFakes("partial", IMAGE, 2)(three, 0)["inputs"][5])
    assert torch.equal(fakes(three, None)["inputs"], fakes(three, None)["inputs"])


def test_samples_of_a_track_are_forged_differently(face_store: Path) -> None:
    table = track_table([face_store])
    real = table.filter([label == "real" for label in table.column("label").to_pylist()])
    spec = IMAGE
    dataset = ClipDataset(real.slice(0, 1), spec, clips=3, landmarks=True)
    batch = default_collate([dataset[number] for number in range(3)])
    assert batch["clip"].tolist() == [0, 1, 2]
    for name in ("inputs", "landmarks"):  # The same frames: what differs is the recipe.
        batch[name] = batch[name][:1].expand_as(batch[name]).clone()
    forge = PseudoFakes("whole", spec, 5)
    pairs = forge(batch, 2)
    assert torch.equal(pairs["inputs"][0], pairs["inputs"][1])
    fakes = pairs["inputs"][3:]
    assert not any(torch.equal(fakes[i], fakes[j]) for i, j in ((0, 1), (0, 2), (1, 2)))
    del batch["clip"]  # A sample that does not say is its track's first.
    first = forge(batch, 2)["inputs"][3:]
    assert all(torch.equal(fake, fakes[0]) for fake in first)


def test_faces_without_landmarks_are_left_out_and_counted(face_store: Path) -> None:
    made = PseudoFakes("whole", CLIP)(_batch(face_store, CLIP, (0, 7, 1)), 0)
    assert (made["left_out"], made["video"]) == (1, ["0", "1"] * 2)
    none = PseudoFakes("whole", CLIP)(_batch(face_store, CLIP, (6, 7)), 0)
    assert (none["left_out"], none["label"].tolist()) == (2, [0.0, 0.0])
    assert none["mask"].shape == (2, 2, 1, 3, 48, 48)


def test_what_cannot_be_forged_is_refused(face_store: Path) -> None:
    batch = _batch(face_store, IMAGE, (0, 1))
    fakes = PseudoFakes("whole", IMAGE)
    with pytest.raises(MissingDataError, match="need the faces' landmarks"):
        fakes({name: value for name, value in batch.items() if name != "landmarks"}, 0)
    with pytest.raises(MissingDataError, match="a batch holds fakes"):
        fakes({**batch, "label": torch.tensor([0.0, 1.0])}, 0)
    with pytest.raises(ValueError, match="'pseudo_fakes' must be among whole, partial, regenerate"):
        PseudoFakes("half", IMAGE)


@pytest.mark.parametrize("spec", [IMAGE, CLIP])
def test_ways_are_mixed_by_share_and_each_sample_s_seed_decides(
    face_store: Path, spec: InputSpec
) -> None:
    batch = _batch(face_store, spec, (0, 1, 2, 3))
    mixed = PseudoFakes("whole=1,regenerate=1", spec, seed=2)
    made = mixed(batch, 4)
    ways = made["manipulation"][4:]
    assert set(ways) == {"self_blend", "regenerate"}
    for number, way in enumerate(ways):
        kind = "whole" if way == "self_blend" else way
        alone = PseudoFakes(kind, spec, seed=2)(batch, 4)
        assert torch.equal(made["inputs"][4 + number], alone["inputs"][4 + number])
        assert torch.equal(made["mask"][4 + number], alone["mask"][4 + number])
    names = [f"track {number}" for number in range(400)]
    share = mixed.choice.ways(recipe_seeds(names, 0, 0).tolist()).count("whole")
    assert share / 400 == pytest.approx(0.5, abs=0.08)


def test_published_strength_is_that_of_the_tampering_module(face_store: Path) -> None:
    batch = _batch(face_store, IMAGE, (0, 1))
    made = PseudoFakes("whole", IMAGE, 5, "published")(batch, 2)
    seeds = recipe_seeds(batch["track_id"], 5, 2)
    alone = SelfBlend(strength="published")(batch["inputs"], batch["landmarks"], seeds)
    assert torch.equal(made["inputs"][2:], alone.forged)


def test_both_halves_of_a_pair_are_changed_alike(face_store: Path) -> None:
    batch = _batch(face_store, CLIP, (0, 1))
    recipes = [
        AugmentationRecipe(window=(0.1, 0.2, 0.6), rgb=(9.0, -4.0, 2.0)),
        AugmentationRecipe(brightness=0.8, h264=30),
    ]
    forge = PseudoFakes("whole", CLIP, 5)
    plain = forge(batch, 2)
    made = forge({**batch, "augmentation": [recipe.to_json() for recipe in recipes]}, 2)
    assert "augmentation" not in made
    assert made["label"].tolist() == [0, 0, 1, 1]
    for number in range(4):
        given = {name: plain[name][number] for name in ("inputs", "mask", "landmarks")}
        wanted = augment_sample(given, recipes[number % 2], CLIP)
        for name, value in wanted.items():
            assert torch.equal(made[name][number], value), name
