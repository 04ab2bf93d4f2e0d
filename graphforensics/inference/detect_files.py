"""How likely each of many files is forged, in worker processes."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from tqdm import tqdm

from graphforensics.errors import GraphForensicsError
from graphforensics.inference.detect import detect
from graphforensics.inference.detection_report import DetectionReport
from graphforensics.inference.detection_state import DetectionState, settings_hash
from graphforensics.inference.verdict_rule import verdict_rule
from graphforensics.models.detector import Detector
from graphforensics.models.load_detector import load_detector
from graphforensics.preprocess.pipeline.worker_pool import WorkerPool

FileStatus = Literal["ok", "no_face", "too_short", "failed"]


@dataclass(frozen=True)
class FileResult:
    """What detection says of one file among many.

    Args:
        file: The file, as it was named.
        status: ``"ok"`` with a score, ``"no_face"``, ``"too_short"``, or ``"failed"``.
        report: :meth:`DetectionReport.to_dict`; ``None`` where it failed.
        reason: Why it failed.
        reused: Whether an earlier run had judged it.
    """

    file: str
    status: FileStatus
    report: dict[str, Any] | None
    reason: str = ""
    reused: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return it as a dictionary that JSON takes; not whether it was reused."""
        told = asdict(self)
        told.pop("reused")
        return told


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
        if found is not None:
            results[str(file)] = FileResult(**{**found, "file": str(file), "reused": True})
    jobs = [
        _Job(str(file), str(model), device, clips, threshold)
        for file in dict.fromkeys(listed)
        if str(file) not in results
    ]
    count = _workers(len(jobs), device) if workers is None else min(workers, len(jobs))
    done = WorkerPool(_judge_file, count).run(jobs)
    with _one_thread(count == 0):
        for job, outcome in tqdm(done, "judged", len(jobs), unit="file", disable=not progress):
            if isinstance(outcome, BrokenExecutor):
                outcome = _failed(job, "its worker process was killed, perhaps for want of memory")
            if isinstance(outcome, BaseException):
                # Not about the file: no other would fare better.
                raise outcome
            results[job.file] = outcome
            if outcome.status != "failed":
                known.add(Path(job.file), outcome.to_dict())
    return [results[str(file)] for file in listed]


@dataclass(frozen=True)
class _Job:
    file: str
    model: str
    device: str
    clips: int | None
    threshold: float | None


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
        _loaded.cache_clear()


@functools.lru_cache(maxsize=1)
def _loaded(model: str, device: str) -> Detector:
    torch.set_num_threads(1)
    return load_detector(model).to(device)


def _judge_file(job: _Job) -> FileResult:
    model = _loaded(job.model, job.device)
    try:
        report = detect(job.file, model, clips=job.clips, threshold=job.threshold)
    except GraphForensicsError as error:
        return _failed(job, str(error))
    except Exception as error:
        return _failed(job, f"unexpected {type(error).__name__}: {error}")
    return FileResult(job.file, _status(report), report.to_dict())


def _status(report: DetectionReport) -> FileStatus:
    if report.probability is not None:
        return "ok"
    return "too_short" if report.persons else "no_face"


def _failed(job: _Job, reason: str) -> FileResult:
    told = " ".join(reason.split())
    return FileResult(job.file, "failed", None, told.removeprefix(f"{job.file}: "))


def _workers(jobs: int, device: str) -> int:
    cores = os.cpu_count() or 1
    most = cores if device.startswith("cpu") else min(cores, 4)
    # One file is not worth a process.
    return 0 if jobs < 2 else min(most, jobs)
