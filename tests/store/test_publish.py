"""A source on a URL is there whole or not at all, wherever its upload ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.layout import RECORD, TRACKS, source_key
from graphforensics.store.manifest import read_records
from graphforensics.store.publish import publish_metadata, publish_source
from graphforensics.store.records import SourceRecord
from graphforensics.store.remote_path import RemotePath
from graphforensics.store.source_writer import write_tracks
from graphforensics.store.store_writer import StoreWriter, read_whole
from graphforensics.store.track_frame import TrackFrame

Make = Callable[..., list[TrackFrame]]
KEY = source_key("a.mp4")
CHANGES = ("pipe_file", "put_file", "mv", "rm_file")


class _Dies(BaseException):
    """The end of the process, which nothing in the library catches."""


@pytest.fixture(params=["memory", "local"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], RemotePath]:
    base = "memory://" if request.param == "memory" else f"local://{tmp_path}/"
    return lambda: RemotePath(f"{base}{uuid4().hex}")


def _prepared(folder: Path, rows: list[TrackFrame], sha256: str) -> SourceRecord:
    tracks = write_tracks(folder, rows)
    record = SourceRecord("a.mp4", KEY, "ok", sha256=sha256, tracks=tracks)
    record.write(folder / RECORD)
    return record


def _content(root: RemotePath) -> dict[str, bytes]:
    folder = root / TRACKS / KEY
    found = {}
    for name in folder.names():
        with (folder / name).open() as file:
            found[name] = file.read()
    return found


@contextmanager
def _dying(root: RemotePath, last: int) -> Iterator[None]:
    """End the process at the n-th change of a file system; half of what is written gets there."""
    count = iter(range(10_000))
    kind = type(root._fs)
    with pytest.MonkeyPatch.context() as patches:
        for name in CHANGES:
            real = getattr(kind, name)

            def act(fs: Any, *args: Any, real: Any = real, name: str = name, **words: Any) -> Any:
                if next(count) == last:
                    if name == "put_file":
                        data = Path(args[0]).read_bytes()
                        fs.open(args[1], "wb").write(data[: len(data) // 2])
                    raise _Dies
                return real(fs, *args, **words)

            patches.setattr(kind, name, act)
        yield


@pytest.mark.parametrize("before", [False, True])
def test_killed_at_every_change(
    place: Callable[[], RemotePath],
    tmp_path: Path,
    track_frames: Make,
    before: bool,
) -> None:
    old = _prepared(tmp_path / "old", [*track_frames(3), *track_frames(2, person=1)], "1")
    new = _prepared(tmp_path / "new", track_frames(4), "2")
    clean = place()
    publish_source(clean, tmp_path / "new", new)
    wanted = _content(clean)
    seen: list[str | None] = []
    finished = False
    while not finished:
        root = place()
        if before:
            publish_source(root, tmp_path / "old", old)
        with _dying(root, len(seen)), suppress(_Dies):
            publish_source(root, tmp_path / "new", new)
            finished = True
        there = read_whole(root, KEY)
        if before and there is None:
            # What was there is not lost: the next run finds a copy.
            with StoreWriter(root, ExtractionOptions()):
                assert read_whole(root, KEY) == old
                assert set(_content(root)) == {RECORD, "track_000.parquet", "track_001.parquet"}
            assert ".replaced" not in root.names() or not (root / ".replaced").names()
        assert list(read_records(root)) == ([there or old] if there or before else [])
        assert there != new or _content(root) == wanted
        seen.append(there.sha256 if there else None)
        publish_source(root, tmp_path / "new", new)
        assert _content(root) == wanted
    # As it was, then nothing, then all of the new; nothing in between.
    order = [sha256 for place, sha256 in enumerate(seen) if seen[place - 1 : place] != [sha256]]
    assert order == (["1", None, "2"] if before else [None, "2"])
    assert len(seen) > 3


def test_the_manifest_goes_first(
    place: Callable[[], RemotePath], tmp_path: Path, track_frames: Make
) -> None:
    root = place()
    with StoreWriter(root, ExtractionOptions()) as writer:
        folder = writer.partial / KEY
        record = _prepared(folder, track_frames(3), "1")
        writer.commit(record, folder)
        writer.finish()
    assert not writer.partial.exists()
    assert root.names() == ["manifest.parquet", "store.json", "tracks"]
    publish_metadata(root, replace(record, metadata={"label": "real"}))
    assert root.names() == ["store.json", "tracks"]
    assert [found.metadata for found in read_records(root)] == [{"label": "real"}]
