"""A set of forged clips, each with the real clip that it was made from."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterable
from concurrent.futures import BrokenExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

from graphforensics._csv import csv_text
from graphforensics.preprocess.pipeline.worker_pool import Outcome, WorkerPool
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.layout import source_key, source_name
from graphforensics.store.lock import FolderLock
from graphforensics.store.metadata_table import MetadataTable
from graphforensics.store.writing import writing
from graphforensics.tamper.files.forge_job import PARTIAL, ForgeJob, ForgeResult, run_forge_job
from graphforensics.tamper.files.forge_record import ForgeRecord
from graphforensics.tamper.files.forge_sources import ForgeSources, find_sources
from graphforensics.tamper.files.forge_summary import ForgeSummary

METHODS = ("self_blend", "partial_blend")
METADATA = "metadata.csv"
_COLUMNS = ("file", "label", "identity", "manipulation", "dataset", "video", "source", "mask")


def forge(
    paths: str | Path | Iterable[str | Path],
    out: str | Path,
    method: str = "self_blend",
    seed: int = 0,
    crf: int = 18,
    max_frames: int | None = None,
    *,
    metadata: str | Path | None = None,
    options: ExtractionOptions | None = None,
    workers: int | None = None,
    progress: bool | None = False,
) -> ForgeSummary:
    """Make forged copies of real clips and images, to train and to test detectors with.

    For each file there are then, below ``out``::

        real/NAME.mp4              the frames as they were, through the same encoder
        fake/self_blend/NAME.mp4   the frames with every face forged
        fake/self_blend/NAME.json  purpose, source, seed, recipes, version
        mask/self_blend/NAME.mkv   where the forgery is, without loss
        metadata.csv               a row a clip, for ``graphforensics extract --metadata``

    Images give three PNG files. The copies have no sound; an odd last row or column of a video
    is cut off. Frames without a face are copied as they are. A clip in which no face is found is
    listed as failed and the others go on. Equal files, seeds and settings give equal sets; what is
    finished is not made again, what was killed half-way is.

    Args:
        paths: Files, folders (searched for videos and images) or patterns.
        out: Folder of the set; made if need be, added to if it is there.
        method: How to forge. ``"self_blend"``: the whole face (:func:`self_blend`, one recipe a
            person and clip with slight variation from frame to frame). ``"partial_blend"``: the
            same, sparing the regions of some action units, others for each person and clip.
        seed: Seed of the recipes.
        crf: Constant rate factor of the videos, 0 to 51.
        max_frames: Take at most this many frames from the start of a clip.
        metadata: CSV with columns ``file`` and ``label``, and perhaps ``identity`` and
            ``dataset``: only files labelled real are forged, and the others are carried over.
        options: How faces are found; ``selection`` is of no effect.
        workers: Worker processes; one a core by default, none for a single file.
        progress: Show a progress bar on standard error; ``None``: if it is a terminal.

    Raises:
        MissingDataError: There is no real file to forge, or the metadata do not fit.
        OutputError: The set cannot be written.
        ValueError: An argument is out of range.

    Example:
        >>> from graphforensics.tamper import forge
        >>> summary = forge("clips", "forged", seed=1)  # doctest: +SKIP
        >>> summary.failed  # doctest: +SKIP
        [('clips/landscape.mp4', 'no face found in 250 frames')]
    """
    _check(method, seed, crf, max_frames, workers)
    table = MetadataTable(metadata) if metadata is not None else None
    given = [paths] if isinstance(paths, (str, Path)) else list(paths)
    sources = find_sources(given, Path(out), table)
    summary = ForgeSummary(skipped=sources.skipped, failed=sources.failed)
    every_frame = replace(options or ExtractionOptions(), selection="all")
    settings = ForgeRecord(
        *("",) * 6, method, seed, crf, max_frames, extraction=every_frame.to_dict()
    )
    jobs = _jobs(sources, Path(out), settings, table)
    if not summary.skipped and not any(os.path.lexists(job.path) for job in jobs):
        summary.failed += [(job.named, "no such file") for job in jobs]
        return summary
    with writing(out):
        Path(out).mkdir(parents=True, exist_ok=True)
    with FolderLock(Path(out), "folder"), writing(out):
        try:
            _run_jobs(summary, jobs, workers, progress)
        finally:
            shutil.rmtree(Path(out, PARTIAL), ignore_errors=True)
            summary.metadata = _write_metadata(Path(out))
    # One order, whichever worker was first.
    summary.failed.sort()
    summary.truncated.sort()
    return summary


def _check(method: str, seed: int, crf: int, max_frames: int | None, workers: int | None) -> None:
    if method not in METHODS:
        raise ValueError(f"'method' must be one of {', '.join(METHODS)} (got {method!r})")
    if seed < 0:
        raise ValueError(f"'seed' must not be negative (got {seed})")
    if not 0 <= crf <= 51:
        raise ValueError(f"'crf' must be in [0, 51] (got {crf})")
    if max_frames is not None and max_frames < 1:
        raise ValueError(f"'max_frames' must be at least 1 (got {max_frames})")
    if workers is not None and workers < 0:
        raise ValueError(f"'workers' must not be negative (got {workers})")


def _jobs(
    sources: ForgeSources,
    out: Path,
    settings: ForgeRecord,
    table: MetadataTable | None,
) -> list[ForgeJob]:
    base = table.folder if table else None
    jobs = []
    for file, row in sources.files.items():
        source = source_name(file, base)
        record = replace(settings, source=source, name=source_key(source), metadata=row)
        # Absolute, because workers may have another working folder.
        jobs.append(ForgeJob(os.path.abspath(file), str(file), os.path.abspath(out), record))
    return jobs


def _run_jobs(
    summary: ForgeSummary, jobs: list[ForgeJob], workers: int | None, progress: bool | None
) -> None:
    bar = tqdm(total=len(jobs), unit="file", disable=None if progress is None else not progress)
    with bar, closing(_outcomes(jobs, workers)) as outcomes:
        for job, result in outcomes:
            _take_in(summary, job, result)
            bar.update()


def _outcomes(
    jobs: list[ForgeJob], workers: int | None
) -> Generator[Outcome[ForgeJob, ForgeResult], None, None]:
    yield from WorkerPool(run_forge_job, _worker_count(workers, len(jobs))).run(iter(jobs))


def _worker_count(workers: int | None, jobs: int) -> int:
    if workers is not None:
        return min(workers, jobs)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(cores or 1, jobs) if jobs > 1 else 0


def _take_in(summary: ForgeSummary, job: ForgeJob, result: ForgeResult | BaseException) -> None:
    """Count a result; pass on what is wrong with all files."""
    if isinstance(result, BrokenExecutor):
        reason = "its worker process died: killed, out of memory, or crashed"
        summary.failed.append((job.named, reason))
    elif isinstance(result, BaseException):
        raise result
    elif result.record is None:
        summary.failed.append((job.named, result.failure or "no reason given"))
    else:
        summary.done += not result.reused
        summary.reused += result.reused
        summary.frames += result.record.frames
        summary.forged_frames += result.record.forged_frames
        if result.record.truncated:
            summary.truncated.append((job.named, result.record.truncated))


def _write_metadata(out: Path) -> str:
    """Write the table of all finished forgeries of the set, of this run or an earlier one."""
    records = [ForgeRecord.read(path) for path in sorted(out.glob("fake/*/*.json"))]
    rows = [row for record in records if record is not None for row in record.rows()]
    # Two forgeries of one clip by different methods share its real copy.
    text = csv_text(_COLUMNS, {row["file"]: row for row in rows}.values())
    path, temporary = out / METADATA, out / f".{METADATA}.tmp"
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)
    return str(path)
