"""Forging of one file, as a worker does it."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from torch import Tensor

from graphforensics.errors import NoFaceError, UnreadableMediaError
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.tamper.families import find_family
from graphforensics.tamper.files.file_failures import file_failures, one_thread
from graphforensics.tamper.files.forge_record import ForgeRecord
from graphforensics.tamper.files.forge_task import ForgeTask
from graphforensics.tamper.files.forged_media import PARTIAL, write_forgery
from graphforensics.tamper.files.placement import finished, placed
from graphforensics.tamper.partner import FaceTraits
from graphforensics.tamper.partner.partner import fittest_frame
from graphforensics.tamper.partner.shape_changes import shape_changes
from graphforensics.tamper.recipe.autoencoder_settings import AutoencoderSettings
from graphforensics.tamper.sources.codec import Rendition
from graphforensics.tamper.sources.footage import Recording
from graphforensics.tamper.sources.prepared_source import prepare_source


@dataclass(frozen=True)
class ForgeJob:
    """One file to forge.

    Args:
        path: The file.
        named: The same, as the user named it.
        out: Folder of the forged set.
        name: Name of the clip in the set.
        tasks: What to make of it.
        renditions: Qualities, the best first.
        options: How faces are found.
        max_frames: Frames to take at most.
        autoencoder: Reconstructs faces; ``None`` where none was given.
        source: The file, as the records call it.
        identity: Who is seen.
        keeps: Its unfinished files stay for others until the run ends.
        training: How autoencoders of pairs are trained.
    """

    path: str
    named: str
    out: str
    name: str
    tasks: tuple[ForgeTask, ...]
    renditions: tuple[Rendition, ...]
    options: ExtractionOptions
    max_frames: int | None = None
    autoencoder: Callable[[Tensor], Tensor] | None = None
    source: str = ""
    identity: str = ""
    keeps: bool = False
    training: AutoencoderSettings = field(default_factory=AutoencoderSettings)

    @property
    def workshop(self) -> Path:
        """Folder of its unfinished files."""
        return Path(self.out, PARTIAL, self.name)


@dataclass(frozen=True)
class SourceLook:
    """What partners are chosen by.

    Args:
        traits: Identity, pose and skin tone of the main face in the middle of its appearance.
        lent: The same in the frame that it would lend to another.
        moves: It is a clip.
    """

    traits: FaceTraits
    lent: FaceTraits
    moves: bool


@dataclass(frozen=True)
class ForgeResult:
    """What became of a job.

    Args:
        records: The records beside the forged files, of every method and quality.
        done: Methods by which it was forged.
        reused: Methods whose forgeries the set held already.
        failures: Method and reason of each that failed; the method is empty where nothing can be
            made of the file.
        look: How its main face looks, where the file was only looked at.
    """

    records: tuple[ForgeRecord, ...] = ()
    done: tuple[str, ...] = ()
    reused: tuple[str, ...] = ()
    failures: tuple[tuple[str, str], ...] = ()
    look: SourceLook | None = None


def run_forge_job(job: ForgeJob) -> ForgeResult:
    """Write the forgeries, their real copies, masks and records, unless they are there.

    Raises:
        OutputError: The set cannot be written.
        GraphForensicsError: Something other than the file is wrong: a missing package or model.
    """
    with one_thread(), file_failures(job.out) as failed:
        try:
            return _forge_all(job)
        finally:
            if not job.keeps:
                shutil.rmtree(job.workshop, ignore_errors=True)
    return ForgeResult(failures=(("", failed[0]),))


def run_look_job(job: ForgeJob) -> ForgeResult:
    """Prepare a file as a partner: write its real copies, find its faces, see how they look.

    Raises:
        OutputError: The set cannot be written.
        GraphForensicsError: Something other than the file is wrong: a missing package or model.
    """
    with one_thread(), file_failures(job.out) as failed:
        return ForgeResult(look=_look(job))
    return ForgeResult(failures=(("", failed[0]),))


def _look(job: ForgeJob) -> SourceLook:
    footage = Recording(job.path, job.max_frames)
    prepared = prepare_source(footage, job.workshop, job.renditions, job.options)
    seen = prepared.main_track()
    track = [seen.get(number) for number in range(prepared.frames)]
    middle = list(seen)[len(seen) // 2]
    lent = fittest_frame(track)
    if lent is None:
        raise NoFaceError("no face found")
    tremble = float(shape_changes(track)[list(seen)].mean())
    # Counted, for numbers of damaged frames are left out while the copy has none missing.
    wanted = {
        number: FaceTraits.of(frame.image, seen[number], job.identity, job.source, tremble)
        for number, frame in enumerate(footage.frames())
        if number in (middle, lent)
    }
    return SourceLook(wanted[middle], wanted[lent], moves=len(seen) > 1)


def _forge_all(job: ForgeJob) -> ForgeResult:
    footage = Recording(job.path, job.max_frames)
    sha256 = _content_hash(job.path)
    records: list[ForgeRecord] = []
    done: list[str] = []
    reused: list[str] = []
    failures: list[tuple[str, str]] = []
    for task in job.tasks:
        method = task.record.method
        if task.failure is not None:
            failures.append((method, task.failure))
            continue
        moves = not footage.is_still or find_family(method).animates
        record = replace(task.record, source_sha256=sha256)
        wanted = [placed(record, moves, one) for one in job.renditions]
        old = finished(job.out, wanted)
        if old is not None:
            records += old
            reused.append(method)
            continue
        with file_failures(job.out) as failed:
            records += write_forgery(job, task, wanted, footage)
            done.append(method)
        failures += [(method, reason) for reason in failed]
    return ForgeResult(tuple(records), tuple(done), tuple(reused), tuple(failures))


def _content_hash(path: str) -> str:
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise UnreadableMediaError(path, f"cannot be read ({error.strerror})") from error
    return digest.hexdigest()
