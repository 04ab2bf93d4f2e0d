"""A store: opened lazily, checked, and clear about what is wrong with it."""

from __future__ import annotations

import builtins
import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from graphforensics.errors import StoreError, StoreVersionError
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.face_store import FaceStore
from graphforensics.store.layout import RECORD, TRACKS, source_key, write_header
from graphforensics.store.manifest import manifest_table, write_manifest
from graphforensics.store.records import SourceRecord, TrackRecord
from graphforensics.store.source_writer import write_tracks
from graphforensics.store.store_writer import StoreWriter
from graphforensics.store.track_frame import TrackFrame

Make = Callable[..., list[TrackFrame]]


@pytest.fixture
def store_root(tmp_path: Path, track_frames: Make) -> Path:
    """Two tracks of one labelled file, a file without a face, and a failed one."""
    root = tmp_path / "store"
    with StoreWriter(root, ExtractionOptions(margin=1.5)) as writer:
        rows = [*track_frames(9), *track_frames(4, person=1)]
        metadata = {"label": "fake", "identity": "anna", "manipulation": "swap", "origin": "b.mp4"}
        for name, status, frames in [
            ("fake/a.mp4", "ok", rows),
            ("none.mp4", "no_face", []),
            ("broken.mp4", "failed", []),
        ]:
            key = source_key(name)
            folder = writer.partial / key
            tracks = write_tracks(folder, frames)
            reason = "truncated" if status == "failed" else None
            known = metadata if tracks else {}
            record = SourceRecord(name, key, status, reason, tracks=tracks, metadata=known)
            record.write(folder / RECORD)
            writer.commit(record, folder)
        writer.finish()
    return root


def test_manifest_lists_tracks_and_what_has_none(store_root: Path) -> None:
    store = FaceStore(store_root)
    rows = store.manifest.select(["source", "status", "reason", "frames"]).to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        ("broken.mp4", "failed", "truncated", 0),
        ("fake/a.mp4", "ok", None, 9),
        ("fake/a.mp4", "ok", None, 4),
        ("none.mp4", "no_face", None, 0),
    ]
    assert store.sources == ["broken.mp4", "fake/a.mp4", "none.mp4"]
    assert store.version == 1
    assert store.options == ExtractionOptions(margin=1.5)


def test_tracks_by_number_by_name_and_in_a_loop(store_root: Path) -> None:
    store = FaceStore(store_root)
    key = source_key("fake/a.mp4")
    assert len(store) == 2
    assert store.track_ids == [f"{key}/track_000", f"{key}/track_001"]
    assert [track.track_id for track in store] == store.track_ids
    assert store[-1].track_id == store[f"{key}/track_001"].track_id
    assert f"{key}/track_000" in store
    assert "other" not in store
    with pytest.raises(IndexError):
        store[2]
    with pytest.raises(KeyError):
        store["other"]


def test_a_track_knows_its_metadata(store_root: Path, track_frames: Make) -> None:
    track = FaceStore(store_root)[1]
    assert (track.label, track.identity, track.manipulation) == ("fake", "anna", "swap")
    assert (track.origin, track.dataset, track.mask) == ("b.mp4", None, None)
    assert track.video == track.source == "fake/a.mp4"
    assert track.margin == 1.5
    np.testing.assert_array_equal(track.read([3])[0], track_frames(4, person=1)[3].crop)


def test_stores_can_be_sent_to_workers(store_root: Path) -> None:
    store = FaceStore(store_root)
    assert len(store) == 2
    assert pickle.loads(pickle.dumps(store)).track_ids == store.track_ids
    assert len(pickle.dumps(store)) < 2000


