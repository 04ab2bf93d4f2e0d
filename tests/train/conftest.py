"""A detector and a data set that train in a second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from graphforensics.data import InputSpec
from graphforensics.models import MRL
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.layout import RECORD, source_key
from graphforensics.store.records import SourceRecord
from graphforensics.store.source_writer import write_tracks
from graphforensics.store.store_writer import StoreWriter
from graphforensics.store.track_frame import TrackFrame
from graphforensics.train import FaceStoreDataModule

#: Small, and random in training: a random edge mask and dropout.
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
    "mask_strategy": "random",
}


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    """Several threads slow such small networks down, most of all beside other programs."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def tiny_keywords() -> dict[str, Any]:
    """Keywords of the tiny detector."""
    return dict(TINY)


@pytest.fixture
def tiny_model() -> MRL:
    """An untrained tiny detector, always with the same weights."""
    torch.manual_seed(3)
    return MRL(**TINY)


@pytest.fixture(scope="session")
def noise_store(
    tmp_path_factory: pytest.TempPathFactory, labelled_store: Callable[..., Path]
) -> Path:
    """Eight people, a real and a fake track each."""
    return labelled_store(tmp_path_factory.mktemp("noise") / "store", people=8)


@pytest.fixture
def noise_data(noise_store: Path) -> FaceStoreDataModule:
    """Four people to train on, two to validate on, two to test on."""
    spec = InputSpec("clip", size=32, snippets=2, frames=3)
    return FaceStoreDataModule([noise_store], spec, batch_size=4, fractions=(0.5, 0.25, 0.25))


def _face(size: int) -> NDArray[np.float32]:
    """Place the 68 points of a schematic upright face in a square picture."""
    turns = np.linspace(0, np.pi, 17)
    jaw = np.stack([-np.cos(turns), 0.1 + np.sin(turns)], -1)
    brows = [(x, -0.45) for x in (-0.8, -0.65, -0.5, -0.35, -0.2, 0.2, 0.35, 0.5, 0.65, 0.8)]
    nose = [(0, y) for y in (-0.3, -0.1, 0.1, 0.3)] + [(x, 0.4) for x in (-0.2, -0.1, 0, 0.1, 0.2)]
    eye = np.array(
        [(-0.15, 0), (-0.07, -0.07), (0.07, -0.07), (0.15, 0), (0.07, 0.07), (-0.07, 0.07)]
    )
    eyes = np.concatenate([np.add(eye, place) for place in ((-0.4, -0.25), (0.4, -0.25))])
    around = np.linspace(-np.pi, np.pi, 13)[:12]
    inside = np.linspace(-np.pi, np.pi, 9)[:8]
    mouth = [(0.35 * np.cos(a), 0.7 + 0.15 * np.sin(a)) for a in around]
    mouth += [(0.25 * np.cos(a), 0.7 + 0.05 * np.sin(a)) for a in inside]
    points = np.concatenate([jaw, brows, nose, eyes, mouth])
    return ((points * 0.38 + 0.45) * size).astype(np.float32)


@pytest.fixture(scope="session")
def face_store(
    tmp_path_factory: pytest.TempPathFactory, track_frames: Callable[..., list[TrackFrame]]
) -> Path:
    """Eight people, a real and a fake track each, with the landmarks of a face.

    The real tracks of the last two people have none that could be used.
    """
    root = tmp_path_factory.mktemp("faces") / "store"
    with StoreWriter(root, ExtractionOptions()) as writer:
        for number in range(16):
            person, fake = divmod(number, 2)
            rows = track_frames(8, 48, seed=number)
            for row in rows:
                row.crop_landmarks[:] = _face(48) if person < 6 or fake else np.nan
            name = f"{'fake' if fake else 'real'}/{person}.mp4"
            told = {
                "label": "fake" if fake else "real",
                "identity": f"p{person}",
                "video": str(person),
            }
            told = {**told, "manipulation": "swap"} if fake else told
            folder = writer.partial / source_key(name)
            record = SourceRecord(
                name, source_key(name), "ok", tracks=write_tracks(folder, rows), metadata=told
            )
            record.write(folder / RECORD)
            writer.commit(record, folder)
        writer.finish()
    return root
