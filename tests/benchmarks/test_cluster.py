"""The simulated cluster against what can be worked out by hand."""

from __future__ import annotations

import heapq
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))
from cluster_events import Costs, Task, simulate  # noqa: E402

FREE = Costs(dispatch=0, commit=0, storage=1e18, link=1e18)


def test_one_worker_does_one_thing_after_the_other() -> None:
    tasks = [Task(200.0 * n, 3.0 + n, 50.0) for n in range(1, 8)]
    costs = Costs(dispatch=0.25, commit=0.5, storage=100.0, link=40.0)
    # The link is slower than the storage; only the last commit is waited for.
    by_hand = sum(0.25 + (200 * n + 50) / 40 + 3 + n for n in range(1, 8)) + 0.5
    found = simulate(tasks, 1, costs)
    assert found.seconds == pytest.approx(by_hand)
    assert found.busy["processors"] == pytest.approx(sum(3 + n for n in range(1, 8)) / by_hand)
    assert found.bottleneck == "links"


@pytest.mark.parametrize("workers", [1, 8, 64])
def test_processors_alone_divide_the_time(workers: int) -> None:
    found = simulate([Task(1, 4.0, 1)] * 640, workers, FREE)
    assert found.seconds == pytest.approx(640 * 4 / workers)
    assert found.bottleneck == "processors"
    assert found.busy["processors"] == pytest.approx(1)


def test_uneven_tasks_go_to_the_first_free_worker() -> None:
    rng = random.Random(0)
    seconds = [rng.expovariate(1) for _ in range(500)]
    free = [0.0] * 7
    for each in seconds:
        heapq.heappush(free, heapq.heappop(free) + each)
    found = simulate([Task(0, each, 0) for each in seconds], 7, FREE)
    assert found.seconds == pytest.approx(max(free))


@pytest.mark.parametrize("workers", [1, 5, 64])
def test_storage_alone_gives_what_it_has(workers: int) -> None:
    tasks = [Task(300, 0, 700)] * 320
    found = simulate(tasks, workers, Costs(dispatch=0, commit=0, storage=50.0, link=1e18))
    assert found.seconds == pytest.approx(320 * 1000 / 50)
    assert found.bottleneck == "storage"


def test_transfers_share_the_storage_equally() -> None:
    # Both read at 5 a second until the first has its 10; the other has 20 left, at 10 a second.
    tasks = [Task(10, 0, 0), Task(30, 0, 0)]
    found = simulate(tasks, 2, Costs(dispatch=0, commit=0, storage=10.0, link=100.0))
    assert found.seconds == pytest.approx(2 + 2)
    # Nobody is faster than the link.
    found = simulate(tasks, 2, Costs(dispatch=0, commit=0, storage=10.0, link=4.0))
    assert found.seconds == pytest.approx(30 / 4)


def test_a_slow_scheduler_and_slow_commits_are_bottlenecks() -> None:
    tasks = [Task(0, 0.1, 0)] * 400
    found = simulate(tasks, 64, Costs(dispatch=0.5, commit=0, storage=1e18, link=1e18))
    assert found.seconds == pytest.approx(400 * 0.5 + 0.1)
    assert found.bottleneck == "scheduler"
    found = simulate(tasks, 64, Costs(dispatch=0, commit=0.3, storage=1e18, link=1e18))
    assert found.seconds == pytest.approx(0.1 + 400 * 0.3)
    assert found.bottleneck == "commits"


def test_the_command(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    file = tmp_path / "cluster.json"
    words = ["--count", "200", "--tasks", "40", "--frames", "frames:5", "--json", str(file)]
    run = subprocess.run(
        [sys.executable, "-W", "ignore", str(BENCHMARKS / "cluster.py"), *words],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    report = json.loads(file.read_text(encoding="utf-8"))
    (found,) = report["runs"]
    hours = {(row["storage"], row["workers"]): row["hours"] for row in found["simulated"]}
    assert set(hours) == {(s, w) for s in (100, 1000) for w in (1, 8, 64)}
    for storage in (100, 1000):
        assert hours[storage, 1] > hours[storage, 8] >= hours[storage, 64] > 0
    least = 200 * found["seconds_a_clip"] / 3600 / 1.5
    assert hours[1000, 1] > least
    assert "bottleneck" in run.stdout
