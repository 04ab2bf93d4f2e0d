"""The videos that a detector should have scored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from graphforensics.errors import MissingDataError
from graphforensics.evaluation.scores.score_table import (
    PLACE_COLUMNS,
    TableRow,
    VideoTable,
    read_video_table,
)
from graphforensics.media.formats import MEDIA_SUFFIXES
from graphforensics.splits.official_split import OFFICIAL
from graphforensics.splits.split import identity_groups
from graphforensics.splits.split_file import split_entries
from graphforensics.store.store_names import own_source

Place = tuple[str, ...]
Key = tuple[Place, str]


@dataclass(frozen=True)
class ExpectedVideo:
    """A video with its label.

    Args:
        name: As the list of videos has it.
        place: Values of the columns that tell videos of one name apart.
        label: ``"real"`` or ``"fake"``.
        identity: Who is seen; empty where unknown.
        group: Number of the people who are linked; the bootstrap draws groups.
    """

    name: str
    place: Place
    label: str
    identity: str
    group: int = 0

    @property
    def key(self) -> Key:
        """What is the same video in every table."""
        return self.place, video_key(self.name)


def video_key(name: str) -> str:
    """Return a video's name with plain slashes and without the ending of a video's file.

    Example:
        >>> video_key("./fake/anna.mp4"), video_key("anna")
        ('fake/anna', 'anna')
    """
    path = PurePosixPath(name.replace("\\", "/"))
    if path.suffix.lower() in MEDIA_SUFFIXES:
        path = path.with_suffix("")
    return path.as_posix()


def shared_places(tables: Iterable[VideoTable]) -> tuple[int, ...]:
    """Return which of the columns that tell videos apart every table has, by their numbers."""
    columns = [set(table.columns) for table in tables]
    return tuple(
        number
        for number, name in enumerate(PLACE_COLUMNS)
        if columns and all(name in known for known in columns)
    )


def expected_videos(
    tables: Sequence[VideoTable],
    labels: str | Path | None,
    split: str | Path | None,
    part: str | None,
) -> tuple[list[ExpectedVideo], tuple[int, ...]]:
    """Say which videos should have a score, and what they are.

    A split file counts first, then a table of labels, then the labels beside the scores.

    Args:
        tables: The tables of scores.
        labels: Table of labels.
        split: A run's ``split.json``, or ``"official"`` for the column ``split``.
        part: Part of the split.

    Returns:
        The videos, and the numbers of the columns beside the name that tell them apart.

    Raises:
        MissingDataError: A label is missing, tables disagree on one, or there is no video.
    """
    known = [read_video_table(labels, "label")] if labels is not None else list(tables)
    places = shared_places([*tables, *known])
    rows = [row for table in known for row in table.rows]
    if split is not None and str(split) != OFFICIAL:
        rows, places = _of_file(split, part or "test", rows if labels is not None else []), ()
    elif split is not None:
        rows = [row for row in rows if row.split == (part or "test")]
    where = str(labels or split or ", ".join(table.path for table in tables))
    return _with_groups(_distinct(where, rows, places)), places


def _of_file(split: str | Path, part: str, labelled: Sequence[TableRow]) -> list[TableRow]:
    """Return the files of a part, with the labels of the split where no table has others."""
    parts = split_entries(split)
    if part not in parts:
        raise ValueError(f"'part' must be one of {', '.join(parts)} (got {part!r})")
    known = {video_key(row.name): row for row in labelled}
    rows = []
    for entry in parts[part]:
        name = own_source(entry["source"], entry.get("store"))
        told = known.get(video_key(name))
        label = told.label if told else str(entry.get("label") or "")
        identity = (told.identity if told else "") or str(entry.get("identity") or "")
        rows.append(TableRow(name, label=label, identity=identity))
    return rows


def _distinct(where: str, rows: Sequence[TableRow], places: Sequence[int]) -> list[ExpectedVideo]:
    """Join the rows of each video."""
    found: dict[Key, ExpectedVideo] = {}
    unlabelled: dict[Key, str] = {}
    for row in rows:
        video = ExpectedVideo(
            row.name, tuple(row.place[n] for n in places), row.label, row.identity
        )
        if not video.label:
            unlabelled.setdefault(video.key, row.name)
            continue
        other = found.setdefault(video.key, video)
        if other.label != video.label:
            raise MissingDataError(f"{where}: {row.name} is both real and fake")
    lacking = [name for key, name in unlabelled.items() if key not in found]
    if lacking:
        raise MissingDataError(
            f"{where}: {len(lacking)} videos have no label, among them {lacking[0]}; add a column "
            "'label', or give a table with '--labels' or a split file with '--split'"
        )
    if not found:
        raise MissingDataError(f"{where}: names no video to measure")
    return list(found.values())


def _with_groups(videos: Sequence[ExpectedVideo]) -> list[ExpectedVideo]:
    # A video without a name for its people stands for itself.
    rows = [
        {"source": "/".join((*video.place, video_key(video.name))), "identity": video.identity}
        for video in videos
    ]
    groups = identity_groups(rows).tolist()
    return [
        ExpectedVideo(video.name, video.place, video.label, video.identity, group)
        for video, group in zip(videos, groups, strict=True)
    ]
