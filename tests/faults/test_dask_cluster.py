"""Extraction on a real Dask cluster of separate processes, some of which are killed."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import graphforensics
from graphforensics.datasets.moving_face import moving_face
from graphforensics.errors import OutputError
from graphforensics.media.write_clip import write_clip
from graphforensics.preprocess import extract
from graphforensics.preprocess.pipeline.dask_pool import DaskPool
from graphforensics.preprocess.pipeline.source_job import SourceJob, run_source_job
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.face_store import FaceStore
from graphforensics.store.layout import source_key

distributed = pytest.importorskip("distributed")
dask = pytest.importorskip("dask")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(graphforensics.__file__).parents[1])}
CLIPS = 5


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    settings = {"distributed.scheduler.allowed-failures": 1}
    with (
        dask.config.set(settings),
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            silence_logs=50,
        ) as found,
    ):
        yield found


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("media")
    for seed in range(CLIPS):
        write_clip(root / f"{seed}.mp4", moving_face(8, (144, 176), 0.6, 8, seed=seed))
    (root / "broken.mp4").write_text("no video")
    return root


@pytest.fixture(scope="module")
def whole(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Hashes of the store that one process makes."""
    store = tmp_path_factory.mktemp("whole") / "store"
    extract(clips, store, ExtractionOptions(), root=clips, workers=0)
    return _hashes(store)


def _hashes(store: Path) -> dict[str, str]:
    return {
        path.relative_to(store).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(store.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def _open_files(process: int) -> list[str]:
    try:
        return [os.readlink(link) for link in Path(f"/proc/{process}/fd").iterdir()]
    except OSError:
        return []


@contextmanager
def _killer(cluster: Any, name: str, times: int) -> Iterator[list[int]]:
    """Kill workers of the cluster that have a file open whose path holds ``name``."""
    killed: list[int] = []
    over = threading.Event()

    def watch() -> None:
        while not over.is_set() and len(killed) < times:
            for nanny in list(cluster.workers.values()):
                process = nanny.pid
                if process in killed or process is None:
                    continue
                if any(name in file for file in _open_files(process)):
                    os.kill(process, signal.SIGKILL)
                    killed.append(process)
            time.sleep(0.001)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()


def test_a_worker_killed_in_the_middle_changes_no_byte(
    cluster: Any, clips: Path, whole: dict[str, str], tmp_path: Path
) -> None:
    store = tmp_path / "store"
    key = source_key("2.mp4")
    with _killer(cluster, f".partial/{key}/", times=1) as killed:
        summary = extract(clips, store, root=clips, dask=cluster.scheduler_address)
    assert len(killed) == 1
    assert (summary.done, len(summary.failed)) == (CLIPS, 1)
    assert _hashes(store) == whole


def test_a_file_that_kills_every_worker_is_listed_and_the_rest_is_done(
    cluster: Any, clips: Path, whole: dict[str, str], tmp_path: Path
) -> None:
    store = tmp_path / "store"
    key = source_key("1.mp4")
    with _killer(cluster, f".partial/{key}/", times=100) as killed:
        summary = extract(clips, store, root=clips, dask=cluster.scheduler_address)
    # Twice among the others and twice alone, and then no more.
    assert len(killed) == 4
    reasons = {Path(path).name: reason for path, reason in summary.failed}
    died = "its worker process died 2 times: killed, out of memory, or crashed"
    assert reasons["1.mp4"] == died
    rows = {row["source"]: row for row in FaceStore(store).manifest.to_pylist()}
    assert (rows["1.mp4"]["status"], rows["1.mp4"]["reason"]) == ("failed", died)
    assert [rows[f"{n}.mp4"]["status"] for n in (0, 2, 3, 4)] == ["ok"] * 4
    # The next run tries it once more.
    again = extract(clips, store, root=clips, dask=cluster.scheduler_address)
    assert (again.done, again.reused) == (1, CLIPS - 1)
    assert _hashes(store) == whole


def test_the_command_and_a_store_on_a_url(
    cluster: Any, clips: Path, whole: dict[str, str], tmp_path: Path
) -> None:
    # local:// goes through fsspec as an object store does: no folder is renamed.
    url = f"local://{tmp_path}/store"
    words = ["extract", str(clips), "--out", url, "--root", str(clips)]
    command = [sys.executable, "-m", "graphforensics", *words, "--dask", cluster.scheduler_address]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 3, done.stderr
    assert f"store: {url}" in done.stdout
    assert _hashes(tmp_path / "store") == whole


def test_workers_that_do_not_see_the_store(cluster: Any, clips: Path, tmp_path: Path) -> None:
    job = SourceJob(str(clips / "0.mp4"), "0.mp4", "0.mp4", "0-1", str(tmp_path / "elsewhere"))
    with DaskPool(run_source_job, cluster.scheduler_address) as pool:
        ((_, error),) = pool.run([job])
    assert isinstance(error, OutputError)
    assert "sees no store there; name a folder that all workers share" in str(error)
    assert not (tmp_path / "elsewhere").exists()


def test_an_address_without_a_scheduler(clips: Path, tmp_path: Path) -> None:
    words = ["extract", str(clips), "--out", str(tmp_path / "store"), "--dask", "nonsense://x"]
    command = [sys.executable, "-m", "graphforensics", *words]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert "nonsense://x: no Dask scheduler answers there" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "store").exists()
