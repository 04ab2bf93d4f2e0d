"""Samples of tracks: the same whoever loads them, at random places in training."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import torch
from torch.utils.data import DataLoader

from graphforensics.data import InputSpec
from graphforensics.datasets.clip_dataset import ClipDataset
from graphforensics.datasets.epoch_sampler import EpochSampler
from graphforensics.errors import MissingDataError, StoreError
from graphforensics.store.face_store import FaceStore
from graphforensics.store.face_track import FaceTrack
from graphforensics.store.track_table import track_table

SPEC = InputSpec("clip", size=16, snippets=2, frames=3)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, labelled_store: Callable[..., Path]) -> Path:
    return labelled_store(tmp_path_factory.mktemp("data") / "store", people=3, frames=20, size=24)


@pytest.fixture(scope="module")
def table(store: Path) -> pa.Table:
    return track_table([store])


def test_a_sample_is_what_the_track_says(store: Path, table: pa.Table) -> None:
    dataset = ClipDataset(table, SPEC)
    track = FaceStore(store)[4]
    sample = dataset[4]
    assert torch.equal(sample["inputs"], track.clip(SPEC, 0.5))
    assert sample["inputs"].dtype == torch.uint8
    assert sample["label"] == torch.tensor(1.0 if track.label == "fake" else 0.0)
    assert sample["label"].dtype == torch.float32
    named = {name: sample[name] for name in ("video", "identity", "track_id", "dataset")}
    assert named == {
        "video": track.video,
        "identity": track.identity,
        "track_id": track.track_id,
        "dataset": "noise",
    }
    assert {dataset[n]["manipulation"] for n in range(len(dataset))} == {"swap", ""}


def test_several_clips_a_track_are_evenly_placed(store: Path, table: pa.Table) -> None:
    dataset = ClipDataset(table, SPEC, clips=3)
    assert len(dataset) == 18
    track = FaceStore(store)[1]
    for clip, offset in enumerate((1 / 6, 1 / 2, 5 / 6)):
        assert torch.equal(dataset[3 + clip]["inputs"], track.clip(SPEC, offset))


def test_training_differs_by_epoch_and_repeats_by_seed(table: pa.Table) -> None:
    one, same = (ClipDataset(table, SPEC, train=True, seed=5) for _ in range(2))
    other = ClipDataset(table, SPEC, train=True, seed=6)
    first = torch.stack([one[0, n]["inputs"] for n in range(6)])
    assert torch.equal(first, torch.stack([same[0, n]["inputs"] for n in range(6)]))
    assert torch.equal(one[0]["inputs"], first[0])
    assert not torch.equal(first, torch.stack([one[1, n]["inputs"] for n in range(6)]))
    assert not torch.equal(first, torch.stack([other[0, n]["inputs"] for n in range(6)]))


def test_training_flips_whole_clips_half_of_the_time(store: Path, table: pa.Table) -> None:
    track = FaceStore(store)[0]
    spec = InputSpec("clip", size=16, snippets=1, frames=20)
    whole = track.clip(spec)
    dataset = ClipDataset(table, spec, train=True)
    seen = [dataset[epoch, 0]["inputs"] for epoch in range(200)]
    plain = sum(torch.equal(inputs, whole) for inputs in seen)
    turned = sum(torch.equal(inputs, whole.flip(-1)) for inputs in seen)
    assert plain + turned == 200
    # Three standard deviations of a fair coin are 21.
    assert abs(plain - 100) < 25


def test_training_flips_nothing_where_it_is_not_to(store: Path, table: pa.Table) -> None:
    spec = InputSpec("clip", size=16, snippets=1, frames=20)
    whole = FaceStore(store)[0].clip(spec)
    dataset = ClipDataset(table, spec, train=True, flip=False)
    assert all(torch.equal(dataset[epoch, 0]["inputs"], whole) for epoch in range(20))


def test_pairs_are_cut_at_the_same_places(table: pa.Table, store: Path) -> None:
    dataset = ClipDataset(table, SPEC, train=True, pairs=True, clips=2)
    tracks = list(FaceStore(store))
    of_video = [number for number, track in enumerate(tracks) if track.video == "1"]
    assert len(of_video) == 2
    groups = dataset.groups.reshape(6, 2)
    assert groups[of_video[0]].tolist() == groups[of_video[1]].tolist()
    assert len(set(dataset.groups.tolist())) == 6
    for epoch in range(6):
        found = []
        for number in of_video:
            inputs = dataset[epoch, 2 * number]["inputs"]
            whole = tracks[number].crops(range(20), 16).transpose(0, 1)
            fits = [
                (turned, start)
                for turned in (False, True)
                for start in range(18)
                if torch.equal(
                    inputs[0].flip(-1) if turned else inputs[0], whole[:, start : start + 3]
                )
            ]
            found.append(fits)
        assert len(found[0]) == 1
        assert found[0] == found[1]


@pytest.mark.parametrize("workers", [1, 2])
def test_workers_change_nothing(table: pa.Table, workers: int) -> None:
    def batches(count: int) -> list[torch.Tensor]:
        dataset = ClipDataset(table, SPEC, train=True, seed=1)
        sampler = EpochSampler(len(dataset), seed=1)
        loader = DataLoader(
            dataset, 2, sampler=sampler, num_workers=count, persistent_workers=count > 0
        )
        found = []
        for epoch in (3, 4):
            sampler.set_epoch(epoch)
            found += [batch["inputs"] for batch in loader]
        return found

    for here, there in zip(batches(0), batches(workers), strict=True):
        assert torch.equal(here, there)


def test_a_pickled_copy_is_small_and_equal(table: pa.Table) -> None:
    dataset = ClipDataset(table, SPEC)
    copy = pickle.loads(pickle.dumps(dataset))
    assert torch.equal(copy[2]["inputs"], dataset[2]["inputs"])


@pytest.mark.parametrize("kind", ["image", "frames"])
def test_other_kinds_of_input(table: pa.Table, kind: str) -> None:
    spec = InputSpec(kind, size=16, frames=1 if kind == "image" else 4)  # type: ignore[arg-type]
    assert ClipDataset(table, spec)[0]["inputs"].shape == spec.shape


def test_iteration_ends(table: pa.Table) -> None:
    assert len(list(ClipDataset(table, SPEC))) == 6
    with pytest.raises(IndexError, match="position 6 is not in"):
        ClipDataset(table, SPEC)[6]


def test_a_missing_label_is_named(tmp_path: Path, labelled_store: Callable[..., Path]) -> None:
    root = labelled_store(tmp_path / "s", people=1, known=("identity",))
    with pytest.raises(MissingDataError, match=r"fake/0\.mp4: no label"):
        ClipDataset(track_table([root]), SPEC)


def test_a_damaged_track_is_named(tmp_path: Path, labelled_store: Callable[..., Path]) -> None:
    root = labelled_store(tmp_path / "s", people=1)
    table = track_table([root])
    file = root / "tracks" / f"{table.column('track_id')[0].as_py()}.parquet"
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(StoreError, match=r"track_000\.parquet"):
        ClipDataset(table, SPEC)[0]


def test_rows_without_a_track_are_refused(
    tmp_path: Path, labelled_store: Callable[..., Path]
) -> None:
    root = labelled_store(tmp_path / "s", people=1, faceless=1)
    with pytest.raises(MissingDataError, match="no face track"):
        ClipDataset(track_table([root]), SPEC)
    with pytest.raises(ValueError, match="'clips' must be at least 1"):
        ClipDataset(track_table([root]), SPEC, clips=0)


def _bright_spot(picture: torch.Tensor) -> torch.Tensor:
    """Find the centre of what is bright in a dark picture ``[3, h, w]``: x, y."""
    weight = picture[0].double()
    rows, columns = torch.meshgrid(*(torch.arange(n) for n in weight.shape), indexing="ij")
    return torch.stack([(weight * axis).sum() for axis in (columns, rows)]) / weight.sum()


def _point(sample: dict[str, torch.Tensor]) -> torch.Tensor:
    return sample["landmarks"].reshape(-1, 68, 2)[0, 30].double()


@pytest.mark.parametrize("margin", [1.3, 1.1])
def test_landmarks_lie_where_the_pixels_are(
    store: Path, table: pa.Table, margin: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = np.zeros((64, 48, 3), dtype=np.uint8)
    image[33:36, 27:30] = 200
    points = np.zeros((20, 68, 2), dtype=np.float32)
    points[:, 30] = (28, 34)  # Landmark 30, the nose's tip, is its own mirror image.
    monkeypatch.setattr(FaceTrack, "_stream", lambda self, rows: iter([image] * len(rows)))
    monkeypatch.setattr(FaceTrack, "crop_landmarks", points)
    dataset = ClipDataset(
        table, InputSpec("image", size=96, margin=margin), train=True, landmarks=True
    )
    seen = [dataset[epoch, 0] for epoch in range(20)]
    # Resizing spreads a spot evenly; the rest is rounding to bytes.
    for sample in seen:
        assert torch.allclose(_point(sample), _bright_spot(sample["inputs"]), atol=0.05)
    assert len({round(float(_point(sample)[0])) for sample in seen}) == 2


def test_landmarks_of_a_flipped_sample_keep_their_meaning(store: Path, table: pa.Table) -> None:
    spec = InputSpec("clip", size=16, snippets=2, frames=3)
    plain = ClipDataset(table, spec, landmarks=True)[0]["landmarks"]
    assert plain.shape == (2, 3, 68, 2)
    assert plain.dtype == torch.float32
    dataset = ClipDataset(table, spec, train=True, landmarks=True)
    track = FaceStore(store)[0]
    for epoch in range(8):
        rng = np.random.default_rng([0, epoch, 0])
        rows = [row for run in track.clip_rows(spec, rng) for row in run]
        sides = np.array([[image.shape[1::-1]] for image in track.read(rows)])
        wanted = (track.crop_landmarks[rows].astype(float) + 0.5) * 16 / sides - 0.5
        if rng.random() < 0.5:
            wanted[..., 0] = 15 - wanted[..., 0]
            # Left eye's outer corner 36 becomes the right one's 45; lower lip's middle 57 stays.
            wanted[:, [36, 45, 57]] = wanted[:, [45, 36, 57]]
        got = dataset[epoch, 0]["landmarks"].reshape(-1, 68, 2)
        assert np.allclose(got[:, [36, 45, 57]], wanted[:, [36, 45, 57]], atol=1e-4)
