"""A clock that jumps, back and forth, changes nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from graphforensics.datasets.moving_face import moving_face
from graphforensics.media.write_clip import write_clip
from graphforensics.models import MRL
from graphforensics.preprocess import extract
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.face_store import FaceStore
from graphforensics.train import FaceStoreDataModule, TrainingOptions, train_detector

HOUR = 3600.0
TINY: dict[str, Any] = {
    "encoder": "resnet10t",
    "encoder_stage": 1,
    "regions": 4,
    "snippets": 2,
    "frames": 3,
    "size": 32,
    "hidden_channels": 8,
    "attention_channels": 8,
    "dropout": 0.2,
}


@pytest.fixture
def jumping_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Set the time of day a week on, then two weeks back, with every look at it."""
    looks: list[float] = []
    start = time.time()

    def jumped() -> float:
        looks.append(start + (168 if len(looks) % 2 else -336) * HOUR * (len(looks) + 1))
        return looks[-1]

    monkeypatch.setattr(time, "time", jumped)
    monkeypatch.setattr(time, "time_ns", lambda: int(jumped() * 1e9))
    yield looks
    # Nothing would have been tested had the fixture not been in place.
    time.time()
    assert looks


def _train(store: Path, out: Path, options: TrainingOptions) -> dict[str, bytes]:
    torch.manual_seed(3)
    model = MRL(**TINY)
    data = FaceStoreDataModule([store], model.input_spec, batch_size=4, fractions=(0.5, 0.25, 0.25))
    train_detector(model, data, out, options)
    return {name: (out / name).read_bytes() for name in ("metrics.csv", "best/model.safetensors")}


def test_training_with_a_time_limit(
    tmp_path: Path, labelled_store: Callable[..., Path], jumping_clock: list[float]
) -> None:
    store = labelled_store(tmp_path / "store", people=8)
    limited = TrainingOptions(epochs=2, max_time=HOUR)
    jumped = _train(store, tmp_path / "limited", limited)
    assert jumped == _train(store, tmp_path / "free", TrainingOptions(epochs=2))
    assert len(jumped["metrics.csv"].splitlines()) == 3


def test_extraction(tmp_path: Path, jumping_clock: list[float]) -> None:
    """Neither what is extracted nor what is extracted again depends on any time stamp."""
    media, store = tmp_path / "media", tmp_path / "store"
    media.mkdir()
    for seed in range(2):
        write_clip(media / f"{seed}.mp4", moving_face(4, (144, 176), 0.6, 8, seed=seed))
    first = extract(media, store, ExtractionOptions(), root=media, workers=0)
    assert (first.done, first.reused) == (2, 0)
    for path, moment in zip(sorted(media.iterdir()), (0.0, 2.0**31), strict=True):
        os.utime(path, (moment, moment))
    again = extract(media, store, ExtractionOptions(), root=media, workers=0)
    assert (again.done, again.reused) == (0, 2)


def test_another_content_of_the_same_size_and_time_is_noticed(tmp_path: Path) -> None:
    media, store = tmp_path / "media", tmp_path / "store"
    media.mkdir()
    clip = media / "a.mp4"
    write_clip(clip, moving_face(4, (144, 176), 0.6, 8))
    stamp = clip.stat().st_mtime_ns
    extract(media, store, ExtractionOptions(), root=media, workers=0)
    before = FaceStore(store).manifest.column("sha256").to_pylist()
    # An empty box of a title is not looked at by the decoder: same size, other bytes.
    data = clip.read_bytes()
    assert data.count(b"isommp41") or data.count(b"isom")
    clip.write_bytes(data.replace(b"isom", b"iso2", 1))
    os.utime(clip, ns=(stamp, stamp))
    summary = extract(media, store, ExtractionOptions(), root=media, workers=0)
    assert (summary.done, summary.reused) == (1, 0)
    assert FaceStore(store).manifest.column("sha256").to_pylist() != before
