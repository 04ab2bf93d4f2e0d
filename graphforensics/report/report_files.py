"""Many files, a page each, and an index of them."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from graphforensics._files import write_whole
from graphforensics.errors import OutputError
from graphforensics.inference.detect_files import detect_files
from graphforensics.inference.detection_report import DetectionReport
from graphforensics.inference.file_job import FileJob, FileResult, judge_file
from graphforensics.models.detector import Detector
from graphforensics.report.index_page import index_text


def report_files(
    files: Iterable[str | Path], model: str | Path, index: str | Path, **options: Any
) -> list[FileResult]:
    """Judge many files, write a page about each, and an index of them.

    The pages lie in the folder ``NAME_pages`` beside the index ``NAME.html``; their names are made
    of the files' and of a hash of their paths.

    Args:
        files: Videos, animations and images.
        model: Folder of ``save_pretrained``, or a checkpoint.
        index: The HTML file of the index.
        **options: Of :func:`~graphforensics.inference.detect_files`.

    Returns:
        One result a file, in the order given.

    Raises:
        OutputError: A page cannot be written.
        CheckpointError: The detector cannot be read.
    """
    listed = [Path(file) for file in files]
    folder = pages_folder(index)
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made ({error.strerror or error})") from error
    results = detect_files(
        listed,
        model,
        judge=functools.partial(_judge_with_page, str(folder)),
        is_whole=lambda file: page_place(folder, file).is_file(),
        **options,
    )
    pages = {
        result.file: f"{folder.name}/{page_place(folder, result.file).name}"
        for result in results
        if result.report is not None
    }
    write_whole(index, index_text(results, pages))
    return results


def pages_folder(index: str | Path) -> Path:
    """Return the folder in which the pages of an index lie.

    Example:
        >>> pages_folder("out/clips.html").as_posix()
        'out/clips_pages'
    """
    place = Path(index)
    return place.with_name(f"{re.sub(r'[^A-Za-z0-9._-]+', '_', place.stem)}_pages")


def page_place(folder: Path, file: str | Path) -> Path:
    """Return where the page of a file lies; the name holds letters, digits, dashes and dots.

    Example:
        >>> page_place(Path("pages"), "/clips/a b.mp4").name
        'a_b-a73035da.html'
    """
    path = Path(file).absolute()
    digest = hashlib.sha256(str(path).encode("utf-8", "surrogateescape")).hexdigest()[:8]
    stem = re.sub(r"[^A-Za-z0-9-]+", "_", path.stem)[:60]
    return folder / f"{stem}-{digest}.html"


def _judge_with_page(folder: str, job: FileJob) -> FileResult:
    return judge_file(job, functools.partial(_report, folder))


def _report(folder: str, job: FileJob, model: Detector) -> DetectionReport:
    from graphforensics.report.write_report import model_card, write_report

    return write_report(
        job.file,
        model,
        page_place(Path(folder), job.file),
        job.clips,
        job.threshold,
        settings={"Weights": job.model},
        card=model_card(job.model),
    )
