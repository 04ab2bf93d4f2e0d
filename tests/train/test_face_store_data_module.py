"""Parts by identity, and every unfit data set refused before training starts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from graphforensics.data import InputSpec
from graphforensics.datasets.faceforensics_pp import FaceForensicsPP
from graphforensics.datasets.prepare import prepare
from graphforensics.errors import GraphForensicsError, MissingDataError, StoreError
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.train import FaceStoreDataModule
from graphforensics.train.recipes.recipe import read_recipe
from tests.datasets import layouts

Make = Callable[..., Path]
SPEC = InputSpec("clip", size=32, snippets=2, frames=3)


def test_parts_share_nobody(noise_data: FaceStoreDataModule) -> None:
    people = {
        part: set(noise_data.rows(part).column("identity").to_pylist()) for part in noise_data.parts
    }
    assert [len(people[part]) for part in ("train", "val", "test")] == [4, 2, 2]
    assert [noise_data.people(part) for part in ("train", "val", "test")] == [4, 2, 2]
    assert not people["train"] & people["val"]
    assert not (people["train"] | people["val"]) & people["test"]


def test_loaders_yield_batches(noise_data: FaceStoreDataModule) -> None:
    batch = next(iter(noise_data.train_dataloader()))
    assert batch["inputs"].shape == (4, *SPEC.shape)
    assert batch["label"].dtype == torch.float32
    tested = [name for batch in noise_data.test_dataloader() for name in batch["track_id"]]
    assert tested == noise_data.rows("test").column("track_id").to_pylist()


def test_pairs_share_a_batch(noise_store: Path) -> None:
    fractions = (0.5, 0.25, 0.25)
    data = FaceStoreDataModule([noise_store], SPEC, batch_size=2, fractions=fractions, pairs=True)
    loader = data.train_dataloader()
    for batch in loader:
        assert len(set(batch["video"])) == 1
        assert sorted(batch["label"].tolist()) == [0.0, 1.0]


def test_a_split_is_kept_by_a_second_module(
    tmp_path: Path, noise_data: FaceStoreDataModule, noise_store: Path
) -> None:
    file = tmp_path / "split.json"
    file.write_text(json.dumps(noise_data.split))
    again = FaceStoreDataModule([noise_store], SPEC, split=file, seed=9)
    assert again.parts == noise_data.parts
    assert again.fingerprint() == noise_data.fingerprint()


def test_files_without_a_face_are_parted_but_not_loaded(
    tmp_path: Path, labelled_store: Make
) -> None:
    root = labelled_store(tmp_path / "s", people=8, faceless=4)
    data = FaceStoreDataModule([root], SPEC)
    assert sum(len(data.rows(part)) for part in data.parts) == 16
    assert sum(len(positions) for positions in data.parts.values()) == 24


@pytest.mark.parametrize(
    ("store", "error", "words"),
    [
        ({"known": ()}, MissingDataError, "no label"),
        ({"people": 2}, MissingDataError, "too few to part"),
        ({"options": ExtractionOptions(margin=1.0)}, StoreError, "margin"),
        ({"options": ExtractionOptions("frames:8")}, StoreError, "consecutive frames"),
    ],
)
def test_what_does_not_fit_is_refused_early(
    tmp_path: Path,
    labelled_store: Make,
    store: dict[str, Any],
    error: type[GraphForensicsError],
    words: str,
) -> None:
    root = labelled_store(tmp_path / "s", **store)
    with pytest.raises(error, match=words):
        FaceStoreDataModule([root], SPEC)


def test_one_class_is_refused(tmp_path: Path, labelled_store: Make) -> None:
    root = labelled_store(tmp_path / "s")
    labels = tmp_path / "labels.csv"
    rows = "\n".join(f"{kind}/{n}.mp4,real" for n in range(6) for kind in ("real", "fake"))
    labels.write_text(f"file,label\n{rows}\n")
    with pytest.raises(MissingDataError, match="none of the 12 face tracks is labelled fake"):
        FaceStoreDataModule([root], SPEC, labels=labels)


def test_a_split_of_one_class_is_refused(
    tmp_path: Path, noise_store: Path, noise_data: FaceStoreDataModule
) -> None:
    parts = noise_data.split["parts"]
    reals = [entry for entry in parts["val"] if entry["label"] == "real"]
    file = tmp_path / "split.json"
    file.write_text(json.dumps({**noise_data.split, "parts": {**parts, "val": reals}}))
    with pytest.raises(MissingDataError, match="the val part has no fake face track"):
        FaceStoreDataModule([noise_store], SPEC, split=file)


def test_a_video_that_is_both_real_and_fake_is_refused(
    tmp_path: Path, labelled_store: Make
) -> None:
    root = labelled_store(tmp_path / "s", known=("label", "identity", "video"))
    with pytest.raises(MissingDataError, match="both labels"):
        FaceStoreDataModule([root], SPEC)


def test_unknown_identities_are_warned_about(tmp_path: Path, labelled_store: Make) -> None:
    root = labelled_store(tmp_path / "s", people=8, known=("label", "origin"))
    with pytest.warns(UserWarning, match="16 of 16 tracks name no identity"):
        FaceStoreDataModule([root], SPEC)


def test_senseless_numbers_are_refused(noise_store: Path) -> None:
    with pytest.raises(ValueError, match="'batch_size' must be positive"):
        FaceStoreDataModule([noise_store], SPEC, batch_size=0)


def _real_only(tmp_path: Path, labelled_store: Make) -> tuple[Path, Path]:
    """Return a store, and labels that call all of its tracks real ones of other videos."""
    root = labelled_store(tmp_path / "s", people=6, known=("identity",))
    labels = tmp_path / "labels.csv"
    names = [f"{kind}/{n}.mp4" for n in range(6) for kind in ("real", "fake")]
    labels.write_text("file,label\n" + "".join(f"{name},real\n" for name in names))
    return root, labels


def test_real_faces_alone_are_enough_where_nothing_else_is_wanted(
    tmp_path: Path, labelled_store: Make
) -> None:
    root, labels = _real_only(tmp_path, labelled_store)
    for keywords in ({"faces": "real"}, {"faces": "any"}, {"pseudo_fakes": True}):
        settings: dict[str, Any] = {"batch_size": 4, **keywords}
        data = FaceStoreDataModule([root], SPEC, labels=labels, **settings)
        assert set(data.rows("train").column("label").to_pylist()) == {"real"}
    # Each loaded face becomes two samples.
    batch = next(iter(data.train_dataloader()))
    assert batch["inputs"].shape == (2, *SPEC.shape)
    assert batch["landmarks"].shape == (2, 2, 3, 68, 2)
    with pytest.raises(MissingDataError, match="is labelled fake: name the fakes"):
        FaceStoreDataModule([root], SPEC, labels=labels)


def test_fakes_alone_are_not(tmp_path: Path, labelled_store: Make) -> None:
    root, labels = _real_only(tmp_path, labelled_store)
    labels.write_text(labels.read_text().replace(",real", ",fake"))
    with pytest.raises(MissingDataError, match="none of the 12 face tracks is labelled real"):
        FaceStoreDataModule([root], SPEC, labels=labels, pseudo_fakes=True)


def test_classes_are_balanced(tmp_path: Path, noise_store: Path) -> None:
    labels = tmp_path / "labels.csv"
    names = [f"{kind}/{n}.mp4" for kind in ("real", "fake") for n in range(8)]
    rows = [f"{n},{'real' if n in ('real/0.mp4', 'real/1.mp4') else 'fake'},{n}" for n in names]
    labels.write_text("\n".join(["file,label,video", *rows]))
    shares: dict[str, Any] = {"fractions": (0.5, 0.5, 0), "batch_size": 2}
    data = FaceStoreDataModule([noise_store], SPEC, labels=labels, balance=True, **shares)
    known = data.rows("train").column("label").to_pylist()
    assert known.count("real") == 1
    drawn = [label for batch in data.train_dataloader() for label in batch["label"].tolist()]
    assert len(drawn) == len(known)
    assert abs(drawn.count(0.0) - drawn.count(1.0)) <= 1
    # Validation is as it is.
    judged = [label for batch in data.val_dataloader() for label in batch["label"].tolist()]
    assert judged.count(0.0) == 1


def test_several_samples_of_a_track(noise_store: Path) -> None:
    data = FaceStoreDataModule([noise_store], SPEC, batch_size=4, clips=3, balance=True)
    drawn = [name for batch in data.train_dataloader() for name in batch["track_id"]]
    assert len(drawn) == 3 * len(data.rows("train"))
    assert all(drawn.count(name) == 3 for name in set(drawn))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"faces": "blue"}, "'faces' must be one of"),
        ({"balance": True, "faces": "real"}, "'balance' must be false where.*--no-balance"),
        ({"balance": True, "pairs": True}, "'balance' must be false with 'pairs'.*--no-balance"),
        ({"pseudo_fakes": True, "pairs": True}, "'pairs' must be false.*--no-pairs"),
        ({"pseudo_fakes": True, "batch_size": 5}, "'batch_size' must be even"),
    ],
)
def test_choices_that_exclude_each_other(
    noise_store: Path, wrong: dict[str, Any], told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        FaceStoreDataModule([noise_store], SPEC, **wrong)


@pytest.fixture(scope="module")
def forensics_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """FaceForensics++ as downloaded, with two kinds of forgery, extracted."""
    folder = tmp_path_factory.mktemp("ff")
    kinds = ("Deepfakes", "FaceSwap")
    root = layouts.faceforensics(folder / "data", kinds=kinds, scale=40)
    prepare(
        FaceForensicsPP(root, "all", kinds),
        folder / "store",
        ExtractionOptions(min_face=0),
        workers=0,
    )
    return folder / "store"


@pytest.mark.parametrize("batch_size", [3, 4, 7])
def test_pairs_of_faceforensics_share_a_batch_and_a_place(
    forensics_store: Path, batch_size: int
) -> None:
    """A real video is 000, its forgeries are 000_003 and not 003_000."""
    spec = InputSpec("image", size=48)
    data = FaceStoreDataModule(
        [forensics_store], spec, batch_size=batch_size, split="official", pairs=True
    )
    loader = data.train_dataloader()
    seen = []
    for batch in loader:
        assert len(batch["video"]) <= batch_size
        targets = [video.split("_")[0] for video in batch["video"]]
        for target in set(targets):
            here = [n for n, one in enumerate(targets) if one == target]
            assert sorted(batch["manipulation"][n] for n in here) == [
                "Deepfakes",
                "FaceSwap",
                "original",
            ]
            # All kinds show the same forgery here: cut alike, they are equal.
            first, second = (n for n in here if batch["label"][n])
            assert torch.equal(batch["inputs"][first], batch["inputs"][second])
        seen += batch["track_id"]
    assert sorted(seen) == sorted(data.rows("train").column("track_id").to_pylist())
    assert len(seen) == 6


def test_pairs_without_any_source_named_are_warned_of(tmp_path: Path, labelled_store: Make) -> None:
    root = labelled_store(tmp_path / "s", people=8, known=("label", "identity"))
    data = FaceStoreDataModule([root], SPEC, pairs=True)
    with pytest.warns(UserWarning, match="'pairs' finds no forgery beside its source"):
        data.train_dataloader()


def test_balance_holds_in_every_batch(tmp_path: Path, labelled_store: Make) -> None:
    root = labelled_store(tmp_path / "s", people=8)
    data = FaceStoreDataModule([root], SPEC, batch_size=4, balance=True)
    for batch in data.train_dataloader():
        assert float(batch["label"].sum()) == len(batch["label"]) / 2


def test_flips_can_be_left_out(noise_store: Path) -> None:
    """Learning to Mask trains without augmentation."""
    spec = InputSpec("clip", size=32, snippets=1, frames=8)
    fractions = (0.5, 0.25, 0.25)
    same = []
    for flip in (True, False):
        data = FaceStoreDataModule([noise_store], spec, fractions=fractions, flip=flip)
        dataset = data.dataset("train")
        # All frames of a track: nothing is drawn but the flip.
        first, *others = (dataset[epoch, 0]["inputs"] for epoch in range(12))
        same.append(all(torch.equal(first, other) for other in others))
    assert same == [False, True]
    assert read_recipe("learning_to_mask")["flip"] is False
    assert read_recipe("learning_to_mask_small")["flip"] is False
