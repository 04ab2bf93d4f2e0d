"""Tracks and data sets that went through something, whatever is read of them first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from graphforensics.data import InputSpec
from graphforensics.datasets.clip_dataset import ClipDataset
from graphforensics.datasets.perturbation import KINDS, Perturbation, PerturbedTrack
from graphforensics.datasets.perturbation.perturbed_track import PIECE
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.face_store import FaceStore
from graphforensics.store.layout import RECORD, TRACKS, source_key
from graphforensics.store.records import SourceRecord
from graphforensics.store.source_writer import write_tracks
from graphforensics.store.store_writer import StoreWriter
from graphforensics.store.track_table import track_table


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, track_frames: Callable[..., list]) -> FaceStore:
    """One track of 130 rows whose segments are 70 long."""
    root = tmp_path_factory.mktemp("long") / "store"
    with StoreWriter(root, ExtractionOptions()) as writer:
        folder = writer.partial / source_key("a.mp4")
        tracks = write_tracks(folder, track_frames(130, size=20, run=70))
        metadata = {"label": "real"}
        record = SourceRecord("a.mp4", source_key("a.mp4"), "ok", tracks=tracks, metadata=metadata)
        record.write(folder / RECORD)
        writer.commit(record, folder)
        writer.finish()
    return FaceStore(root)


def perturbed(store: FaceStore, perturbation: Perturbation) -> PerturbedTrack:
    row = store.manifest.to_pylist()[0]
    file = store.root / TRACKS / f"{row['track_id']}.parquet"
    return PerturbedTrack(file, row, store.options.margin, perturbation)


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_does_not_depend_on_what_else_is_read(store: FaceStore, kind: str) -> None:
    track = perturbed(store, Perturbation(kind, 3))
    several = track.read([127, 3, 60, 3])
    for position, row in enumerate([127, 3, 60, 3]):
        alone = track.read([row])[0]
        assert np.array_equal(several[position], alone)
        assert alone.shape == store[0].read([row])[0].shape
    assert track.read([]) == []


def test_compression_is_by_pieces_that_end_at_cuts(store: FaceStore) -> None:
    perturbation = Perturbation("h264", 2)
    track, plain = perturbed(store, perturbation), store[0]
    assert PIECE == 50
    # Rows 0..49, then to the cut at 70, then to 100, then the rest.
    for piece in (range(50), range(50, 70), range(70, 100), range(100, 130)):
        wanted = perturbation(plain.read(list(piece)))
        assert np.array_equal(track.read([piece[5]])[0], wanted[5])


def test_samples_are_cut_from_perturbed_crops(store: FaceStore) -> None:
    spec = InputSpec("clip", size=16, snippets=2, frames=3)
    track = perturbed(store, Perturbation("contrast", 5))
    plain = store[0].clip(spec).float()
    assert torch.allclose(track.clip(spec).float(), 0.35 * plain, atol=1.6)


def test_rows_that_are_not_there(store: FaceStore) -> None:
    for row in (-1, 130):
        for kind in ("blur", "h264"):
            with pytest.raises(ValueError, match=rf"'rows' must be in \[0, 130\) \(got {row}\)"):
                perturbed(store, Perturbation(kind, 1)).read([5, row])


def test_a_data_set_hands_out_perturbed_samples_alike_in_every_order(
    tmp_path: Path, labelled_store: Callable[..., Path]
) -> None:
    root = labelled_store(tmp_path / "s", people=2)
    spec = InputSpec("clip", size=32, snippets=2, frames=3)
    table = track_table([root])
    noisy = [ClipDataset(table, spec, perturbation=Perturbation("block_noise", 5)) for _ in "ab"]
    forth = [noisy[0][n]["inputs"] for n in range(4)]
    back = [noisy[1][n]["inputs"] for n in (3, 2, 1, 0)][::-1]
    assert all(torch.equal(*pair) for pair in zip(forth, back, strict=True))
    clean = ClipDataset(table, spec)
    assert not any(torch.equal(clean[n]["inputs"], forth[n]) for n in range(4))