def test_opening_a_hundred_thousand_tracks_touches_no_track(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [
        SourceRecord(
            name, source_key(name), "ok", tracks=(TrackRecord("track_000", 9, 9, 1, 0, 1),)
        )
        for name in (f"clips/{number}.mp4" for number in range(100_000))
    ]
    write_header(tmp_path, ExtractionOptions())
    write_manifest(tmp_path, manifest_table(records))
    # There is no folder of tracks: whatever looked for one would fail. What is opened is noted too.
    opened: list[str] = []
    real = builtins.open
    monkeypatch.setattr(
        builtins, "open", lambda f, *a, **k: opened.append(str(f)) or real(f, *a, **k)
    )
    monkeypatch.setattr(os, "scandir", lambda *a: pytest.fail("a folder was listed"))
    store = FaceStore(tmp_path)
    assert len(store) == 100_000
    assert store[99_999].source == "clips/99999.mp4"
    assert not any(TRACKS in name for name in opened)


def test_without_a_manifest_the_records_are_read(store_root: Path) -> None:
    whole = FaceStore(store_root).manifest
    (store_root / "manifest.parquet").unlink()
    store = FaceStore(store_root)
    with pytest.warns(UserWarning, match="no manifest: the last extraction was stopped"):
        assert store.manifest.equals(whole)


def test_no_store_at_all(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"nowhere: not a face store \(no such folder\)"):
        FaceStore(tmp_path / "nowhere")
    with pytest.raises(StoreError, match=r"not a face store \(it has no store.json\)"):
        FaceStore(tmp_path)


def test_newer_version_says_what_to_do(store_root: Path) -> None:
    path = store_root / "store.json"
    header = json.loads(path.read_text())
    path.write_text(json.dumps({**header, "version": 2, "options": {"new": 1}}))
    with pytest.raises(
        StoreVersionError, match=r"store version 2, this one reads up to 1.*upgrade"
    ):
        FaceStore(store_root)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "damaged, not valid JSON"),
        ("[1]", "damaged, not a JSON object"),
        ("[" * 100_000, "damaged, not valid JSON"),
        ("\x00\x01", "damaged, not valid JSON"),
        ('{"format": "other", "version": 1}', "'format' must be"),
        ('{"format": "graphforensics face store"}', "'version' must be a number"),
        ('{"format": "graphforensics face store", "version": "1"}', "'version' must be a number"),
        ('{"format": "graphforensics face store", "version": 1}', "bad extraction options"),
        (
            '{"format": "graphforensics face store", "version": 1, "options": {"margin": "a"}}',
            "bad extraction options",
        ),
    ],
)
def test_damaged_header(store_root: Path, text: str, message: str) -> None:
    (store_root / "store.json").write_text(text)
    with pytest.raises(StoreError, match=message):
        FaceStore(store_root)


def test_damaged_manifest(store_root: Path) -> None:
    path = store_root / "manifest.parquet"
    data = path.read_bytes()
    for broken in (b"", b"text", data[: len(data) // 2], data[:-4]):
        path.write_bytes(broken)
        with pytest.raises(StoreError, match=r"manifest.parquet: damaged .*; delete it and run"):
            len(FaceStore(store_root))


def test_damaged_record(store_root: Path) -> None:
    (store_root / "manifest.parquet").unlink()
    path = store_root / TRACKS / source_key("none.mp4") / RECORD
    for text in ("{", "{}", '{"status": "odd"}'):
        path.write_text(text)
        with (
            pytest.warns(UserWarning, match="no manifest"),
            pytest.raises(StoreError, match=r"source.json: damaged,? .*; delete its folder and"),
        ):
            len(FaceStore(store_root))


def test_verification_finds_every_damaged_track(store_root: Path) -> None:
    assert FaceStore(store_root).verify() == []
    tracks = sorted(store_root.glob("tracks/*/*.parquet"))
    data = bytearray(tracks[1].read_bytes())
    place = len(data) // 3
    data[place : place + 64] = bytes(64)
    tracks[1].write_bytes(data)
    (problem,) = FaceStore(store_root).verify()
    assert isinstance(problem, StoreError)
    assert str(problem).startswith(f"{tracks[1]}: damaged")
    tracks[0].unlink()
    first, second = FaceStore(store_root).verify()
    assert str(first).startswith(f"{tracks[0]}: missing")
    assert str(second) == str(problem)


def test_verification_compares_records_and_manifest(store_root: Path) -> None:
    record = store_root / TRACKS / source_key("fake/a.mp4") / RECORD
    values = json.loads(record.read_text())
    record.write_text(json.dumps({**values, "tracks": values["tracks"][:1]}))
    (problem,) = FaceStore(store_root).verify()
    assert "manifest.parquet: does not list the tracks that are there" in str(problem)
    record.write_text("{")
    (problem,) = FaceStore(store_root).verify()
    assert str(problem).startswith(f"{record}: damaged")
