"""Jobs on a real Dask cluster of separate processes, whose workers die."""

from __future__ import annotations

import importlib
import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from graphforensics.errors import GraphForensicsError, OutputError
from graphforensics.preprocess.pipeline.dask_pool import DaskPool, WorkersLostError

distributed = pytest.importorskip("distributed")
dask = pytest.importorskip("dask")


def _cluster(workers: int) -> Any:
    return distributed.LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        silence_logs=50,
    )


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with dask.config.set({"distributed.scheduler.allowed-failures": 1}), _cluster(2) as found:
        yield found


def test_every_job_comes_back_with_its_result_or_its_error(cluster: Any) -> None:
    def task(number: int) -> tuple[int, int]:
        if number == 7:
            raise OutputError("full")
        time.sleep(0.05)  # Long enough that one worker cannot do all of them.
        return number * number, os.getpid()

    with DaskPool(task, cluster.scheduler_address) as pool:
        outcomes = dict(pool.run(range(20)))
    assert isinstance(outcomes.pop(7), OutputError)
    assert {job: found[0] for job, found in outcomes.items()} == {
        number: number**2 for number in range(20) if number != 7
    }
    # Other processes did it, and both of them.
    processes = {found[1] for found in outcomes.values()}
    assert len(processes) == 2
    assert os.getpid() not in processes


def test_a_worker_says_what_it_lacks(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "only_here.py").write_text("def task(number):\n    return number\n")
    monkeypatch.syspath_prepend(tmp_path)
    task = importlib.import_module("only_here").task
    with DaskPool(task, cluster.scheduler_address, patience=5) as pool:
        error = dict(pool.run([1]))[1]
    assert isinstance(error, ModuleNotFoundError)
    assert str(error) == "No module named 'only_here'"


def test_jobs_are_taken_as_there_is_room(cluster: Any) -> None:
    taken = []

    def jobs() -> Iterator[int]:
        for number in range(1000):
            taken.append(number)
            yield number

    with DaskPool(abs, cluster.scheduler_address) as pool:
        run = pool.run(jobs())
        next(run)
        run.close()
    assert len(taken) <= 6


def test_a_job_that_kills_its_workers_is_given_up_and_no_other(
    cluster: Any, tmp_path: Path
) -> None:
    note = tmp_path / "deaths"

    def task(number: int) -> int:
        if number == 3:
            with open(note, "a") as file:
                file.write("x")
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.02)
        return number

    with DaskPool(task, cluster.scheduler_address) as pool:
        outcomes = dict(pool.run(range(12)))
    lost = outcomes.pop(3)
    assert isinstance(lost, WorkersLostError)
    assert lost.deaths == 2
    # Twice beside others and twice alone.
    assert note.read_text() == "xxxx"
    assert outcomes == {number: number for number in range(12) if number != 3}


def test_a_client_in_place_of_an_address_stays_open(cluster: Any) -> None:
    with distributed.Client(cluster, set_as_default=False) as client:
        with DaskPool(abs, client) as pool:
            assert dict(pool.run([-1])) == {-1: 1}
        assert client.submit(abs, -2).result() == 2


def test_nobody_at_the_address() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for address in (f"tcp://127.0.0.1:{port}", "nonsense://x"):
        with (
            dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
            pytest.raises(GraphForensicsError, match=f"^{address}: no Dask scheduler answers"),
            DaskPool(abs, address, connect=1),
        ):
            pytest.fail("connected to nothing")


def test_a_cluster_without_workers() -> None:
    with (
        _cluster(0) as empty,
        DaskPool(abs, empty.scheduler_address, patience=1) as pool,
        pytest.raises(GraphForensicsError, match=r"has had no worker for 1 seconds.*run again"),
    ):
        list(pool.run([1]))


def test_the_scheduler_goes_away() -> None:
    with _cluster(1) as lost, DaskPool(time.sleep, lost.scheduler_address, connect=1) as pool:
        run = pool.run([0.0, 3.0, 3.0])
        next(run)
        lost.close()
        with pytest.raises(GraphForensicsError) as lost_it:
            next(run)
    # In one line, however many Dask takes.
    assert re.fullmatch(r"the Dask scheduler was lost \(.+\); .*run again", str(lost_it.value))
