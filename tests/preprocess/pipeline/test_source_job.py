"""What a store knows of a file stays until something better has been written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from graphforensics.datasets.moving_face import moving_face
from graphforensics.media.write_clip import write_clip
from graphforensics.preprocess.pipeline import source_job
from graphforensics.preprocess.pipeline.source_job import (
    SourceJob,
    SourceResult,
    failed_result,
    run_source_job,
)
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.layout import RECORD, TRACKS, source_key
from graphforensics.store.records import SourceRecord
from graphforensics.store.source_writer import write_tracks
from graphforensics.store.store_writer import StoreWriter
from graphforensics.store.track_frame import TrackFrame

KEY = source_key("a.mp4")
OPTIONS = ExtractionOptions(selection="frames:2")
TOLD = {"label": "fake", "identity": "anna"}


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    write_clip(tmp_path / "a.mp4", moving_face(4, (144, 176), 0.6, 8))
    return tmp_path / "a.mp4"


@pytest.fixture
def store(tmp_path: Path, clip: Path, track_frames: Callable[..., list[TrackFrame]]) -> Path:
    """A store that knows a labelled source of one track, by the content that it has now."""
    root = tmp_path / "store"
    sha256 = hashlib.sha256(clip.read_bytes()).hexdigest()
    with StoreWriter(root, OPTIONS) as writer:
        folder = writer.partial / KEY
        tracks = write_tracks(folder, track_frames(3))
        record = SourceRecord("a.mp4", KEY, "ok", None, sha256, tracks=tracks, metadata=TOLD)
        record.write(folder / RECORD)
        writer.commit(record, folder)
    return root


def _job(clip: Path, store: Path, metadata: dict[str, str] | None = None) -> SourceJob:
    return SourceJob(str(clip), clip.name, "a.mp4", KEY, str(store), OPTIONS, metadata)


def _taken_in(store: Path, job: SourceJob, do: Callable[[SourceJob], SourceResult]) -> SourceResult:
    """Do a job and let the store take in what came of it, as a run does."""
    with StoreWriter(store, OPTIONS) as writer:
        result = do(job)
        if result.folder is None:
            writer.keep(result.record)
        else:
            writer.commit(result.record, Path(result.folder))
    return result


def _lost(job: SourceJob) -> SourceResult:
    return failed_result(job, "its worker process died")


def _gone(job: SourceJob) -> SourceResult:
    Path(job.path).unlink()
    return run_source_job(job)


def _garbage(job: SourceJob) -> SourceResult:
    Path(job.path).write_text("no video")
    return run_source_job(job)


ENDS = [_lost, _gone, _garbage]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("told", [None, {"label": "real"}])
def test_a_file_that_fails_leaves_its_earlier_tracks(
    clip: Path, store: Path, end: Callable[[SourceJob], SourceResult], told: dict[str, str] | None
) -> None:
    before = SourceRecord.read(store / TRACKS / KEY / RECORD)
    track = store / TRACKS / KEY / "track_000.parquet"
    content = track.read_bytes()
    result = _taken_in(store, _job(clip, store, told), end)
    assert result.failure
    assert not result.reused
    # None keeps what the store knows; what is told now counts more.
    after = SourceRecord.read(store / TRACKS / KEY / RECORD)
    assert after == replace(before, metadata=TOLD if told is None else told)
    assert track.read_bytes() == content


@pytest.mark.parametrize("first", ENDS)
@pytest.mark.parametrize("second", ENDS)
def test_labels_of_a_file_that_has_no_tracks(
    clip: Path, tmp_path: Path, first: Any, second: Any
) -> None:
    store, content = tmp_path / "fresh", clip.read_bytes()
    _taken_in(store, _job(clip, store, TOLD), first)
    clip.write_bytes(content)
    _taken_in(store, _job(clip, store), second)
    record = SourceRecord.read(store / TRACKS / KEY / RECORD)
    assert (record.status, record.metadata) == ("failed", TOLD)
    clip.write_bytes(content)
    record = _taken_in(store, _job(clip, store), run_source_job).record
    assert (record.status, record.metadata) == ("ok", TOLD)


def test_labels_of_a_source_that_lacks_a_track(clip: Path, store: Path) -> None:
    (store / TRACKS / KEY / "track_000.parquet").unlink()
    result = _taken_in(store, _job(clip, store), run_source_job)
    assert not result.reused
    assert (result.record.status, result.record.metadata) == ("ok", TOLD)


def test_a_package_that_is_missing_is_no_failure_of_the_file(
    clip: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacks(*args: Any, **words: Any) -> Any:
        raise ModuleNotFoundError("No module named 'dlib'")

    monkeypatch.setattr(source_job, "extract_tracks", lacks)
    with clip.open("ab") as file:
        file.write(b"more")
    with pytest.raises(ModuleNotFoundError, match="dlib"), StoreWriter(store, OPTIONS) as writer:
        run_source_job(_job(clip, store))
    assert not writer.partial.exists()
    assert SourceRecord.read(store / TRACKS / KEY / RECORD).metadata == TOLD
