"""Masks of forgeries that came without any, from the clips that they were made of."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from graphforensics.errors import UnreadableMediaError
from graphforensics.media.clip_writer import ClipWriter
from graphforensics.media.decode import probe, read_frames
from graphforensics.media.frame import Frame
from graphforensics.store.columns import FAKE
from graphforensics.store.metadata_table import MetadataTable
from graphforensics.tamper.masks.difference_mask import difference_mask

_FOLDER = "masks"


class DifferenceMasks(NamedTuple):
    """What :func:`write_difference_masks` wrote.

    Attributes:
        metadata: The table that names the masks, for ``extract --metadata`` and ``train --labels``.
        written: Number of masks written now or earlier.
        without: Fakes that have no mask, and why.
    """

    metadata: Path
    written: int
    without: list[tuple[str, str]]


def write_difference_masks(metadata: str | Path, threshold: float = 0.15) -> DifferenceMasks:
    """Compare forged clips with the clips that they were made from, and write masks of both.

    Every fake of the table that names its ``source`` and no ``mask`` gets a lossless video
    ``masks/FILE.mkv`` beside the table, by :func:`difference_mask` frame by frame. The table itself
    stays; ``NAME_masks.csv`` beside it also names the masks. A run that was broken off goes on with
    the files that lack. A fake gets none where the two differ in size or length.

    Args:
        metadata: CSV with the columns ``file``, ``label`` and ``source``, paths from its folder.
        threshold: As in :func:`difference_mask`; masks that are there are not written again.

    Raises:
        ValueError: ``threshold`` is not in [0, 1].
        MissingDataError: The table cannot be read, or is wrong.

    Example:
        >>> write_difference_masks("clips/metadata.csv").written  # doctest: +SKIP
        1000
    """
    if not 0 <= threshold <= 1:
        raise ValueError(f"'threshold' must be in [0, 1] (got {threshold})")
    table = Path(metadata)
    folder = MetadataTable(table).folder
    with open(table, newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    written, without = 0, []
    for row in rows:
        origin = row.get("origin") or row.get("source")
        if (row.get("label") or "").strip().lower() != FAKE or row.get("mask"):
            continue
        place = _place(folder, row["file"].strip())
        reason = "no source is named"
        if origin:
            reason = _write(folder / row["file"].strip(), folder / origin.strip(), place, threshold)
        if reason:
            without.append((row["file"], reason))
            continue
        row["mask"] = place.relative_to(folder).as_posix()
        written += 1
    return DifferenceMasks(_told(table, rows), written, without)


def _place(folder: Path, file: str) -> Path:
    """Return where the mask of a file goes; no two files share one."""
    inner = Path(os.path.relpath(folder / file, folder))
    if inner.parts[0] == os.pardir:
        key = hashlib.sha256(os.path.abspath(folder / file).encode()).hexdigest()[:12]
        inner = Path(f"{key}-{inner.name}")
    return folder / _FOLDER / inner.with_name(f"{inner.name}.mkv")


def _write(fake: Path, real: Path, place: Path, threshold: float) -> str:
    """Write a mask unless it is there; return why there is none, or nothing."""
    if place.is_file():
        return ""
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f".{place.name}.part.mkv")
    try:
        rate = _common_rate(fake, real)
        with ClipWriter(part, rate, None) as encoder:
            for frame, mask in _masks(fake, real, threshold):
                encoder.write((mask[0] * 255).byte().numpy(), frame.time)
        os.replace(part, place)
    except (UnreadableMediaError, _UnlikeError) as error:
        return str(error)
    finally:
        part.unlink(missing_ok=True)
    return ""


class _UnlikeError(Exception):
    """Two clips that cannot be compared."""


def _common_rate(fake: Path, real: Path) -> float:
    one, other = probe(fake), probe(real)
    sizes = [f"{info.width} x {info.height}" for info in (one, other)]
    if sizes[0] != sizes[1]:
        raise _UnlikeError(f"it is {sizes[0]} pixels, its source {sizes[1]}")
    if len(one.times) != len(other.times):
        raise _UnlikeError(f"it has {len(one.times)} frames, its source {len(other.times)}")
    seconds = float(one.times[-1] - one.times[0])
    return (len(one.times) - 1) / seconds if seconds > 0 else 25.0


def _masks(fake: Path, real: Path, threshold: float) -> Iterator[tuple[Frame, Tensor]]:
    count = 0
    for one, other in zip(read_frames(fake), read_frames(real), strict=False):
        if not one.number == other.number == count:
            break
        count += 1
        yield one, difference_mask(_channels_first(other), _channels_first(one), threshold)
    if count != len(probe(fake).times):
        raise _UnlikeError(f"frame {count} of it or of its source cannot be decoded")


def _channels_first(frame: Frame) -> Tensor:
    return torch.from_numpy(frame.image.copy()).permute(2, 0, 1)


def _told(table: Path, rows: list[dict[str, str]]) -> Path:
    names = dict.fromkeys([*(name for row in rows[:1] for name in row if name), "mask"])
    text = io.StringIO()
    writer = csv.DictWriter(text, list(names), lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    path = table.with_name(f"{table.stem}_masks.csv")
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(text.getvalue(), encoding="utf-8")
    os.replace(temporary, path)
    return path
