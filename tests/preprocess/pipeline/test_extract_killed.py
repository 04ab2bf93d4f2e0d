"""A run that is killed, interrupted or out of room, and started again."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import graphforensics
from graphforensics.datasets.moving_face import moving_face
from graphforensics.media.write_clip import write_clip
from graphforensics.store.face_store import FaceStore

pytestmark = pytest.mark.slow

ROOT = Path(graphforensics.__file__).parents[1]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five short clips."""
    root = tmp_path_factory.mktemp("media")
    for seed in range(5):
        write_clip(root / f"{seed}.mp4", moving_face(6, (160, 200), 0.7, 10, seed=seed))
    return root


def _command(clips: Path, store: Path, workers: int = 2) -> list[str]:
    words = ["extract", str(clips), "--out", str(store), "--root", str(clips)]
    return [sys.executable, "-m", "graphforensics", *words, "--workers", str(workers)]


def _finish(clips: Path, store: Path, workers: int = 2) -> subprocess.CompletedProcess[str]:
    command = _command(clips, store, workers)
    return subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=120)


def _hashes(store: Path) -> dict[str, str]:
    return {
        path.relative_to(store).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(store.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def unbroken(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Hashes of a store that was made in one go."""
    store = tmp_path_factory.mktemp("unbroken") / "store"
    done = _finish(clips, store)
    assert done.returncode == 0, done.stderr
    assert len(FaceStore(store)) == 5
    return _hashes(store)


def _heed_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _end(command: list[str], moment: Callable[[], bool], end: signal.Signals) -> tuple[int, str]:
    """Start a run, wait for a moment, end it; return its status and what it said."""
    with subprocess.Popen(
        command,
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # A shell's background jobs ignore the interrupt, and so would what these tests start there.
        preexec_fn=_heed_interrupts,
    ) as run:
        while run.poll() is None and not moment():
            time.sleep(0.002)
        run.send_signal(end)
        said = run.communicate(timeout=60)[1]
    return run.returncode, said


def test_interrupted_while_this_process_writes(clips: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    status, said = _end(
        _command(clips, store, 0), lambda: any(store.glob(".partial/*/*/*")), signal.SIGINT
    )
    assert (status, said) == (130, "graphforensics: interrupted\n")


def test_terminated_with_workers_leaves_no_word_behind(clips: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    status, said = _end(
        _command(clips, store, 2), lambda: any(store.glob(".partial/*/*/*")), signal.SIGTERM
    )
    # No traceback, and nothing from multiprocessing's tracker on what was left over.
    assert (status, said) == (143, "graphforensics: terminated\n")


def test_a_full_disk_takes_nothing_away(
    clips: Path, unbroken: dict[str, str], tmp_path: Path
) -> None:
    media, store = tmp_path / "media", tmp_path / "store"
    shutil.copytree(clips, media)
    assert _finish(media, store, 0).returncode == 0
    with (media / "2.mp4").open("ab") as file:
        file.write(b"\0" * 8)
    # Room for the header of a track; no test may fill the disk that others work on.
    limit = "import resource, signal, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (4000,) * 2)"
    main = "from graphforensics.cli.main import main; raise SystemExit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", f"{limit}; {main}", *_command(media, store, 0)[3:]]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert "cannot be written (file too large); finished files are kept" in done.stderr
    assert _hashes(store) == unbroken


def test_killed_at_any_moment_and_started_again(
    clips: Path, unbroken: dict[str, str], tmp_path: Path
) -> None:
    store = tmp_path / "store"
    chance = random.Random(0)
    moments: list[Callable[[], bool]] = [
        lambda: store.exists(),
        lambda: any(store.glob(".partial/*/*")),
        lambda: len(list(store.glob("tracks/*"))) >= 1,
        lambda: len(list(store.glob("tracks/*"))) >= 3,
    ]
    for moment in moments:
        status, _ = _end(_command(clips, store), moment, signal.SIGKILL)
        assert status == -signal.SIGKILL
        time.sleep(chance.uniform(0, 0.05))
        # What is in its place is whole, whatever the moment was.
        present = {name: value for name, value in _hashes(store).items() if "tracks/" in name}
        assert {name: unbroken[name] for name in present} == present
        assert not (store / "manifest.parquet").exists()
    done = _finish(clips, store)
    assert done.returncode == 0
    assert ", 5 in the store already" not in done.stdout
    assert _hashes(store) == unbroken


def test_killed_while_it_adds_to_a_store(
    clips: Path, unbroken: dict[str, str], tmp_path: Path
) -> None:
    store = tmp_path / "store"
    one = [*_command(clips / "0.mp4", store, 0)]
    one[one.index("--root") + 1] = str(clips)
    assert subprocess.run(one, env=ENVIRONMENT, capture_output=True, timeout=60).returncode == 0
    _end(_command(clips, store), lambda: len(list(store.glob("tracks/*"))) >= 2, signal.SIGKILL)
    with pytest.warns(UserWarning, match="no manifest"):
        tracks = list(FaceStore(store))
    assert len(tracks) >= 2
    assert all(len(track.read(range(len(track)))) == 6 for track in tracks)
    assert _finish(clips, store).returncode == 0
    assert _hashes(store) == unbroken


@pytest.mark.parametrize("workers", [0, 2])
def test_interrupted_from_the_keyboard(
    clips: Path, unbroken: dict[str, str], tmp_path: Path, workers: int
) -> None:
    store = tmp_path / "store"
    status, said = _end(
        _command(clips, store, workers), lambda: any(store.glob("tracks/*")), signal.SIGINT
    )
    assert status == 130
    assert said.strip().endswith("graphforensics: interrupted")
    assert "Traceback" not in said
    assert not (store / ".partial").exists()
    assert _finish(clips, store).returncode == 0
    assert _hashes(store) == unbroken


def test_a_second_run_on_the_same_store_is_refused(
    clips: Path, unbroken: dict[str, str], tmp_path: Path
) -> None:
    store = tmp_path / "store"
    with subprocess.Popen(
        _command(clips, store), env=ENVIRONMENT, stdout=subprocess.DEVNULL, text=True
    ) as first:
        while not (store / ".partial").exists():
            time.sleep(0.002)
        second = _finish(clips, store, workers=0)
        assert first.wait(60) == 0
    assert second.returncode == 2
    assert second.stderr.strip().endswith(
        f"{store}: another run is writing to this store; wait for it or stop it"
    )
    assert _hashes(store) == unbroken


def _no_large_files(limit: int) -> Callable[[], None]:
    def set_limit() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return set_limit


def test_file_size_limit(clips: Path, unbroken: dict[str, str], tmp_path: Path) -> None:
    store = tmp_path / "store"
    done = subprocess.run(
        _command(clips, store, workers=0),
        env=ENVIRONMENT, capture_output=True, text=True, timeout=60,
        preexec_fn=_no_large_files(60_000),
    )  # fmt: skip
    _check_full(done, store, "file too large")
    assert _finish(clips, store).returncode == 0
    assert _hashes(store) == unbroken


@pytest.fixture
def small_disk(tmp_path: Path) -> object:
    """A file system of a quarter of a megabyte, where the system lets one be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(place)]
    try:
        mounted = subprocess.run(words, capture_output=True).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("needs the right to mount a file system")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_disk_full(clips: Path, unbroken: dict[str, str], small_disk: Path) -> None:
    store = small_disk / "store"
    done = _finish(clips, store)
    _check_full(done, store, "no space left on device")
    present = {name: value for name, value in _hashes(store).items() if "tracks/" in name}
    assert {name: unbroken[name] for name in present} == present
    assert present
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    assert _finish(clips, store).returncode == 0
    assert _hashes(store) == unbroken


def test_read_only_disk(clips: Path, small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    done = _finish(clips, small_disk / "store")
    assert done.returncode == 2
    assert "cannot be written (read-only file system)" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def _check_full(done: subprocess.CompletedProcess[str], store: Path, reason: str) -> None:
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"graphforensics extract: error: {store}")
    assert f"cannot be written ({reason}); finished files are kept: make room" in line
    assert not (store / "manifest.parquet").exists()
    assert not list(store.glob(".partial/*"))
