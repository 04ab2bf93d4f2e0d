"""Running the jobs of a forged set."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import closing
from dataclasses import replace

from tqdm import tqdm

from graphforensics.preprocess.pipeline.worker_pool import WorkerPool
from graphforensics.tamper.files.forge_job import ForgeJob, ForgeResult, run_forge_job, run_look_job
from graphforensics.tamper.files.forge_plan import choose_partners, keep_partners, lacks_partner
from graphforensics.tamper.files.forge_summary import ForgeSummary


def run_jobs(
    summary: ForgeSummary,
    jobs: Sequence[ForgeJob],
    seed: int,
    workers: int | None,
    progress: bool | None,
) -> None:
    """Choose partners where methods need them, forge, and count.

    Faces of all sources are looked for first where a partner is to be chosen; what is found is
    kept until the run ends.

    Args:
        summary: Filled in.
        jobs: One a source.
        seed: Of the run.
        workers: Worker processes; one a core by default, none for a single file.
        progress: Show a progress bar on standard error; ``None``: if it is a terminal.
    """
    jobs = keep_partners(jobs)
    if any(lacks_partner(task) for job in jobs for task in job.tasks):
        jobs = _with_partners(summary, jobs, seed, workers, progress)
    jobs = [job for job in jobs if job.tasks]
    for job, result in _run(run_forge_job, jobs, workers, progress, "forging"):
        _take_in(summary, job, result)


def _with_partners(
    summary: ForgeSummary,
    jobs: Sequence[ForgeJob],
    seed: int,
    workers: int | None,
    progress: bool | None,
) -> list[ForgeJob]:
    jobs = [replace(job, keeps=True) for job in jobs]
    looks = {}
    for job, result in _run(run_look_job, jobs, workers, progress, "looking for partners"):
        if result.look is not None:
            looks[job.source] = result.look
        elif job.tasks:
            _take_in(summary, job, result)
    return choose_partners([job for job in jobs if job.source in looks], looks, seed)


def _run(
    task: Callable[[ForgeJob], ForgeResult],
    jobs: Sequence[ForgeJob],
    workers: int | None,
    progress: bool | None,
    what: str,
) -> list[tuple[ForgeJob, ForgeResult]]:
    """Run jobs in workers; pass on what is wrong with all files."""
    pool = WorkerPool(task, _worker_count(workers, len(jobs)))
    hidden = None if progress is None else not progress
    results = []
    bar = tqdm(total=len(jobs), unit="file", desc=what, disable=hidden)
    with bar, closing(pool.run(iter(jobs))) as outcomes:
        for job, result in outcomes:
            results.append((job, _settled(result)))
            bar.update()
    return results


def _settled(result: ForgeResult | BaseException) -> ForgeResult:
    if isinstance(result, BrokenExecutor):
        reason = "its worker process died: killed, out of memory, or crashed"
        return ForgeResult(failures=(("", reason),))
    if isinstance(result, BaseException):
        raise result
    return result


def _worker_count(workers: int | None, jobs: int) -> int:
    if workers is not None:
        return min(workers, jobs)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(cores or 1, jobs) if jobs > 1 else 0


def _take_in(summary: ForgeSummary, job: ForgeJob, result: ForgeResult) -> None:
    summary.done += len(result.done)
    summary.reused += len(result.reused)
    for method in (*result.done, *result.reused):
        summary.methods[method] = summary.methods.get(method, 0) + 1
        # The qualities of a forgery have the same frames.
        record = next(one for one in result.records if one.method == method)
        summary.frames += record.frames
        summary.forged_frames += record.forged_frames
        if record.truncated and (job.named, record.truncated) not in summary.truncated:
            summary.truncated.append((job.named, record.truncated))
    reasons = dict.fromkeys(reason for _, reason in result.failures)
    if len(reasons) == 1 and len(result.failures) in (1, len(job.tasks)):
        method = result.failures[0][0]
        several = len(job.tasks) > len(result.failures) and method
        words = [f"{method}: {reason}" if several else reason for reason in reasons]
    else:
        words = [f"{method}: {reason}" if method else reason for method, reason in result.failures]
    summary.failed += [(job.named, word) for word in words]
