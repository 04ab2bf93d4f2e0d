"""Choosing the files that may be forged: real ones."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from graphforensics.errors import MissingDataError
from graphforensics.media.source_files import find_media
from graphforensics.store.columns import REAL
from graphforensics.store.metadata_table import MetadataTable
from graphforensics.tamper.files.forge_record import ForgeRecord


@dataclass
class ForgeSources:
    """Files to forge, and those that are not, with the reason.

    Args:
        files: Files to forge, each with what the metadata table says about it.
        skipped: ``(path, reason)`` of files that the table does not call real, and of the
            run's own output.
        failed: ``(path, reason)`` of patterns without a file, and of files that are forgeries.
    """

    files: dict[Path, Mapping[str, str]] = field(default_factory=dict)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


def find_sources(
    paths: Iterable[str | Path], out: Path, table: MetadataTable | None
) -> ForgeSources:
    """Find the files below ``paths`` and keep those that are not known to be forged.

    With a table only files count that it labels real. Forgeries of this library are
    refused wherever they lie, by the record beside them.

    Raises:
        MissingDataError: There is no file at all, or the table leaves none.
    """
    found, empty = find_media(paths, table.masks() if table else ())
    sources = ForgeSources(failed=empty)
    known = table.match(found) if table else {}
    for file in found:
        row = known.get(os.path.abspath(file))
        if Path(os.path.abspath(file)).is_relative_to(os.path.abspath(out)):
            sources.skipped.append((str(file), "lies in the output folder"))
        elif ForgeRecord.read(file.with_suffix(".json")) is not None:
            reason = f"is a forgery itself, as {file.with_suffix('.json').name} beside it says"
            sources.failed.append((str(file), reason))
        elif table is not None and (row is None or row.get("label") != REAL):
            label = row.get("label") if row else None
            reason = f"labelled {label}" if label else "not labelled real"
            sources.skipped.append((str(file), f"{reason} in {table.path}"))
        else:
            sources.files[file] = row or {}
    if not sources.files and not sources.failed:
        raise MissingDataError(_nothing(sources, paths))
    return sources


def _nothing(sources: ForgeSources, paths: Iterable[str | Path]) -> str:
    if not sources.skipped:
        return f"no video or image to forge in {', '.join(str(path) for path in paths)}"
    path, reason = sources.skipped[0]
    return f"no real file to forge: all {len(sources.skipped)} were left out ({path}: {reason})"
