"""One file among many, judged in a worker process.

The module itself is light: a worker silences what concerns developers only before it imports torch.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from graphforensics.errors import GraphForensicsError

if TYPE_CHECKING:
    from graphforensics.inference.detection_report import DetectionReport
    from graphforensics.models.detector import Detector

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


@dataclass(frozen=True)
class FileJob:
    """A file, and what it is judged with.

    Args:
        file: The file, as it was named.
        model: Folder of ``save_pretrained``, or a checkpoint.
        device: Where the detector runs.
        clips: As for :func:`~graphforensics.inference.detect`.
        threshold: Likewise.
    """

    file: str
    model: str
    device: str
    clips: int | None
    threshold: float | None


def judge_file(
    job: FileJob, report: Callable[[FileJob, Detector], DetectionReport] | None = None
) -> FileResult:
    """Judge one file; what is wrong with it becomes a result, what is wrong with the rest an error.

    Args:
        job: What to do.
        report: What judges the file with the detector. Default: :func:`detect`.

    Raises:
        CheckpointError: The detector cannot be read.
    """
    # Deprecation notes of the libraries beneath are for their developers.
    warnings.filterwarnings("ignore", category=FutureWarning)
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    model = _detector(job.model, job.device)
    try:
        found = (report or _detect)(job, model)
    except GraphForensicsError as error:
        return failed(job, str(error))
    except Exception as error:
        return failed(job, f"unexpected {type(error).__name__}: {error}")
    return FileResult(job.file, _status(found), found.to_dict())


def _detect(job: FileJob, model: Detector) -> DetectionReport:
    from graphforensics.inference.detect import detect

    return detect(job.file, model, clips=job.clips, threshold=job.threshold)


def failed(job: FileJob, reason: str) -> FileResult:
    """Return the result of a file that could not be judged.

    Args:
        job: What was to be done.
        reason: Why it could not.
    """
    told = " ".join(reason.split())
    return FileResult(job.file, "failed", None, told.removeprefix(f"{job.file}: "))


def forget_detector() -> None:
    """Free the detector that this process has kept."""
    _detector.cache_clear()


@functools.lru_cache(maxsize=1)
def _detector(model: str, device: str) -> Detector:
    import torch

    from graphforensics.models.load_detector import load_detector

    torch.set_num_threads(1)
    return load_detector(model).to(device)


def _status(report: DetectionReport) -> FileStatus:
    if report.probability is not None:
        return "ok"
    return "too_short" if report.persons else "no_face"
