"""The one writer of a store: whole sources only, a manifest of what is there."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from graphforensics.errors import OutputError, StoreError, StoreVersionError
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.face_store import FaceStore
from graphforensics.store.layout import RECORD, source_key
from graphforensics.store.records import SourceRecord
from graphforensics.store.source_writer import write_tracks
from graphforensics.store.store_writer import StoreWriter
from graphforensics.store.track_frame import TrackFrame

Make = Callable[..., list[TrackFrame]]
OPTIONS = ExtractionOptions()


def _add(writer: StoreWriter, name: str, rows: list[TrackFrame]) -> SourceRecord:
    folder = writer.partial / source_key(name)
    record = SourceRecord(name, folder.name, "ok", tracks=write_tracks(folder, rows))
    record.write(folder / RECORD)
    writer.commit(record, folder)
    return record


def test_a_second_run_adds_and_replaces(tmp_path: Path, track_frames: Make) -> None:
    with StoreWriter(tmp_path, OPTIONS) as writer:
        _add(writer, "a.mp4", [*track_frames(3), *track_frames(2, person=1)])
        writer.finish()
    with StoreWriter(tmp_path, OPTIONS) as writer:
        _add(writer, "a.mp4", track_frames(5))
        _add(writer, "b.mp4", track_frames(4))
        assert not (tmp_path / "manifest.parquet").exists()
        writer.finish()
    assert [(track.source, len(track)) for track in FaceStore(tmp_path)] == [
        ("a.mp4", 5),
        ("b.mp4", 4),
    ]
    # The second track of the replaced source is gone with it.
    assert len(list(tmp_path.glob("tracks/*/*.parquet"))) == 2
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [
        ".lock", "manifest.parquet", "store.json", "tracks",
    ]  # fmt: skip


def test_metadata_change_without_new_tracks(tmp_path: Path, track_frames: Make) -> None:
    with StoreWriter(tmp_path, OPTIONS) as writer:
        record = _add(writer, "a.mp4", track_frames(3))
        writer.finish()
    with StoreWriter(tmp_path, OPTIONS) as writer:
        writer.keep(replace(record, metadata={"label": "real"}))
        writer.finish()
    assert FaceStore(tmp_path)[0].label == "real"


def test_what_a_killed_run_left_is_cleared(tmp_path: Path, track_frames: Make) -> None:
    with StoreWriter(tmp_path, OPTIONS) as writer:
        _add(writer, "a.mp4", track_frames(3))
    (tmp_path / ".partial" / "b").mkdir(parents=True)
    (tmp_path / ".partial" / "b" / "track_000.parquet").write_bytes(b"half")
    (tmp_path / ".manifest.parquet.tmp").write_bytes(b"half")
    (tmp_path / ".store.json.tmp").write_bytes(b"half")
    with StoreWriter(tmp_path, OPTIONS) as writer:
        assert list(writer.partial.iterdir()) == []
        assert writer.known(source_key("a.mp4")) is not None
        writer.finish()
    assert not list(tmp_path.glob(".*.tmp"))
    assert len(FaceStore(tmp_path)) == 1


def test_a_source_that_lacks_a_track_is_not_known(tmp_path: Path, track_frames: Make) -> None:
    with StoreWriter(tmp_path, OPTIONS) as writer:
        record = _add(writer, "a.mp4", track_frames(3))
        (tmp_path / "tracks" / record.key / "track_000.parquet").unlink()
        assert writer.known(record.key) is None


@pytest.mark.parametrize("end", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt()])
def test_a_source_comes_back_when_its_successor_does_not(
    tmp_path: Path, track_frames: Make, monkeypatch: pytest.MonkeyPatch, end: BaseException
) -> None:
    with StoreWriter(tmp_path, OPTIONS) as writer:
        record = _add(writer, "a.mp4", track_frames(3))
    track = tmp_path / "tracks" / record.key / "track_000.parquet"
    content, real, count = track.read_bytes(), os.rename, iter(range(9))

    def rename(source: Path, target: Path) -> None:
        if next(count) == 1:
            raise end
        real(source, target)

    with (
        monkeypatch.context() as patches,
        suppress(OutputError, KeyboardInterrupt),
        StoreWriter(tmp_path, OPTIONS) as writer,
    ):
        patches.setattr(os, "rename", rename)
        _add(writer, "a.mp4", track_frames(5))
    assert next(count) > 1
    assert track.read_bytes() == content


def test_a_source_that_a_killed_run_moved_aside_comes_back(
    tmp_path: Path, track_frames: Make
) -> None:
    with StoreWriter(tmp_path, OPTIONS) as writer:
        record = _add(writer, "a.mp4", track_frames(3))
    (tmp_path / ".partial").mkdir()
    (tmp_path / "tracks" / record.key).rename(tmp_path / ".partial" / f"{record.key}.old")
    with StoreWriter(tmp_path, OPTIONS) as writer:
        writer.finish()
    assert [len(track) for track in FaceStore(tmp_path)] == [3]


def test_other_options_are_refused(tmp_path: Path) -> None:
    with StoreWriter(tmp_path, OPTIONS):
        pass
    with (
        pytest.raises(StoreError, match=r"made with other options \(margin 1.3, now 1.5\)"),
        StoreWriter(tmp_path, ExtractionOptions(margin=1.5)),
    ):
        pass
    with StoreWriter(tmp_path, OPTIONS):
        pass


def test_a_folder_with_something_else_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("")
    with (
        pytest.raises(OutputError, match=r"neither empty nor a face store .*'thesis.tex'"),
        StoreWriter(tmp_path, OPTIONS),
    ):
        pass
    assert not (tmp_path / "store.json").exists()


def test_a_newer_store_is_refused(tmp_path: Path) -> None:
    with StoreWriter(tmp_path, OPTIONS):
        pass
    path = tmp_path / "store.json"
    path.write_text(path.read_text().replace('"version": 1', '"version": 9'))
    with pytest.raises(StoreVersionError, match="version 9"), StoreWriter(tmp_path, OPTIONS):
        pass


def test_two_writers_are_refused(tmp_path: Path) -> None:
    with (
        StoreWriter(tmp_path, OPTIONS) as writer,
        pytest.raises(OutputError, match="another run is writing"),
        StoreWriter(tmp_path, OPTIONS),
    ):
        pass
    assert not writer.partial.exists()


@pytest.mark.parametrize("place", ["file", "file/below", "/proc/store"])
def test_a_place_that_cannot_be_written(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(OutputError, match=r"is a file|cannot be written"),
        StoreWriter(tmp_path / place, OPTIONS),
    ):
        pass
