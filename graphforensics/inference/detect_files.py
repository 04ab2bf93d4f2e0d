"""How likely each of many files is forged, in worker processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager
from pathlib import Path

import torch
from tqdm import tqdm

from graphforensics.inference.detection_state import DetectionState, settings_hash
from graphforensics.inference.file_job import (
    FileJob,
    FileResult,
    failed,
    forget_detector,
    judge_file,
)
from graphforensics.inference.verdict_rule import verdict_rule
from graphforensics.models.load_detector import load_detector
from graphforensics.preprocess.pipeline.worker_pool import WorkerPool


def detect_files(
    files: Iterable[str | Path],
    model: str | Path,
    *,
    clips: int | None = None,
    threshold: float | None = None,
    device: str = "cpu",
    workers: int | None = None,
    state: str | Path | None = None,
    progress: bool = False,
    judge: Callable[[FileJob], FileResult] = judge_file,
    is_whole: Callable[[Path], bool] | None = None,
) -> list[FileResult]:
    """Judge many files; one that fails does not stop the rest.

    Every worker process loads the detector once and computes in one thread, so that the figures do
    not depend on the number of workers.

    Args:
        files: Videos, animations and images.
        model: Folder of ``save_pretrained``, or a checkpoint.
        clips: As for :func:`~graphforensics.inference.detect`, likewise the threshold.
        threshold: What the inconclusive band lies around.
        device: Where the detector runs.
        workers: Processes; 0 does all in this one. By default one a core, at most one a file,
            and with a GPU at most four.
        state: File that keeps what is done; a rerun skips it unless the file or the detector has
            changed.
        progress: Show a progress bar on standard error.
        judge: What a worker does with a file; it must be picklable.
        is_whole: Says of a file that was judged before whether all that was made of it is there
            still; else it is judged again. By default nothing is made of a file.

    Returns:
        One result a file, in the order given.

    Raises:
        CheckpointError: The detector cannot be read.
        OutputError: ``state`` cannot be read or written.
        ValueError: A number is out of range.
    """
    if workers is not None and workers < 0:
        raise ValueError(f"'workers' must not be negative (got {workers})")
    if clips is not None and clips < 1:
        raise ValueError(f"'clips' must be at least 1 (got {clips})")
    # Wrong options and a broken detector are errors of the run, not of every file.
    verdict_rule(load_detector(model), threshold)
    known = DetectionState(state, settings_hash(model, clips=clips, threshold=threshold))
    listed = [Path(file) for file in files]
    results: dict[str, FileResult] = {}
    for file in listed:
        found = known.find(file)
        if found is not None and (is_whole is None or is_whole(file)):
            results[str(file)] = FileResult(**{**found, "file": str(file), "reused": True})
    jobs = [
        FileJob(str(file), str(model), device, clips, threshold)
        for file in dict.fromkeys(listed)
        if str(file) not in results
    ]
    count = _workers(len(jobs), device) if workers is None else min(workers, len(jobs))
    done = WorkerPool(judge, count).run(jobs)
    with _one_thread(count == 0):
        for job, outcome in tqdm(done, "judged", len(jobs), unit="file", disable=not progress):
            if isinstance(outcome, BrokenExecutor):
                outcome = failed(job, "its worker process was killed, perhaps for want of memory")
            if isinstance(outcome, BaseException):
                # Not about the file: no other would fare better.
                raise outcome
            results[job.file] = outcome
            if outcome.status != "failed":
                known.add(Path(job.file), outcome.to_dict())
    return [results[str(file)] for file in listed]


@contextmanager
def _one_thread(wanted: bool) -> Iterator[None]:
    """For the length of a run in this process, compute as a worker does."""
    before = torch.get_num_threads()
    if wanted:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
        forget_detector()


def _workers(jobs: int, device: str) -> int:
    cores = os.cpu_count() or 1
    most = cores if device.startswith("cpu") else min(cores, 4)
    # One file is not worth a process.
    return 0 if jobs < 2 else min(most, jobs)
