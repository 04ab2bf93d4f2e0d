"""Forging of one file, as a worker does it."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import torch

from graphforensics.errors import (
    GraphForensicsError,
    NoFaceError,
    OutputError,
    UnreadableMediaError,
)
from graphforensics.media.clip_writer import ClipWriter
from graphforensics.media.decode import probe, read_frames
from graphforensics.media.frame_writer import FrameWriter
from graphforensics.media.media_info import MediaInfo
from graphforensics.media.picture_writer import PictureWriter
from graphforensics.media.system_error import is_of_system
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.tamper.files.clip_forger import ClipForger
from graphforensics.tamper.files.clip_landmarks import clip_landmarks
from graphforensics.tamper.files.forge_record import ForgeRecord

PARTIAL = ".partial"


@dataclass(frozen=True)
class ForgeJob:
    """One file to forge.

    Args:
        path: The file.
        named: The same, as the user named it.
        out: Folder of the forged set.
        record: What is to be written about it; hash, paths and counts are filled in.
    """

    path: str
    named: str
    out: str
    record: ForgeRecord


@dataclass(frozen=True)
class ForgeResult:
    """What became of a job.

    Args:
        record: The record beside the forged file, ``None`` when there is none.
        reused: The set held the same forgery already.
        failure: Why there is no forgery, ``None`` when there is.
    """

    record: ForgeRecord | None
    reused: bool = False
    failure: str | None = None


def run_forge_job(job: ForgeJob) -> ForgeResult:
    """Write the forgery, its real copy, its mask and its record, unless they are there.

    Raises:
        OutputError: The set cannot be written.
        GraphForensicsError: Something other than the file is wrong: a missing package or model.
    """
    try:
        with _one_thread():
            return _run(job)
    except UnreadableMediaError as error:
        return ForgeResult(None, failure=error.reason)
    except NoFaceError as error:
        return ForgeResult(None, failure=str(error))
    except GraphForensicsError:
        raise
    except MemoryError:
        return ForgeResult(None, failure="not enough memory to forge it")
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        # What goes wrong in reading is an UnreadableMediaError by now.
        if is_of_system(error):
            raise OutputError(f"{job.out}: cannot be written ({reason})") from error
        # One broken file never stops the rest, whatever is wrong with it.
        return ForgeResult(None, failure=f"unexpected {type(error).__name__}: {reason}")


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep the threads of several workers out of each other's way: the images are small."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _run(job: ForgeJob) -> ForgeResult:
    info = probe(job.path)
    if info.kind != "image" and min(info.width, info.height) < 2:
        raise NoFaceError(f"no face fits into {info.width} x {info.height} pixels")
    wanted = _placed(job.record, info, _content_hash(job.path))
    old = ForgeRecord.read(_record_path(job, wanted))
    if old is None or not old.same_work(wanted) or not _is_whole(job, old):
        return ForgeResult(_forge(job, wanted, info))
    # A finished forgery is kept, with what the metadata say now.
    record = replace(old, source=wanted.source, metadata=wanted.metadata)
    if record != old:
        record.write(_record_path(job, record))
    return ForgeResult(record, reused=True)


def _placed(record: ForgeRecord, info: MediaInfo, sha256: str) -> ForgeRecord:
    """Say where the files go, which depends on what the source is."""
    ending, mask_ending = (".png", ".png") if info.kind == "image" else (".mp4", ".mkv")
    return replace(
        record,
        source_sha256=sha256,
        file=f"fake/{record.method}/{record.name}{ending}",
        real=f"real/{record.name}{ending}",
        mask=f"mask/{record.method}/{record.name}{mask_ending}",
    )


def _content_hash(path: str) -> str:
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise UnreadableMediaError(path, f"cannot be read ({error.strerror})") from error
    return digest.hexdigest()


def _record_path(job: ForgeJob, record: ForgeRecord) -> Path:
    return Path(job.out, record.file).with_suffix(".json")


def _is_whole(job: ForgeJob, record: ForgeRecord) -> bool:
    return all(Path(job.out, name).is_file() for name in (record.file, record.real, record.mask))


def _forge(job: ForgeJob, wanted: ForgeRecord, info: MediaInfo) -> ForgeRecord:
    """Write all under temporary names, then rename; the record comes last and makes it count."""
    folder = Path(job.out, PARTIAL, wanted.name)
    shutil.rmtree(folder, ignore_errors=True)
    try:
        for name in (wanted.file, wanted.real, wanted.mask):
            (folder / name).parent.mkdir(parents=True)
            Path(job.out, name).parent.mkdir(parents=True, exist_ok=True)
        record = _write_media(job, wanted, info, folder)
        path = _record_path(job, record)
        path.unlink(missing_ok=True)
        for name in (record.file, record.real, record.mask):
            os.replace(folder / name, Path(job.out, name))
        record.write(path)
        return record
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write_media(job: ForgeJob, wanted: ForgeRecord, info: MediaInfo, folder: Path) -> ForgeRecord:
    """Write the real copy, find the faces in it, and write the forgery and its mask.

    Faces are looked for in the copy because it holds just the frames that were asked for.
    """
    frames = _copy(job, folder / wanted.real, info)
    faces = clip_landmarks(folder / wanted.real, ExtractionOptions.from_dict(wanted.extraction))
    entropy = [wanted.seed, int(wanted.source_sha256[:16], 16)]
    forger = ClipForger(entropy, partial=wanted.method == "partial_blend")
    forged_frames = 0
    with (
        _encoder(folder / wanted.file, info, wanted.crf) as fake,
        _encoder(folder / wanted.mask, info, None) as masks,
    ):
        for number, frame in enumerate(islice(read_frames(job.path), frames if faces else 0)):
            forged, mask = forger.forge(frame.image, number, faces.get(number, []))
            fake.write(forged, frame.time)
            masks.write(mask, frame.time)
            forged_frames += bool(mask.any())
    if not forged_frames:
        raise NoFaceError(f"no face found in {frames} frame{'s' if frames != 1 else ''}")
    recipes = {str(person): recipe.to_dict() for person, recipe in sorted(forger.recipes.items())}
    done = replace(wanted, truncated=info.truncated, recipes=recipes)
    return replace(done, frames=frames, forged_frames=forged_frames)


def _copy(job: ForgeJob, path: Path, info: MediaInfo) -> int:
    """Encode the frames that were asked for as they are, and count them."""
    count = 0
    with _encoder(path, info, job.record.crf) as copy:
        for frame in islice(read_frames(job.path), job.record.max_frames):
            copy.write(frame.image, frame.time)
            count += 1
    if not count:
        raise UnreadableMediaError(job.path, "none of its frames can be decoded")
    return count


def _encoder(path: Path, info: MediaInfo, crf: int | None) -> FrameWriter:
    if info.kind == "image":
        return PictureWriter(path)
    span = float(info.times[-1] - info.times[0]) if info.frames > 1 else 0.0
    rate = (info.frames - 1) / span if span > 0 else 25.0
    return ClipWriter(path, min(max(rate, 1.0), 240.0), crf)
