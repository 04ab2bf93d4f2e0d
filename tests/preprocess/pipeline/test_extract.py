"""Many files to one store: each once, none lost, none in the way of the others."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from graphforensics.data import InputSpec
from graphforensics.datasets.moving_face import moving_face
from graphforensics.errors import (
    GraphForensicsError,
    MissingDataError,
    OutputError,
    StoreError,
    UnreadableMediaError,
)
from graphforensics.media.write_clip import write_clip
from graphforensics.preprocess.pipeline.extract import extract
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.face_store import FaceStore

HALF = ExtractionOptions(selection="frames:3")


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two clips of one name, a photograph, and files that have no face or are broken."""
    root = tmp_path_factory.mktemp("media")
    for seed, folder in enumerate(("real", "fake")):
        (root / folder).mkdir()
        write_clip(root / folder / "a.mp4", moving_face(8, (160, 200), 0.7, 10, seed=seed))
    Image.fromarray(next(moving_face(1, (200, 200), 0.8))).save(root / "still.png")
    Image.fromarray(np.full((120, 160, 3), 90, np.uint8)).save(root / "wall.png")
    whole = (root / "real" / "a.mp4").read_bytes()
    (root / "empty.mp4").write_bytes(b"")
    (root / "text.mp4").write_text("not a video " * 50)
    (root / "half.mp4").write_bytes(whole[: len(whole) // 3])
    return root


def hashes(store: Path) -> dict[str, str]:
    """Hash of every file of a store, by its path."""
    return {
        path.relative_to(store).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(store.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def reference(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of all clips, made in one run by this process alone."""
    store = tmp_path_factory.mktemp("reference") / "store"
    extract(clips, store, HALF, root=clips, workers=0)
    return store


def test_one_broken_file_never_stops_the_rest(clips: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    summary = extract(
        [clips, clips / "gone.mp4", tmp_path / "pipe.mp4", clips / "*.avi"],
        tmp_path / "store",
        HALF,
        root=clips,
        workers=2,
    )
    assert (summary.done, summary.reused, summary.tracks) == (3, 0, 3)
    assert summary.no_face == [str(clips / "wall.png")]
    reasons = {Path(path).name: reason for path, reason in summary.failed}
    assert set(reasons) == {"empty.mp4", "text.mp4", "half.mp4", "gone.mp4", "pipe.mp4", "*.avi"}
    assert reasons["gone.mp4"] == "no such file or directory"
    assert reasons["pipe.mp4"] == "not a regular file"
    assert not any("unexpected" in reason for reason in reasons.values())
    rows = FaceStore(tmp_path / "store").manifest.to_pylist()
    listed = {row["source"]: (row["status"], row["reason"]) for row in rows}
    assert listed["real/a.mp4"] == listed["fake/a.mp4"] == listed["still.png"] == ("ok", None)
    assert listed["wall.png"] == ("no_face", "no face found")
    for name in ("empty.mp4", "text.mp4", "half.mp4", "gone.mp4"):
        assert listed[name] == ("failed", reasons[name])


def test_tracks_are_read_back_as_clips(reference: Path) -> None:
    store = FaceStore(reference)
    assert [track.source for track in store] == ["fake/a.mp4", "real/a.mp4", "still.png"]
    assert [len(track) for track in store] == [3, 3, 1]
    clip = store[0].clip(InputSpec("clip", size=32, snippets=2, frames=4))
    assert clip.shape == (2, 3, 4, 32, 32)
    assert clip.float().std() > 10


@pytest.mark.parametrize("way", ["processes", "threads", "backwards"])
def test_bytes_do_not_depend_on_who_does_the_work(
    clips: Path, reference: Path, tmp_path: Path, way: str
) -> None:
    files = sorted(path for path in clips.rglob("*") if path.is_file())
    if way == "threads":
        with ThreadPoolExecutor(3) as executor:
            extract(files, tmp_path / "store", HALF, root=clips, executor=executor)
    else:
        order = files[::-1] if way == "backwards" else files
        workers = 0 if way == "backwards" else 2
        extract(order, tmp_path / "store", HALF, root=clips, workers=workers)
    assert hashes(tmp_path / "store") == hashes(reference)


def test_a_second_run_extracts_nothing_again(clips: Path, reference: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    shutil.copytree(reference, store)
    before = {
        path: path.stat().st_ino for path in store.rglob("*.parquet") if "tracks" in path.parts
    }
    for path in clips.rglob("*.*"):
        os.utime(path)
    summary = extract(clips, store, HALF, root=clips, workers=0)
    assert (summary.done, summary.reused, len(summary.no_face)) == (0, 3, 1)
    assert len(summary.failed) == 3
    assert {path: path.stat().st_ino for path in before} == before
    assert hashes(store) == hashes(reference)


def test_a_changed_file_is_extracted_again_and_a_mended_one_too(
    clips: Path, tmp_path: Path
) -> None:
    media, store = tmp_path / "media", tmp_path / "store"
    media.mkdir()
    shutil.copy(clips / "real/a.mp4", media / "a.mp4")
    shutil.copy(clips / "half.mp4", media / "b.mp4")
    first = extract(media, store, HALF, root=media, workers=0)
    assert (first.done, len(first.failed)) == (1, 1)
    shutil.copy(clips / "fake/a.mp4", media / "a.mp4")
    shutil.copy(clips / "real/a.mp4", media / "b.mp4")
    second = extract(media, store, HALF, root=media, workers=0)
    assert (second.done, second.reused, second.failed) == (2, 0, [])
    fresh = tmp_path / "fresh"
    extract(media, fresh, HALF, root=media, workers=0)
    assert hashes(store) == hashes(fresh)


def test_a_file_that_is_gone_takes_nothing_from_the_store(clips: Path, tmp_path: Path) -> None:
    media, store = tmp_path / "media", tmp_path / "store"
    shutil.copytree(clips / "real", media)
    shutil.copy(clips / "still.png", media / "b.png")
    paths = [media / "a.mp4", media / "b.png"]
    extract(paths, store, HALF, root=media, workers=0)
    before = hashes(store)
    (media / "a.mp4").unlink()
    summary = extract(paths, store, HALF, root=media, workers=0)
    assert summary.failed == [(str(media / "a.mp4"), "no such file or directory")]
    assert summary.reused == 1
    assert hashes(store) == before


def test_other_options_are_refused_before_any_work(clips: Path, reference: Path) -> None:
    before = hashes(reference)
    with pytest.raises(StoreError, match=r"other options \(selection 'frames:3', now 'all'\)"):
        extract(clips, reference, ExtractionOptions(), root=clips)
    assert hashes(reference) == before


def test_metadata_reach_the_tracks_and_change_without_extraction(
    clips: Path, tmp_path: Path
) -> None:
    table, store = clips / "labels.csv", tmp_path / "store"
    table.write_text(
        "file,label,system,source,mask\nreal/a.mp4,real,,,\nfake/a.mp4,fake,swap,real/a.mp4,still.png\n"
    )
    first = extract([clips / "real", clips / "fake"], store, HALF, metadata=table, workers=0)
    tracks = {track.source: track for track in FaceStore(store)}
    assert (tracks["real/a.mp4"].label, tracks["fake/a.mp4"].label) == ("real", "fake")
    assert (tracks["fake/a.mp4"].manipulation, tracks["fake/a.mp4"].origin) == (
        "swap",
        "real/a.mp4",
    )
    assert first.unlabelled == []
    table.write_text("file,label,identity\nreal/a.mp4,fake,anna\n")
    again = extract([clips / "real", clips / "fake"], store, HALF, metadata=table, workers=0)
    assert (again.done, again.reused) == (0, 2)
    assert again.unlabelled == [str(clips / "fake/a.mp4")]
    tracks = {track.source: track for track in FaceStore(store)}
    assert (tracks["real/a.mp4"].label, tracks["real/a.mp4"].identity) == ("fake", "anna")
    # A table that does not name a file leaves what is known of it.
    assert tracks["fake/a.mp4"].label == "fake"


def test_masks_are_not_looked_at(clips: Path, tmp_path: Path) -> None:
    table = clips / "labels.csv"
    table.write_text("file,label,mask\nreal/a.mp4,real,wall.png\n")
    summary = extract(clips, tmp_path / "store", HALF, metadata=table, workers=0)
    assert summary.no_face == []


def test_metadata_that_fit_nothing(clips: Path, tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    table.write_text("file,label\nother.mp4,real\n")
    with pytest.raises(MissingDataError, match="its column 'file' names none of the 1 files"):
        extract(clips / "real", tmp_path / "store", HALF, metadata=table)
    assert not (tmp_path / "store").exists()


def test_nothing_to_extract(clips: Path, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    cases: list[tuple[Any, type[Exception], str]] = [
        (tmp_path / "gone.mp4", UnreadableMediaError, "gone.mp4: no such file"),
        (tmp_path / "none", UnreadableMediaError, "none: no video or image in this folder"),
        ([], MissingDataError, "no file to extract was named"),
        ([tmp_path / "a", tmp_path / "b"], MissingDataError, "none of 2 paths leads to a file"),
    ]
    for paths, kind, message in cases:
        with pytest.raises(kind, match=message):
            extract(paths, tmp_path / "store", HALF)
    with pytest.raises(ValueError, match=r"'workers' must not be negative \(got -1\)"):
        extract(clips, tmp_path / "store", HALF, workers=-1)
    assert not (tmp_path / "store").exists()


class _BreaksDown(Executor):
    """An executor that does one job and then loses its workers."""

    done = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if self.done:
            future.set_exception(BrokenExecutor("worker lost"))
        else:
            self.done = True
            future.set_result(fn(*args, **kwargs))
        return future


def test_a_callers_executor_that_breaks_down(clips: Path, reference: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    with pytest.raises(GraphForensicsError, match=r"the executor broke down .* run again"):
        extract(clips, store, HALF, root=clips, executor=_BreaksDown())
    extract(clips, store, HALF, root=clips, workers=0)
    assert hashes(store) == hashes(reference)


class _Lacks(Executor):
    """An executor whose workers lack a package."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_exception(ModuleNotFoundError("No module named 'dlib'"))
        return future


def test_workers_that_cannot_work_stop_the_run_and_take_nothing_away(
    clips: Path, reference: Path, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    shutil.copytree(reference, store)
    wanted = r"could not begin with .*\(ModuleNotFoundError: No module named 'dlib'\); nothing is"
    with pytest.raises(GraphForensicsError, match=wanted):
        extract(clips, store, HALF, root=clips, executor=_Lacks())
    assert hashes(store) == hashes(reference)


def test_output_that_cannot_be_written(clips: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("")
    for place, message in [("file", "is a file"), ("full", "neither empty nor a face store")]:
        with pytest.raises(OutputError, match=message):
            extract(clips, tmp_path / place, HALF)
