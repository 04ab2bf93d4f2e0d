"""Running many jobs on an executor without losing one, or flooding it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, Generic, TypeVar

from graphforensics.errors import GraphForensicsError

Job = TypeVar("Job")
Result = TypeVar("Result")
#: A job with its result, or with what went wrong.
Outcome = tuple[Job, Result | BaseException]


class InlineExecutor(Executor):
    """Runs each job at once, in the calling thread."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run ``fn`` and return its finished future."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class WorkerPool(Generic[Job, Result]):
    """Runs a function over jobs in single-threaded worker processes.

    At most two jobs a worker are handed out at a time, so that a million files wait as
    names. When a worker dies (killed by the system for want of memory, or crashed in native
    code), the jobs that were handed out are run again, each alone in a fresh process; the one
    that kills its process again is the culprit and comes back with its error.

    Args:
        task: Function of a module, so that it can be sent to the workers.
        workers: Number of processes; 0 runs everything in this one.
    """

    def __init__(self, task: Callable[[Job], Result], workers: int) -> None:
        self._task = task
        self._workers = workers

    def run(self, jobs: Iterable[Job]) -> Generator[Outcome[Job, Result], None, None]:
        """Yield each job with its result, or its error, as they are done.

        Raises:
            GraphForensicsError: No worker process can be started at all.
        """
        source = iter(jobs)
        if self._workers == 0:
            yield from run_bounded(InlineExecutor(), self._task, source, 1)
            return
        suspects: list[Job] | None = None
        while suspects is None or suspects:
            suspects = []
            with _processes(self._workers) as executor:
                for job, result in run_bounded(executor, self._task, source, 2 * self._workers):
                    if isinstance(result, BrokenExecutor):
                        suspects.append(job)
                    else:
                        yield job, result
            for job in suspects:
                yield job, self._alone(job)

    def _alone(self, job: Job) -> Result | BaseException:
        with _processes(1) as executor:
            return next(run_bounded(executor, self._task, iter([job]), 1))[1]


def run_bounded(
    executor: Executor, task: Callable[[Job], Result], jobs: Iterator[Job], limit: int
) -> Iterator[Outcome[Job, Result]]:
    """Keep ``limit`` jobs handed out; stop taking new ones when the executor breaks."""
    pending: dict[Future[Result], Job] = {}
    broken = False
    try:
        while True:
            while not broken and len(pending) < limit and (job := next(jobs, None)) is not None:
                try:
                    pending[executor.submit(task, job)] = job
                except BrokenExecutor as error:
                    broken = True
                    yield job, error
            if not pending:
                return
            for future in wait(pending, return_when=FIRST_COMPLETED).done:
                failure = future.exception()
                broken = broken or isinstance(failure, BrokenExecutor)
                yield pending.pop(future), failure if failure is not None else future.result()
    finally:
        for future in pending:
            future.cancel()


@contextmanager
def _processes(workers: int) -> Iterator[Executor]:
    """A pool whose workers end at once when it is left, or when this process is killed."""
    context = multiprocessing.get_context("spawn")
    watched, held = context.Pipe(duplex=False)
    executor = ProcessPoolExecutor(workers, context, _start_worker, (watched,))
    try:
        _check_start(executor)
        yield executor
        executor.shutdown()
    finally:
        held.close()
        executor.shutdown(cancel_futures=True)
        watched.close()


def _check_start(executor: Executor) -> None:
    try:
        executor.submit(os.getpid).result()
    except BrokenExecutor as error:
        raise GraphForensicsError(
            "worker processes cannot be started; a script that calls extract() needs the line "
            "if __name__ == '__main__': before it, or workers=0"
        ) from error


def _start_worker(watched: Connection) -> None:
    """Prepare a worker: one thread, deaf to Ctrl-C, gone when its parent is."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_exit_with_parent, args=(watched,), daemon=True).start()
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)


def _exit_with_parent(watched: Connection) -> None:
    try:
        watched.recv()
    except (EOFError, OSError):
        # Not sys.exit: the main thread may be deep in native code, and what it writes is
        # of no use to anybody now.
        os._exit(1)
