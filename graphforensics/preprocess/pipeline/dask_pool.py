"""Running many jobs on the workers of a Dask cluster."""

from __future__ import annotations

import math
import pickle
import time
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError
from itertools import islice
from types import TracebackType
from typing import Any, Generic

from graphforensics._optional import import_optional
from graphforensics.errors import GraphForensicsError
from graphforensics.preprocess.pipeline.worker_pool import Job, Outcome, Result

# Jobs handed out a thread: one at work, one at the worker, so that none waits for the network.
_AHEAD = 2
# Seconds between looks at how many workers there are.
_LOOK = 2.0


class _Call:
    """A call that is made where it is unpickled."""

    def __init__(self, task: Callable[..., Any], job: object) -> None:
        self._task, self._job = task, job

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[object]]:
        return self._task, (self._job,)


def _packed(task: Callable[..., Any], job: object) -> bytes:
    """Pack a job so that a worker can say what it lacks.

    A worker that cannot import the function of a job closes its connection; it looks dead, and
    so do all others in turn. ``pickle.loads`` it can import, and calls the function within the
    job: a missing package is then the job's error. The scheduler need not have the package either.
    """
    import cloudpickle

    packed: bytes = cloudpickle.dumps(_Call(task, job))
    return packed


class WorkersLostError(BrokenExecutor):
    """All the workers that a job was given to died.

    Args:
        deaths: How many they were.
    """

    def __init__(self, deaths: int) -> None:
        super().__init__(f"{deaths} workers died")
        self.deaths = deaths


class DaskPool(Generic[Job, Result]):
    """Runs a function over jobs on a Dask cluster, and loses none when workers die.

    Jobs are handed out two a thread. Dask gives a job whose worker died to another worker, a
    bounded number of times (its setting ``distributed.scheduler.allowed-failures``, 3). A job that
    it then gives up may only have been beside the culprit: when all others are done, each such job
    is given out once more, alone; the one that kills its workers again comes back with
    :class:`WorkersLostError`. Jobs must bear to be run twice, even at the same time: a worker that
    Dask has given up may still be at work.

    Args:
        task: Function that the workers can import, or one that can be sent to them.
        cluster: Address of a scheduler, or a ``distributed.Client``.
        patience: Seconds to wait while the cluster has no worker at all.
        connect: Seconds to wait for the scheduler's answer.

    Raises:
        MissingExtraError: The extra ``dask`` is not installed.
        GraphForensicsError: On entry, when no scheduler answers at the address.

    Example:
        >>> with DaskPool(abs, "tcp://10.0.0.1:8786") as pool:  # doctest: +SKIP
        ...     sorted(result for _, result in pool.run([-2, 1]))
        [1, 2]
    """

    def __init__(
        self,
        task: Callable[[Job], Result],
        cluster: str | Any,
        patience: float = 60.0,
        connect: float = 10.0,
    ) -> None:
        self._task = task
        self._cluster = cluster
        self._patience, self._connect = patience, connect
        self._dask: Any = import_optional("distributed", "dask")
        self._client: Any = None
        self._threads, self._counted = 0, -math.inf

    def __enter__(self) -> DaskPool[Job, Result]:
        self._client = self._cluster
        if isinstance(self._cluster, str):
            try:
                # A client with an address that makes no sense would take long to let go of.
                self._dask.comm.resolve_address(self._cluster)
                self._client = self._dask.Client(
                    self._cluster, timeout=self._connect, set_as_default=False
                )
            except (OSError, ValueError, TypeError) as error:
                reason = " ".join(str(error).split())[:200]
                raise GraphForensicsError(
                    f"{self._cluster}: no Dask scheduler answers there ({reason})"
                ) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(self._cluster, str):
            self._client.close(timeout=5)

    def run(self, jobs: Iterable[Job]) -> Generator[Outcome[Job, Result], None, None]:
        """Yield each job with its result, or its error, as they are done.

        Raises:
            GraphForensicsError: The scheduler is lost, or no worker is left and none comes.
        """
        suspects: list[Job] = []
        for job, result in self._bounded(iter(jobs)):
            if isinstance(result, WorkersLostError):
                suspects.append(job)
            else:
                yield job, result
        for job in suspects:
            yield from self._bounded(iter([job]))

    def _bounded(self, jobs: Iterator[Job]) -> Iterator[Outcome[Job, Result]]:
        """Keep as many jobs handed out as the workers of the moment can use."""
        pending: dict[Any, Job] = {}
        try:
            while True:
                for job in islice(jobs, max(0, self._limit() - len(pending))):
                    call = _packed(self._task, job)
                    pending[self._client.submit(pickle.loads, call, pure=False)] = job
                if not pending:
                    return
                for future in self._done(pending):
                    yield pending.pop(future), self._outcome(future)
        except (OSError, CancelledError, self._dask.TimeoutError) as error:
            reason = " ".join(str(error).split())  # Dask's messages run over several lines.
            raise GraphForensicsError(
                f"the Dask scheduler was lost ({reason or type(error).__name__}); finished files "
                "are kept: run again"
            ) from error
        finally:
            for future in pending:
                future.release()

    def _limit(self) -> int:
        if time.monotonic() >= self._counted + _LOOK:
            self._threads = sum(self._client.nthreads().values())
            self._counted = time.monotonic()
        return _AHEAD * max(1, self._threads)

    def _done(self, pending: Collection[Any]) -> Collection[Any]:
        """Wait for the first futures to be done.

        Raises:
            GraphForensicsError: There is no worker for too long.
        """
        alone = 0.0
        while alone <= self._patience:
            try:
                with self._client.as_current():
                    found = self._dask.wait(list(pending), _LOOK, return_when="FIRST_COMPLETED")
            except self._dask.TimeoutError:
                alone = 0.0 if self._client.nthreads() else alone + _LOOK
            else:
                done: Collection[Any] = found.done
                return done
        raise GraphForensicsError(
            f"the Dask cluster has had no worker for {self._patience:g} seconds; finished files "
            "are kept: start workers and run again"
        )

    def _outcome(self, future: Any) -> Result | BaseException:
        if future.cancelled():
            raise CancelledError("its jobs were cancelled")
        error: BaseException | None = future.exception()
        if error is None:
            result: Result = future.result()
            return result
        if isinstance(error, self._dask.KilledWorker):
            return WorkersLostError(error.allowed_failures + 1)
        return error
