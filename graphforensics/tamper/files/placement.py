"""Where the files of a forgery go, and whether they are there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from graphforensics.tamper.files.forge_record import ForgeRecord
from graphforensics.tamper.sources.codec import Rendition


def placed(record: ForgeRecord, moves: bool, rendition: Rendition) -> ForgeRecord:
    """Say where the files of a forgery go.

    Args:
        record: Its method and name.
        moves: It is a clip, not a still.
        rendition: Its quality.
    """
    ending, mask_ending = (".mp4", ".mkv") if moves else (".png", ".png")
    folder = rendition.folder
    return replace(
        record,
        quality=rendition.quality,
        crf=rendition.crf,
        file=f"fake/{record.method}/{folder}{record.name}{ending}",
        real=f"real/{folder}{record.name}{ending}",
        # All qualities are forged in the same places.
        mask=f"mask/{record.method}/{record.name}{mask_ending}",
    )


def record_path(out: str | Path, record: ForgeRecord) -> Path:
    """Return the path of the record beside a forged file."""
    return Path(out, record.file).with_suffix(".json")


def finished(out: str | Path, wanted: Sequence[ForgeRecord]) -> list[ForgeRecord] | None:
    """Return the records of forgeries that are all there already; else ``None``.

    A finished forgery is kept, with what the metadata say now.
    """
    records = []
    for one in wanted:
        old = ForgeRecord.read(record_path(out, one))
        if old is None or not old.same_work(one) or not _is_whole(out, old):
            return None
        now = replace(
            old,
            source=one.source,
            metadata=one.metadata,
            partner_identity=one.partner_identity,
        )
        records.append((old, now))
    for old, now in records:
        if now != old:
            now.write(record_path(out, now))
    return [now for _, now in records]


def kept_partner(out: str | Path, wanted: Sequence[ForgeRecord]) -> str | None:
    """Return the partner that finished forgeries were made with, whatever bytes the source has."""
    partners = set()
    for one in wanted:
        old = ForgeRecord.read(record_path(out, one))
        if old is None or not old.partner or not _is_whole(out, old):
            return None
        like = replace(one, partner=old.partner, source_sha256=old.source_sha256)
        if not old.same_work(like):
            return None
        partners.add(old.partner)
    return partners.pop() if len(partners) == 1 else None


def _is_whole(out: str | Path, record: ForgeRecord) -> bool:
    return all(Path(out, name).is_file() for name in (record.file, record.real, record.mask))
