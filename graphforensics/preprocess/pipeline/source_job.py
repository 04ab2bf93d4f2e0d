"""Extraction of one file, as a worker does it."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import socket
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeGuard

from graphforensics.errors import (
    GraphForensicsError,
    NoFaceError,
    OutputError,
    UnreadableMediaError,
)
from graphforensics.preprocess.pipeline.extract_tracks import extract_tracks
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.extraction_report import ExtractionReport
from graphforensics.store.layout import HEADER, PARTIAL, RECORD, sync_folder
from graphforensics.store.output_errors import writing
from graphforensics.store.publish import (
    TEMPORARY,
    publish_metadata,
    publish_source,
)
from graphforensics.store.records import SourceRecord, Status
from graphforensics.store.remote_path import RemotePath, StorePath, store_path
from graphforensics.store.source_writer import write_tracks
from graphforensics.store.store_writer import is_whole, read_record, read_whole


@dataclass(frozen=True)
class SourceJob:
    """One file to extract into a store.

    Args:
        path: The file, absolute.
        named: The file, as the user named it.
        source: Its name in the store.
        key: Its folder in the store.
        root: Folder, absolute, or URL of the store.
        options: How to extract.
        metadata: What is known about the file; ``None`` keeps what the store knows.
        told: What the store's manifest says of the file, should its record be damaged.
    """

    path: str
    named: str
    source: str
    key: str
    root: str
    options: ExtractionOptions = field(default_factory=ExtractionOptions)
    metadata: Mapping[str, str] | None = None
    told: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SourceResult:
    """What became of a job.

    Args:
        record: The record for the manifest.
        folder: Finished folder to move into the store, ``None`` when the store has it already.
        failure: Why the file could not be extracted, ``None`` when it was.
        reused: Whether the store had its tracks before.
        published: Whether the store has the record as it is here: nothing is left to do.
    """

    record: SourceRecord
    folder: str | None = None
    failure: str | None = None
    reused: bool = False
    published: bool = False


def run_source_job(job: SourceJob) -> SourceResult:
    """Extract one file into a folder of its own, unless the store holds its tracks.

    The store holds them when the file's content is that of the record: the time stamp of a
    file says nothing, so that stores are functions of their inputs. A file that cannot be
    extracted leaves the tracks of its earlier content where they are.

    Raises:
        OutputError: The store cannot be written.
        ImportError: This process lacks a package.
        GraphForensicsError: Something other than the file is wrong: a missing package or model.
    """
    root = store_path(job.root)
    _check_seen(root)
    old = read_record(root, job.key)
    blank = SourceRecord(job.source, job.key, "failed", metadata=_known(job, old))
    try:
        blank = replace(blank, sha256=content_hash(job.path))
    except UnreadableMediaError as error:
        return _failed(job, old, replace(blank, reason=error.reason))
    if _is_done(old, root, blank.sha256):
        return _kept(root, old, blank)
    folder = _fresh_folder(job)
    try:
        record = _extracted(job, blank, folder)
        if record.status != "failed":
            return _finished(job, record, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)
    return _failed(job, old, record)


def _known(job: SourceJob, old: SourceRecord | None) -> Mapping[str, str]:
    """Say what is known about the file: what the job tells, else what the store knows."""
    if job.metadata is not None:
        return job.metadata
    return old.metadata if old is not None else job.told


def _is_done(
    old: SourceRecord | None, root: StorePath, sha256: str | None
) -> TypeGuard[SourceRecord]:
    return (
        old is not None and old.status != "failed" and old.sha256 == sha256 and is_whole(root, old)
    )


def _failed(job: SourceJob, old: SourceRecord | None, record: SourceRecord) -> SourceResult:
    """List the file as failed, unless the store has something better of it."""
    if old is None or old.status == "failed":
        return _finished(job, record)
    kept = _kept(store_path(job.root), old, record)
    return replace(kept, failure=record.reason, reused=False)


def _kept(root: StorePath, old: SourceRecord, new: SourceRecord) -> SourceResult:
    """Leave the tracks as they are; on a URL, the worker puts new metadata there itself."""
    record = replace(old, metadata=new.metadata)
    if isinstance(root, Path):
        return SourceResult(record, reused=True)
    if record != old:
        publish_metadata(root, record)
    return SourceResult(record, reused=True, published=True)


def _extracted(job: SourceJob, blank: SourceRecord, folder: Path) -> SourceRecord:
    """Write the tracks and return their record."""
    report = ExtractionReport()
    try:
        frames = extract_tracks(job.path, job.options, report=report)
        tracks = write_tracks(folder, frames, job.options.align)
    except UnreadableMediaError as error:
        return replace(blank, reason=error.reason)
    except NoFaceError as error:
        return replace(blank, status="no_face", reason=str(error), report=report)
    except (GraphForensicsError, ImportError):
        raise
    except MemoryError:
        return replace(blank, reason="not enough memory to decode it")
    except Exception as error:
        # One broken file never stops the rest, whatever is wrong with it.
        return replace(blank, reason=f"unexpected {type(error).__name__}: {_line(error)}")
    status: Status = "ok" if tracks else "no_face"
    reason = report.truncated or (None if tracks else report.no_face())
    return replace(blank, status=status, reason=reason, report=report, tracks=tracks)


def _finished(job: SourceJob, record: SourceRecord, folder: Path | None = None) -> SourceResult:
    """Write the record beside the tracks, all down to the disk."""
    if folder is None or not record.tracks:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        folder = _fresh_folder(job)
    with writing(folder):
        record.write(folder / RECORD)
        sync_folder(folder)
    failure = record.reason if record.status == "failed" else None
    root = store_path(job.root)
    if isinstance(root, Path):
        return SourceResult(record, str(folder), failure)
    # A worker that was given up may have been at work on the same file, and first.
    if read_whole(root, job.key) != record:
        publish_source(root, folder, record)
    shutil.rmtree(folder, ignore_errors=True)
    return SourceResult(record, None, failure, published=True)


def failed_result(job: SourceJob, reason: str) -> SourceResult:
    """Return the result of a job that no worker could finish.

    Raises:
        OutputError: The store cannot be written.
    """
    old = read_record(store_path(job.root), job.key)
    blank = SourceRecord(job.source, job.key, "failed", reason, metadata=_known(job, old))
    return _failed(job, old, blank)


def _fresh_folder(job: SourceJob) -> Path:
    """Make a folder that no other attempt at this file writes to, in whichever process."""
    root = store_path(job.root)
    if isinstance(root, RemotePath):
        return Path(tempfile.mkdtemp(prefix=TEMPORARY))
    folder = root / PARTIAL / job.key / secrets.token_hex(4)
    with writing(folder):
        folder.mkdir(parents=True)
    return folder


def _check_seen(root: StorePath) -> None:
    """Stop a worker on another machine before it writes to a folder that only it can see.

    Raises:
        OutputError: There is no store at ``root``.
    """
    if isinstance(root, Path) and not (root / HEADER).is_file():
        raise OutputError(
            f"{root}: a worker on {socket.gethostname()} sees no store there; name a folder that "
            "all workers share, or a URL such as s3://bucket/faces"
        )


def content_hash(path: str) -> str:
    """Return the SHA-256 of a file's bytes.

    Raises:
        UnreadableMediaError: There is no such file, or it is a pipe or a device, which would be
            waited for, or read, for ever.
    """
    digest = hashlib.sha256()
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise UnreadableMediaError(path, "not a regular file")
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise UnreadableMediaError(path, (error.strerror or str(error)).lower()) from error
    return digest.hexdigest()


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]
