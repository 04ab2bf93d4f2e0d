"""Which videos are measured together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyarrow as pa

from graphforensics.errors import MissingDataError
from graphforensics.evaluation.protocol.score_row import ScoreRow
from graphforensics.store.columns import FAKE, REAL

#: The condition of videos as they are, in the robustness protocol.
CLEAN = "clean"

_COLUMN = {
    "cross-dataset": "dataset",
    "cross-manipulation": "manipulation",
    "cross-quality": "quality",
}


def column_of(protocol: str) -> str | None:
    """Return what a protocol goes across; ``None`` for robustness."""
    return _COLUMN.get(protocol)


def require_conditions(protocol: str, table: pa.Table) -> None:
    """Say that a condition is not known before hours are spent on scores.

    Args:
        protocol: Name of the protocol.
        table: Tracks whose data have no names.

    Raises:
        MissingDataError: As for :func:`conditions`.
    """
    column = column_of(protocol)
    if column is None:
        return
    for row in table.select(["source", "label", column]).to_pylist():
        if not row[column] and (column != "manipulation" or row["label"] == FAKE):
            raise _unknown(row["source"], column)


def conditions(rows: Sequence[ScoreRow]) -> dict[str, list[ScoreRow]]:
    """Sort one detector's rows into the conditions of their protocol.

    Data that the user named are a condition each. Otherwise conditions are the data sets, the
    qualities, or the perturbations; a manipulation is measured on its fakes and all reals of the
    data sets (in the same quality) that it occurs in.

    Args:
        rows: Rows of one protocol and one detector.

    Returns:
        The rows of each condition, in the order in which conditions first appear.

    Raises:
        MissingDataError: A video's data set, manipulation or quality is not known.
    """
    column = column_of(rows[0].protocol)
    if column is None:
        return _grouped(rows, lambda row: row.perturbation or CLEAN)
    if any(row.data for row in rows):
        return _grouped(rows, lambda row: row.data)
    if column == "manipulation":
        return _manipulations(rows)
    for row in rows:
        if row.scored:
            _require(row, column)
    return _grouped([row for row in rows if getattr(row, column)], lambda row: getattr(row, column))


def _manipulations(rows: Sequence[ScoreRow]) -> dict[str, list[ScoreRow]]:
    fakes = [row for row in rows if row.label == FAKE]
    for row in fakes:
        if row.scored:
            _require(row, "manipulation")
    found: dict[str, list[ScoreRow]] = {}
    for name in dict.fromkeys(row.manipulation for row in fakes if row.manipulation):
        homes = {(row.dataset, row.quality) for row in fakes if row.manipulation == name}
        found[name] = [
            row
            for row in rows
            if (row.manipulation == name and row.label == FAKE)
            or (row.label == REAL and (row.dataset, row.quality) in homes)
        ]
    return found


def _require(row: ScoreRow, column: str) -> None:
    if not getattr(row, column):
        raise _unknown(row.video, column)


def _unknown(video: str, column: str) -> MissingDataError:
    return MissingDataError(
        f"{video}: its {column} is not known; name the data as NAME=STORE, or give the column "
        f"'{column}' with '--labels'"
    )


def _grouped(
    rows: Sequence[ScoreRow], name: Callable[[ScoreRow], str]
) -> dict[str, list[ScoreRow]]:
    found: dict[str, list[ScoreRow]] = {}
    for row in rows:
        found.setdefault(name(row), []).append(row)
    return found
