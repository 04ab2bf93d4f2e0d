"""The simulation behind ``cluster.py``: events of a scheduler, workers and a shared storage."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """One clip.

    Args:
        read: Bytes that a worker reads.
        seconds: Processor time that it takes.
        written: Bytes that the worker writes.
    """

    read: float
    seconds: float
    written: float


@dataclass(frozen=True)
class Costs:
    """What is shared.

    Args:
        dispatch: Seconds of the scheduler a task.
        commit: Seconds of the main process a finished task.
        storage: Bytes a second of all transfers together.
        link: Bytes a second of one worker at most.
    """

    dispatch: float
    commit: float
    storage: float
    link: float


@dataclass(frozen=True)
class Simulated:
    """What became of it.

    Args:
        seconds: From the first task handed out to the last one put into the store.
        busy: Share of that time that each part was at work.
    """

    seconds: float
    busy: dict[str, float]

    @property
    def bottleneck(self) -> str:
        """The part that is busy for the largest share of the time."""
        return max(self.busy, key=lambda name: self.busy[name])


class Storage:
    """Transfers that share a bandwidth equally.

    All transfers of the moment run at one rate, so what matters is how many bytes a transfer that
    began at the very start would have had by now: one number for all of them.
    """

    def __init__(self, total: float, link: float) -> None:
        self._total, self._link = total, link
        self._passed = 0.0
        self._now = 0.0
        self._active: list[tuple[float, int]] = []

    def add(self, now: float, worker: int, size: float) -> None:
        """Begin a transfer."""
        self._advance(now)
        heapq.heappush(self._active, (self._passed + size, worker))

    def next_end(self) -> float:
        """Return when the next transfer ends if no other one begins."""
        if not self._active:
            return float("inf")
        return self._now + max(0.0, self._active[0][0] - self._passed) / self._rate()

    def pop(self, now: float) -> int:
        """End the transfer that is due, and return its worker."""
        self._advance(now)
        end, worker = heapq.heappop(self._active)
        self._passed = max(self._passed, end)
        return worker

    def _rate(self) -> float:
        return min(self._link, self._total / len(self._active))

    def _advance(self, now: float) -> None:
        if self._active:
            self._passed += (now - self._now) * self._rate()
        self._now = now


def simulate(tasks: Sequence[Task], workers: int, costs: Costs) -> Simulated:
    """Run tasks on workers, in order, each on the first worker that is free.

    A worker without a task asks the scheduler, which serves one request after the other; it then
    reads, computes and writes, and asks again. The main process commits finished tasks one after
    the other, meanwhile.

    Args:
        tasks: What is to be done.
        workers: Workers of one core.
        costs: What they share.
    """
    storage = Storage(costs.storage, costs.link)
    events: list[tuple[float, int, str]] = []
    held: dict[int, tuple[Task, str]] = {}
    waiting = iter(tasks)
    scheduler = commits = now = 0.0

    def ask(worker: int) -> None:
        nonlocal scheduler
        task = next(waiting, None)
        if task is not None:
            scheduler = max(scheduler, now) + costs.dispatch
            held[worker] = (task, "read")
            heapq.heappush(events, (scheduler, worker, "begin"))

    for worker in range(workers):
        ask(worker)
    while held:
        end = storage.next_end()
        if events and events[0][0] <= end:
            now, worker, kind = heapq.heappop(events)
            task = held[worker][0]
            if kind == "begin":
                storage.add(now, worker, task.read)
            else:
                held[worker] = (task, "write")
                storage.add(now, worker, task.written)
            continue
        now = end
        worker = storage.pop(now)
        task, phase = held[worker]
        if phase == "read":
            heapq.heappush(events, (now + task.seconds, worker, "computed"))
            continue
        commits = max(commits, now) + costs.commit
        del held[worker]
        ask(worker)
    return _result(tasks, workers, costs, max(now, commits))


def _result(tasks: Sequence[Task], workers: int, costs: Costs, seconds: float) -> Simulated:
    moved = sum(task.read + task.written for task in tasks)
    return Simulated(
        seconds,
        {
            "processors": sum(task.seconds for task in tasks) / workers / seconds,
            "storage": moved / costs.storage / seconds,
            "links": moved / costs.link / workers / seconds,
            "scheduler": len(tasks) * costs.dispatch / seconds,
            "commits": len(tasks) * costs.commit / seconds,
        },
    )
