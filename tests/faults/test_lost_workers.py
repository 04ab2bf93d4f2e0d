"""Workers that die while they extract, as the system's killer of large processes ends them."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

import graphforensics
from graphforensics.datasets.moving_face import moving_face
from graphforensics.media.write_clip import write_clip
from graphforensics.preprocess import extract
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.face_store import FaceStore
from graphforensics.store.layout import source_key

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(graphforensics.__file__).parents[1])}
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("media")
    for seed in range(3):
        write_clip(root / f"{seed}.mp4", moving_face(8, (144, 176), 0.6, 8, seed=seed))
    return root


def _command(clips: Path, store: Path, workers: int) -> list[str]:
    words = ["extract", str(clips), "--out", str(store), "--root", str(clips)]
    return [sys.executable, "-m", "graphforensics", *words, "--workers", str(workers)]


def _hashes(store: Path) -> dict[str, str]:
    return {
        path.relative_to(store).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(store.rglob("*"))
        if path.is_file()
    }


def _workers_writing(parent: int, name: str) -> list[int]:
    """Find the children of a process that have a file open whose path holds ``name``."""
    found = []
    try:
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    except FileNotFoundError:
        return []
    for child in children:
        try:
            files = [os.readlink(link) for link in Path(f"/proc/{child}/fd").iterdir()]
        except OSError:
            continue
        if any(name in file for file in files):
            found.append(int(child))
    return found


def _kill_those_writing(run: subprocess.Popen[str], name: str, times: int) -> int:
    """Kill the first ``times`` workers that have such a file open."""
    killed: set[int] = set()
    while run.poll() is None and len(killed) < times:
        for worker in _workers_writing(run.pid, name):
            if worker not in killed:
                os.kill(worker, signal.SIGKILL)
                killed.add(worker)
        time.sleep(0.002)
    return len(killed)


@pytest.fixture(scope="module")
def whole(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Hashes of the store that nobody disturbed."""
    store = tmp_path_factory.mktemp("whole") / "store"
    extract(clips, store, ExtractionOptions(), root=clips, workers=0)
    return _hashes(store)


@pytest.mark.parametrize("times", [1, 2])
def test_the_file_is_tried_again_alone_and_then_listed(
    clips: Path, whole: dict[str, str], tmp_path: Path, times: int
) -> None:
    key = source_key("1.mp4")
    store = tmp_path / "store"
    with subprocess.Popen(
        _command(clips, store, 2), env=ENVIRONMENT, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    ) as run:  # fmt: skip
        assert _kill_those_writing(run, f".partial/{key}/", times) == times
        errors = run.communicate(timeout=120)[1]
    rows = {row["source"]: row for row in FaceStore(store).manifest.to_pylist()}
    others = [rows[f"{seed}.mp4"]["status"] for seed in (0, 2)]
    assert others == ["ok"] * 2
    if times == 1:
        assert (run.returncode, rows["1.mp4"]["status"]) == (0, "ok")
    else:
        assert run.returncode == 3, errors
        assert rows["1.mp4"]["status"] == "failed"
        reason = "its worker process died: killed, out of memory, or crashed"
        assert rows["1.mp4"]["reason"] == reason
        # The next run tries it once more.
        assert extract(clips, store, ExtractionOptions(), root=clips, workers=0).failed == []
    assert _hashes(store) == whole


def test_what_a_lost_worker_was_to_replace_stays(clips: Path, tmp_path: Path) -> None:
    media, store = tmp_path / "media", tmp_path / "store"
    shutil.copytree(clips, media)
    table = media / "labels.csv"
    table.write_text("file,label,identity\n" + "".join(f"{n}.mp4,fake,p{n}\n" for n in range(3)))
    extract(media, store, ExtractionOptions(), metadata=table, workers=0)
    before = _hashes(store)
    with (media / "1.mp4").open("ab") as file:
        file.write(b"\0" * 8)
    with subprocess.Popen(
        _command(media, store, 1), env=ENVIRONMENT, stdout=subprocess.PIPE, text=True
    ) as run:
        assert _kill_those_writing(run, f".partial/{source_key('1.mp4')}/", 2) == 2
        run.communicate(timeout=120)
    assert run.returncode == 3
    assert _hashes(store) == before
    assert extract(media, store, ExtractionOptions(), root=media, workers=0).done == 1
    track = next(track for track in FaceStore(store) if track.source == "1.mp4")
    assert (track.label, track.identity) == ("fake", "p1")


# Bounds its own memory once everything is loaded, as the libraries take more on more cores.
_BOUNDED = """
import resource, sys
from graphforensics.preprocess import ExtractionOptions, extract

sound, media, store = sys.argv[1:]
extract(sound, store, ExtractionOptions(), root=media, workers=0)
lines = open("/proc/self/status").read().splitlines()
taken = next(int(line.split()[1]) << 10 for line in lines if line.startswith("VmSize"))
resource.setrlimit(resource.RLIMIT_AS, (taken + (200 << 20),) * 2)
extract(media, store, ExtractionOptions(), root=media, workers=0)
"""


def test_a_picture_that_memory_does_not_suffice_for(clips: Path, tmp_path: Path) -> None:
    media, store = tmp_path / "media", tmp_path / "store"
    media.mkdir()
    (media / "0.mp4").write_bytes((clips / "0.mp4").read_bytes())
    (media / "1.mp4").write_bytes((clips / "1.mp4").read_bytes())
    Image.new("RGB", (9400, 9400)).save(media / "0.png")
    words = [str(media / "0.mp4"), str(media), str(store)]
    command = [sys.executable, "-c", _BOUNDED, *words]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    rows = {row["source"]: row for row in FaceStore(store).manifest.to_pylist()}
    assert rows["0.png"]["reason"] == "not enough memory to decode it"
    assert [rows[name]["status"] for name in ("0.mp4", "0.png", "1.mp4")] == ["ok", "failed", "ok"]
