"""Fixtures that several tests share: a real face in a generated clip, and the real clips."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from graphforensics.datasets.moving_face import moving_face
from graphforensics.media.write_clip import write_clip
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.layout import RECORD, source_key
from graphforensics.store.records import SourceRecord
from graphforensics.store.source_writer import write_tracks
from graphforensics.store.store_writer import StoreWriter
from graphforensics.store.track_frame import TrackFrame


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    # Tiny tensors gain nothing from threads, and on a busy machine threads that wait spin.
    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)
    np.random.seed(0)  # noqa: NPY002 -- libraries beneath draw from it


@pytest.fixture
def ordinary_user() -> Iterator[None]:
    """For the length of a test, root too may write only where the permissions say so."""
    if os.name != "posix" or os.geteuid() != 0:
        yield
        return
    if sys.platform != "linux":
        pytest.skip("root cannot give up its rights here")
    # linux/capability.h: version 3 of the header, of this thread; the first of two sets of bits
    # that apply now, that may be taken, that are inherited; the bits of CAP_DAC_OVERRIDE and
    # CAP_DAC_READ_SEARCH.
    system = ctypes.CDLL(None, use_errno=True)
    header, bits = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    if system.capget(header, bits):
        raise OSError(ctypes.get_errno(), "capget")
    before = bits[0]
    bits[0] &= ~0b110
    if system.capset(header, bits):
        raise OSError(ctypes.get_errno(), "capset")
    try:
        yield
    finally:
        bits[0] = before
        system.capset(header, bits)


@pytest.fixture(scope="session")
def astronaut_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty frames of the astronaut's moving face, H.264, 384 x 288."""
    path = tmp_path_factory.mktemp("clips") / "astronaut.mp4"
    write_clip(path, moving_face(40))
    return path


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The folder of real clips; tests that ask for it are skipped where it is absent."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    root = Path(os.environ.get("GRAPHFORENSICS_DATA") or beside)
    if not (root / "manifest.csv").is_file():
        pytest.skip(f"no real clips at {root}: set GRAPHFORENSICS_DATA")
    return root


@pytest.fixture(scope="session")
def track_frames() -> Callable[..., list[TrackFrame]]:
    """Rows of a track with noise for pixels: ``track_frames(count, size=24, person=0, seed=0)``."""
    return _track_frames


def _track_frames(
    count: int, size: int = 24, person: int = 0, seed: int = 0, run: int | None = None
) -> list[TrackFrame]:
    rng = np.random.default_rng([seed, person])
    rows = []
    for number in range(count):
        corner = rng.uniform(0, 50, size=2).astype(np.float32)
        points = rng.uniform(0, size, size=(68, 2)).astype(np.float32)
        rows.append(
            TrackFrame(
                person=person,
                segment=number // run if run else 0,
                number=number,
                time=number / 25,
                crop=rng.integers(0, 256, size=(size, size + number % 2, 3), dtype=np.uint8),
                box=np.concatenate([corner, corner + size]),
                crop_box=np.concatenate([corner - 2, corner + size + 2]),
                landmarks=points + corner,
                crop_landmarks=points,
                sharpness=float(number),
                quality=("ok", "small", "blurred")[number % 3],
                detected=number % 2 == 0,
            )
        )
    return rows


@pytest.fixture(scope="session")
def labelled_store() -> Callable[..., Path]:
    """Make a small store: ``labelled_store(root, people=6, ...)`` returns ``root``."""
    return _labelled_store


def _labelled_store(
    root: Path,
    people: int = 6,
    frames: int = 8,
    size: int = 32,
    options: ExtractionOptions | None = None,
    known: tuple[str, ...] = ("label", "identity", "manipulation", "dataset", "video", "origin"),
    faceless: int = 0,
    prefix: str = "",
) -> Path:
    """Write a real and a fake track a person; noise for pixels, brighter in the fake's middle."""
    with StoreWriter(root, options or ExtractionOptions()) as writer:
        for person in range(people + faceless):
            for label in ("real", "fake"):
                name = f"{prefix}{label}/{person}.mp4"
                rows = _track_frames(frames, size, seed=2 * person + (label == "fake"))
                for row in rows:
                    row.crop[:] = row.crop // 2
                    if label == "fake":
                        row.crop[size // 4 : -size // 4, size // 4 : -size // 4] += 100
                metadata = {
                    "label": label,
                    "identity": f"{prefix}p{person}",
                    "manipulation": "swap" if label == "fake" else "",
                    "dataset": "noise",
                    "video": f"{prefix}{person}",
                    "origin": f"{prefix}real/{person}.mp4" if label == "fake" else "",
                }
                metadata = {key: text for key, text in metadata.items() if text and key in known}
                folder = writer.partial / source_key(name)
                seen = person < people
                record = SourceRecord(
                    name,
                    source_key(name),
                    "ok" if seen else "no_face",
                    tracks=write_tracks(folder, rows if seen else []),
                    metadata=metadata,
                )
                record.write(folder / RECORD)
                writer.commit(record, folder)
        writer.finish()
    return root
