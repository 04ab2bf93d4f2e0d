"""Stores on file systems of fsspec: the same bytes as on the disk, read in the same ways."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import fsspec
import pytest
import torch
from torch.utils.data import DataLoader

from graphforensics.cli.main import main
from graphforensics.data import InputSpec
from graphforensics.datasets.clip_dataset import ClipDataset
from graphforensics.datasets.moving_face import moving_face
from graphforensics.errors import OutputError, StoreError
from graphforensics.media.write_clip import write_clip
from graphforensics.preprocess import extract
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.face_store import FaceStore
from graphforensics.store.store_check import check_stores
from graphforensics.store.store_writer import StoreWriter
from graphforensics.store.track_table import track_table

SPEC = InputSpec("clip", size=16, snippets=2, frames=2)
OPTIONS = ExtractionOptions(selection="frames:4")


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("media")
    for seed in range(2):
        write_clip(root / f"{seed}.mp4", moving_face(6, (144, 176), 0.6, 8, seed=seed))
    (root / "broken.mp4").write_text("no video")
    (root / "labels.csv").write_text("file,label\n0.mp4,real\n1.mp4,fake\n")
    return root


@pytest.fixture(scope="module")
def reference(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("whole") / "store"
    extract(clips, store, OPTIONS, metadata=clips / "labels.csv", workers=0)
    return store


@pytest.fixture
def memory() -> str:
    return f"memory://{uuid4().hex}/store"


def _local(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def _remote(url: str) -> dict[str, bytes]:
    fs, root = fsspec.core.url_to_fs(url)
    return {path[len(root) + 1 :]: fs.cat_file(path) for path in fs.find(root)}


@pytest.mark.slow
@pytest.mark.parametrize("way", ["memory", "memory, threads", "local, processes", "file"])
def test_the_bytes_are_those_on_a_disk(
    clips: Path, reference: Path, tmp_path: Path, memory: str, way: str
) -> None:
    table = clips / "labels.csv"
    url = memory if way.startswith("memory") else f"{way.split(',')[0]}://{tmp_path}/store"
    if "threads" in way:
        with ThreadPoolExecutor(2) as executor:
            extract(clips, url, OPTIONS, metadata=table, executor=executor)
    else:
        extract(clips, url, OPTIONS, metadata=table, workers=2 if "processes" in way else None)
    found = _remote(url)
    assert {name: data for name, data in found.items() if name != ".lock"} == _local(reference)


def test_a_second_run_adds_reuses_and_changes(clips: Path, reference: Path, memory: str) -> None:
    table = clips / "labels.csv"
    first = extract(clips / "0.mp4", memory, OPTIONS, root=clips)
    assert (first.done, first.reused) == (1, 0)
    second = extract(clips, memory, OPTIONS, metadata=table)
    assert (second.done, second.reused, len(second.failed)) == (1, 1, 1)
    assert _remote(memory) == _local(reference)
    third = extract(clips, memory, OPTIONS, metadata=table)
    assert (third.done, third.reused, len(third.failed)) == (0, 2, 1)
    assert _remote(memory) == _local(reference)


def test_without_a_manifest_the_finished_sources_are_listed(
    clips: Path, reference: Path, memory: str
) -> None:
    extract(clips, memory, OPTIONS, metadata=clips / "labels.csv")
    fs, root = fsspec.core.url_to_fs(memory)
    fs.rm_file(f"{root}/manifest.parquet")
    key = FaceStore(reference)[0].track_id.split("/")[0]
    fs.rm_file(f"{root}/tracks/{key}/source.json")
    with pytest.warns(UserWarning, match="no manifest"):
        assert FaceStore(memory).sources == ["1.mp4", "broken.mp4"]
    extract(clips, memory, OPTIONS, metadata=clips / "labels.csv")
    assert _remote(memory) == _local(reference)


def _same(url: str, reference: Path) -> None:
    there, here = FaceStore(url), FaceStore(reference)
    assert there.manifest.equals(here.manifest)
    assert str(there.root) == url
    for one, other in zip(there, here, strict=True):
        assert torch.equal(one.clip(SPEC), other.clip(SPEC))
        assert (one.landmarks == other.landmarks).all()
    check_stores([url], SPEC.__class__("image", size=16))
    samples = ClipDataset(track_table([url]).slice(0, 2), SPEC)
    wanted = ClipDataset(track_table([reference]).slice(0, 2), SPEC)
    for workers in (0, 2):
        for batch, like in zip(
            DataLoader(samples, num_workers=workers), DataLoader(wanted), strict=True
        ):
            assert torch.equal(batch["inputs"], like["inputs"])


def test_reading(clips: Path, reference: Path, tmp_path: Path, memory: str) -> None:
    for url in (memory, f"local://{tmp_path}/store"):
        extract(clips, url, OPTIONS, metadata=clips / "labels.csv", workers=0)
        _same(url, reference)
        assert FaceStore(url).verify() == []


class _Ranges(http.server.SimpleHTTPRequestHandler):
    """Python's own server, with answers to requests for a part of a file."""

    def do_GET(self) -> None:
        wanted, path = self.headers.get("Range"), Path(self.translate_path(self.path))
        if wanted is None or not path.is_file():
            super().do_GET()
            return
        first, last = (int(place) for place in wanted.removeprefix("bytes=").split("-"))
        data = path.read_bytes()
        part = data[first : last + 1]
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {first}-{first + len(part) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(part)))
        self.end_headers()
        self.wfile.write(part)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def website(reference: Path) -> Iterator[str]:
    handler = functools.partial(_Ranges, directory=str(reference.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/store"
        server.shutdown()
        thread.join()


def test_reading_over_a_network(website: str, reference: Path) -> None:
    pytest.importorskip("aiohttp")
    _same(website, reference)
    with pytest.raises(StoreError, match=r"nothing: not a face store"):
        FaceStore(website.replace("/store", "/nothing"))


def test_damage_and_absence_are_named(clips: Path, memory: str) -> None:
    with pytest.raises(StoreError, match=rf"^{memory}: not a face store \(no such folder\)"):
        FaceStore(memory)
    extract(clips / "0.mp4", memory, OPTIONS, root=clips)
    track = FaceStore(memory)[0]
    fs, root = fsspec.core.url_to_fs(memory)
    place = f"{root}/tracks/{track.track_id}.parquet"
    fs.pipe_file(place, fs.cat_file(place)[:-9])
    with pytest.raises(StoreError, match=rf"^{memory}/tracks/.*track_000.parquet: damaged"):
        FaceStore(memory)[0].read([0])
    fs.rm_file(place)
    with pytest.raises(StoreError, match=rf"^{memory}/tracks/.*track_000.parquet: missing"):
        FaceStore(memory)[0].read([0])


def test_what_is_refused(clips: Path, memory: str) -> None:
    for words in ({"workers": 2}, {"dask": "tcp://127.0.0.1:1"}):
        with pytest.raises(ValueError, match="only this process sees it; 'workers' must be 0"):
            extract(clips, memory, OPTIONS, **words)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="only one of 'workers' and 'dask' can run the files"):
        extract(clips, "store", OPTIONS, workers=1, dask="tcp://127.0.0.1:1")
    fs, root = fsspec.core.url_to_fs(memory)
    fs.pipe_file(f"{root}/holiday.jpg", b"")
    with pytest.raises(OutputError, match=r"neither empty nor a face store .*holiday.jpg"):
        extract(clips, memory, OPTIONS)
    fs.rm_file(f"{root}/holiday.jpg")
    with (
        StoreWriter(memory, OPTIONS),
        pytest.raises(OutputError, match="another run is writing to this store"),
        StoreWriter(memory, OPTIONS),
    ):
        pytest.fail("two writers")


def test_the_command(
    clips: Path, reference: Path, memory: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--metadata", str(clips / "labels.csv"), "--frames", "frames:4"]
    assert main(["extract", str(clips), "--out", memory, *words]) == 3
    assert f"store: {memory}" in capsys.readouterr().out
    assert _remote(memory) == _local(reference)
    assert main(["extract", str(clips), "--out", "nonsense://x"]) == 2
    assert "nonsense://x: cannot be opened" in capsys.readouterr().err
