"""Many jobs on worker processes: none lost, none left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

import graphforensics
from graphforensics.errors import GraphForensicsError
from graphforensics.preprocess.pipeline.worker_pool import WorkerPool, run_bounded

# The task is ``eval``, which every process can import: a job is an expression.
DIE = "__import__('os')._exit(9)"
PID = "__import__('os').getpid()"

_SLEEPER = """
from graphforensics.preprocess.pipeline.worker_pool import WorkerPool

if __name__ == "__main__":
    nap = "(print(__import__('os').getpid(), flush=True), __import__('time').sleep(60))"
    for job in WorkerPool(eval, 2).run([nap, nap]):
        pass
"""


ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(graphforensics.__file__).parents[1])}


def _script(folder: Path, text: str) -> list[str]:
    path = folder / "script.py"
    path.write_text(text)
    return [sys.executable, str(path)]


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _wait_until_gone(pids: list[int]) -> bool:
    end = time.monotonic() + 20
    while any(map(_alive, pids)) and time.monotonic() < end:
        time.sleep(0.05)
    return not any(map(_alive, pids))


@pytest.mark.parametrize("workers", [0, 2])
def test_every_job_comes_back_with_its_result_or_its_error(workers: int) -> None:
    jobs = [f"{number} ** 2" for number in range(20)] + ["1 / 0"]
    results = dict(WorkerPool(eval, workers).run(jobs))
    assert [results[f"{number} ** 2"] for number in range(20)] == [n**2 for n in range(20)]
    assert isinstance(results["1 / 0"], ZeroDivisionError)


def test_processes_are_others_and_inline_is_not() -> None:
    assert dict(WorkerPool(eval, 0).run([PID])) == {PID: os.getpid()}
    assert dict(WorkerPool(eval, 1).run([PID]))[PID] != os.getpid()


def test_a_dying_worker_takes_no_other_job_with_it() -> None:
    jobs = [*(str(number) for number in range(6)), DIE, *(str(number) for number in range(6, 12))]
    results = dict(WorkerPool(eval, 2).run(jobs))
    assert isinstance(results.pop(DIE), BrokenExecutor)
    assert results == {str(number): number for number in range(12)}


def test_jobs_are_taken_only_as_they_are_needed() -> None:
    taken = 0

    def jobs() -> Iterator[str]:
        nonlocal taken
        for number in range(50):
            taken += 1
            yield str(number)

    with ThreadPoolExecutor(2) as executor:
        seen = 0
        for _ in run_bounded(executor, eval, jobs(), 4):
            seen += 1
            assert taken <= seen + 4
    assert seen == taken == 50


def test_a_script_without_a_guard_is_told_so(tmp_path: Path) -> None:
    command = _script(tmp_path, _SLEEPER.replace('if __name__ == "__main__":', "if True:"))
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert GraphForensicsError.__name__ in done.stderr
    assert "if __name__ == '__main__': before it, or workers=0" in done.stderr


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_workers_end_with_their_parent(tmp_path: Path, end: signal.Signals) -> None:
    command, quiet = _script(tmp_path, _SLEEPER), subprocess.DEVNULL
    with subprocess.Popen(
        command,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=quiet,
        # A shell's background jobs ignore the interrupt, and so would what these tests start there.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as parent:
        assert parent.stdout is not None
        pids = [int(parent.stdout.readline()) for _ in range(2)]
        assert all(map(_alive, pids))
        os.kill(parent.pid, end)
        assert parent.wait(20) != 0
    assert _wait_until_gone(pids)
