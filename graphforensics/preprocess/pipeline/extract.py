"""Extraction of many files into a store."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, Executor
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from graphforensics.errors import GraphForensicsError, MissingDataError, UnreadableMediaError
from graphforensics.media.source_files import find_media
from graphforensics.preprocess.pipeline.extraction_summary import ExtractionSummary
from graphforensics.preprocess.pipeline.known_root import known_root
from graphforensics.preprocess.pipeline.source_job import (
    SourceJob,
    SourceResult,
    content_hash,
    failed_result,
    run_source_job,
)
from graphforensics.preprocess.pipeline.worker_pool import Outcome, WorkerPool, run_bounded
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.layout import source_key, source_name
from graphforensics.store.metadata_table import MetadataTable
from graphforensics.store.remote_path import (
    RemotePath,
    StorePath,
    absolute,
    store_path,
)
from graphforensics.store.store_writer import StoreWriter

if TYPE_CHECKING:
    from distributed import Client

# Handed out at once to an executor that does not say how many workers it has.
_UNKNOWN_WORKERS = 32
Outcomes = Generator[Outcome[SourceJob, SourceResult], None, None]


def extract(
    paths: str | Path | Iterable[str | Path],
    out: str | Path | RemotePath,
    options: ExtractionOptions | None = None,
    *,
    metadata: str | Path | None = None,
    root: str | Path | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    dask: str | Client | None = None,
    progress: bool | None = False,
) -> ExtractionSummary:
    """Find, track and crop the faces of videos and images into a face store.

    The store is a function of the files, their names and the options: a run that is killed and
    started again ends with the same bytes as one that was not, whatever the number of workers.
    Files that the store holds already, by their content, are not extracted again; a file whose
    content has changed is. A file that fails is listed with its reason, in the manifest and in the
    summary, and tried again by the next run. Where the store has tracks of its earlier content,
    these and what is known of them stay; it is then listed in the summary alone.

    Args:
        paths: Files, folders (searched for videos and images) or patterns.
        out: Folder of the store, or a URL that fsspec can write to (``"s3://bucket/faces"``); made
            if need be, added to if it is a store.
        options: How to extract; a store keeps to one set of options.
        metadata: CSV with a column ``file`` and any of ``label``, ``identity``, ``manipulation``,
            ``dataset``, ``video``, ``source``, ``mask``, ``quality``, ``split`` (see
            :class:`MetadataTable`). Files that it names as masks are left out of folders.
        root: Folder that sources are named relative to; by default that which the store's names
            are relative to, where it holds one of the files; else that of ``metadata``, and
            absolute names without it. Give one to move files and store between machines.
        workers: Worker processes; one a core by default, none (everything in this process) for a
            single file. Each holds a few frames, however long the video is.
        executor: Runs the files in place of own processes; its workers must see the same files.
        dask: Address of a Dask scheduler, or a ``distributed.Client``, whose workers run the files
            in place of own processes. They must see the files, and the store unless it is a URL,
            under the same names, and have the same version of this library. A worker that dies is
            no loss: see :class:`DaskPool`.
        progress: Show a progress bar on standard error; ``None``: if it is a terminal.

    Raises:
        UnreadableMediaError: ``paths`` is a single file that does not exist.
        MissingDataError: There is no file to extract, or the metadata do not fit.
        OutputError: The store cannot be written, holds something else, or is being written to.
        StoreError: The store was made with other options, or is damaged.
        MissingExtraError: ``dask`` is given, and the extra of that name is not installed.
        GraphForensicsError: A worker cannot work, for want of a package say; or the Dask cluster
            does not answer, or lost all its workers.
        ValueError: ``workers`` is negative, more than one way to run is given, or other processes
            than this one are to write to memory.

    Example:
        >>> from graphforensics.preprocess import ExtractionOptions, extract
        >>> summary = extract("clips", "faces", ExtractionOptions("frames:32"))  # doctest: +SKIP
        >>> summary.failed  # doctest: +SKIP
        [('clips/broken.mp4', 'not a video or image')]
    """
    place = store_path(out)
    workers = _checked_workers(place, workers, executor, dask)
    options = options or ExtractionOptions()
    table = MetadataTable(metadata) if metadata is not None else None
    given = [paths] if isinstance(paths, (str, Path)) else list(paths)
    files, empty = find_media(given, table.masks() if table else ())
    _check_found(files, empty)
    known = _known(table, files)
    base = root
    if base is None:
        base = known_root(place, files, table.folder if table else None, content_hash)
    summary = ExtractionSummary(failed=list(empty))
    if known is not None:
        summary.unlabelled = [str(file) for file in files if os.path.abspath(file) not in known]
    with _pool(workers, executor, dask, len(files)) as run, StoreWriter(place, options) as store:
        jobs = [_job(file, base, place, options, known) for file in files]
        jobs = [replace(job, told=store.told(job.key)) for job in jobs]
        bar = tqdm(total=len(jobs), unit="file", disable=None if progress is None else not progress)
        with bar, closing(run(jobs)) as outcomes:
            for job, result in outcomes:
                _take_in(store, summary, job, _settled(job, result))
                bar.set_postfix(tracks=summary.tracks, failed=len(summary.failed), refresh=False)
                bar.update()
        store.finish()
    return _ordered(summary)


def _check_found(files: list[Path], empty: list[tuple[str, str]]) -> None:
    """Stop before a store is made when there is nothing to put into it."""
    if any(os.path.lexists(file) for file in files):
        return
    missing = [*((str(file), "no such file") for file in files), *empty]
    if len(missing) == 1:
        raise UnreadableMediaError(*missing[0])
    if not missing:
        raise MissingDataError("no file to extract was named")
    path, reason = missing[0]
    raise MissingDataError(f"none of {len(missing)} paths leads to a file; {path}: {reason}")


def _known(table: MetadataTable | None, files: list[Path]) -> dict[str, Mapping[str, str]] | None:
    if table is None:
        return None
    known = table.match(files)
    if not known:
        raise MissingDataError(
            f"{table.path}: its column 'file' names none of the {len(files)} files, "
            f"for instance not {files[0]}"
        )
    return known


def _job(
    file: Path,
    base: str | Path | None,
    out: StorePath,
    options: ExtractionOptions,
    known: dict[str, Mapping[str, str]] | None,
) -> SourceJob:
    name = source_name(file, base)
    metadata = known.get(os.path.abspath(file)) if known else None
    # Absolute, because an executor's workers may have another working folder.
    where, store = os.path.abspath(file), absolute(out)
    return SourceJob(where, str(file), name, source_key(name), store, options, metadata)


def _checked_workers(
    place: StorePath, workers: int | None, executor: Executor | None, dask: object
) -> int | None:
    """Compare the ways to run that were asked for, and return the number of own processes."""
    if workers is not None and workers < 0:
        raise ValueError(f"'workers' must not be negative (got {workers})")
    given = {"workers": workers, "executor": executor, "dask": dask}
    ways = [f"'{name}'" for name, value in given.items() if value is not None]
    if len(ways) > 1:
        raise ValueError(f"only one of {' and '.join(ways)} can run the files")
    if not isinstance(place, RemotePath) or not place.one_process:
        return workers
    if workers or dask is not None:
        raise ValueError(f"{place}: only this process sees it; 'workers' must be 0")
    return 0


@contextmanager
def _pool(
    workers: int | None, executor: Executor | None, dask: str | Client | None, files: int
) -> Iterator[Callable[[list[SourceJob]], Outcomes]]:
    """Give the function that runs the jobs; what it needs is there before a store is made."""
    if executor is not None:
        yield partial(_by_executor, executor)
    elif dask is not None:
        from graphforensics.preprocess.pipeline.dask_pool import DaskPool

        with DaskPool(run_source_job, dask) as pool:
            yield pool.run
    else:
        yield WorkerPool(run_source_job, _worker_count(workers, files)).run


def _by_executor(executor: Executor, jobs: list[SourceJob]) -> Outcomes:
    limit = 2 * int(getattr(executor, "_max_workers", None) or _UNKNOWN_WORKERS)
    for job, result in run_bounded(executor, run_source_job, iter(jobs), limit):
        if isinstance(result, BrokenExecutor):
            raise GraphForensicsError(
                f"the executor broke down over {job.named} or a file beside it ({result}); "
                "finished files are kept: run again"
            ) from result
        yield job, result


def _worker_count(workers: int | None, files: int) -> int:
    if workers is None:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        return 0 if files == 1 else min(cores or 1, files)
    return min(workers, files)


def _settled(job: SourceJob, result: SourceResult | BaseException) -> SourceResult:
    """Turn the loss of a worker into a failed file; pass on what is not about the file.

    Raises:
        GraphForensicsError: The worker cannot work at all, or not with the store.
    """
    if isinstance(result, SourceResult):
        return result
    if isinstance(result, BrokenExecutor):
        times = getattr(result, "deaths", None)
        died = f"its worker process died {times} times" if times else "its worker process died"
        return failed_result(job, f"{died}: killed, out of memory, or crashed")
    if isinstance(result, GraphForensicsError) or not isinstance(result, Exception):
        raise result
    raise GraphForensicsError(
        f"a worker could not begin with {job.named} ({type(result).__name__}: "
        f"{' '.join(str(result).split())[:300]}); nothing is lost: mend the worker and run again"
    ) from result


def _take_in(
    store: StoreWriter, summary: ExtractionSummary, job: SourceJob, result: SourceResult
) -> None:
    record = result.record
    if result.published:
        store.adopt(record)
    elif result.folder is None:
        store.keep(record)
    else:
        store.commit(record, Path(result.folder))
    if result.failure is not None:
        summary.failed.append((job.named, result.failure))
        return
    if record.status == "no_face":
        summary.no_face.append(job.named)
    elif result.reused:
        summary.reused += 1
    else:
        summary.done += 1
    if record.report.truncated:
        summary.truncated.append((job.named, record.report.truncated))
    if record.report.notes:
        summary.notes.append((job.named, record.report.notes))
    if record.report.hint:
        summary.hints.append((job.named, record.report.hint))
    summary.frames += record.report.frames
    summary.tracks += len(record.tracks)
    summary.faces += sum(track.frames for track in record.tracks)


def _ordered(summary: ExtractionSummary) -> ExtractionSummary:
    """Put the lists into one order, whichever worker was first."""
    for listed in (summary.no_face, summary.failed, summary.truncated, summary.unlabelled):
        listed.sort()
    summary.notes.sort()
    summary.hints.sort()
    return summary
