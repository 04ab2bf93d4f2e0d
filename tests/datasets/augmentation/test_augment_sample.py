from __future__ import annotations

import numpy as np
import pytest
import torch

from graphforensics.data import InputSpec
from graphforensics.datasets.augmentation import AugmentationRecipe, augment_sample
from graphforensics.datasets.augmentation.levels import level_of
from graphforensics.datasets.clip_dataset import ClipDataset
from graphforensics.store.track_table import track_table

RECIPE = AugmentationRecipe(window=(0.25, 0.0, 0.5), brightness=1.2, noise=3.0, noise_seed=5)


@pytest.mark.parametrize(
    "spec",
    [
        InputSpec("image", 32),
        InputSpec("frames", 32, frames=3),
        InputSpec("clip", 32, snippets=2, frames=3),
    ],
    ids=lambda spec: spec.kind,
)
def test_each_layout_keeps_its_shapes_and_all_frames_share_the_window(spec: InputSpec) -> None:
    leading = spec.shape[:1] if spec.kind == "frames" else ()
    if spec.kind == "clip":
        mask_shape, point_shape = (2, 1, 3, 32, 32), (2, 3, 68, 2)
    else:
        mask_shape, point_shape = (*leading, 1, 32, 32), (*leading, 68, 2)
    sample = {
        "inputs": torch.full(spec.shape, 100, dtype=torch.uint8),
        "mask": torch.ones(mask_shape),
        "landmarks": torch.full(point_shape, 15.5),
        "has_mask": torch.tensor(True),
    }
    seen = augment_sample(sample, RECIPE, spec)
    assert {name: value.shape for name, value in seen.items()} == {
        name: value.shape for name, value in sample.items()
    }
    # (15.5 - 8 + 0.5) * 2 - 0.5 across, (15.5 + 0.5) * 2 - 0.5 down.
    assert seen["landmarks"].reshape(-1, 2).unique(dim=0).tolist() == [[15.5, 31.5]]
    assert seen["inputs"].float().mean().item() == pytest.approx(120, abs=0.5)


def test_runs_of_a_clip_have_noise_of_their_own() -> None:
    spec = InputSpec("clip", 32, snippets=2, frames=2)
    sample = {"inputs": torch.full(spec.shape, 100, dtype=torch.uint8)}
    seen = augment_sample(sample, RECIPE, spec)["inputs"].float()
    frames = seen.transpose(1, 2).reshape(4, -1).numpy()
    off = np.corrcoef(frames)[np.triu_indices(4, 1)]
    assert np.abs(off).max() < 0.1


def test_a_recipe_survives_text() -> None:
    level = level_of("strong")
    assert level is not None
    for seed in range(20):
        recipe = AugmentationRecipe.draw(level, np.random.default_rng(seed), clip=True)
        assert AugmentationRecipe.from_json(recipe.to_json()) == recipe


def test_training_samples_of_a_pair_change_alike_and_others_do_not(
    labelled_store, tmp_path
) -> None:
    store = labelled_store(tmp_path / "store", people=3)
    table, spec = track_table([store]), InputSpec("image", 32)
    given = {"train": True, "pairs": True, "flip": False, "forged_later": True}
    told = [
        ClipDataset(table, spec, augment="strong", seed=1, **given)[2, n]["augmentation"]
        for n in range(6)
    ]
    data = ClipDataset(table, spec, augment="strong", seed=1, **given)
    by_group: dict[int, set[str]] = {}
    for group, text in zip(data.groups.tolist(), told, strict=True):
        by_group.setdefault(group, set()).add(text)
    assert [len(texts) for texts in by_group.values()] == [1, 1, 1]
    assert len(set().union(*by_group.values())) == 3
    # Another epoch is another draw; the place and the flip are those of a data set without it.
    assert data[3, 0]["augmentation"] != told[0]
    plain = ClipDataset(table, spec, seed=1, train=True, pairs=True, flip=False)
    assert torch.equal(data[2, 0]["inputs"], plain[2, 0]["inputs"])
    now = ClipDataset(table, spec, augment="strong", seed=1, train=True, pairs=True, flip=False)
    wanted = augment_sample(plain[2, 0], AugmentationRecipe.from_json(told[0]), spec)
    assert torch.equal(now[2, 0]["inputs"], wanted["inputs"])


def test_what_is_measured_is_never_changed(labelled_store, tmp_path) -> None:
    store = labelled_store(tmp_path / "store", people=2)
    table, spec = track_table([store]), InputSpec("image", 32)
    changed, plain = ClipDataset(table, spec, augment="strong"), ClipDataset(table, spec)
    assert torch.equal(changed[0]["inputs"], plain[0]["inputs"])
    with pytest.raises(ValueError, match="'augment' must be one of"):
        ClipDataset(table, spec, train=True, augment="weak")
