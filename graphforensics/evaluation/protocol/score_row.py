"""The score of one video by one detector under one perturbation, and tables of them."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from graphforensics._csv import CsvReader, csv_text
from graphforensics.errors import MissingDataError
from graphforensics.store.columns import LABELS

#: What a protocol may go across, or test.
PROTOCOLS = ("cross-dataset", "cross-manipulation", "cross-quality", "robustness")
_OK = "ok"


@dataclass(frozen=True)
class ScoreRow:
    """A row of the table of scores, from which every figure of a protocol follows.

    Args:
        protocol: One of :data:`PROTOCOLS`.
        model: Name of the detector in the tables.
        trained_on: Conditions that it saw in training, joined by ``;``; empty where unknown.
        perturbation: ``"blur:3"``, or empty for the video as it is.
        data: Name that the user gave to the data, or empty.
        dataset: Data set of the video.
        manipulation: How a fake was made.
        quality: Compression of the video.
        video: Name of the video, or of the file where it has no face.
        identity: Who is seen, where all samples agree.
        group: People who are linked have one; the bootstrap draws groups.
        label: ``"real"`` or ``"fake"``, empty for an unlabelled file without a face.
        clips: Samples that went into the score.
        score: Probability of fake; ``None`` for a file without a face.
        threshold: The smallest score that the detector's accuracy counts as fake.
        seed: Seed of the bootstrap, and of what perturbations draw.
        resamples: Resamples of the bootstrap.
        status: ``"ok"``, ``"no_face"``, ``"too_short"`` or ``"failed"``.
    """

    protocol: str
    model: str
    trained_on: str
    perturbation: str
    data: str
    dataset: str
    manipulation: str
    quality: str
    video: str
    identity: str
    group: str
    label: str
    clips: int
    score: float | None
    threshold: float
    seed: int
    resamples: int
    status: str = _OK

    @property
    def scored(self) -> bool:
        """Whether there is a score."""
        return self.score is not None

    @property
    def key(self) -> tuple[str, ...]:
        """What is the same video for every detector."""
        place = (self.perturbation, self.data, self.dataset)
        return (*place, self.manipulation, self.quality, self.video)


_COUNTS = ("clips", "seed", "resamples")
COLUMNS = tuple(field.name for field in fields(ScoreRow))


def scores_csv(rows: Iterable[ScoreRow]) -> str:
    """Write rows as a CSV table; floats keep every digit."""
    return csv_text(COLUMNS, (asdict(row) for row in rows))


def read_scores(path: str | Path) -> list[ScoreRow]:
    """Read a table of scores that a protocol wrote.

    Args:
        path: The CSV file.

    Raises:
        MissingDataError: It cannot be read, lacks a column, or holds a value that does not fit.
    """
    try:
        with open(path, newline="", encoding="utf-8") as file:
            reader = CsvReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise MissingDataError(f"{path}: not a protocol's scores, no column '{missing[0]}'")
            rows = [_row(path, reader.line_num, values) for values in reader]
    except OSError as error:
        raise MissingDataError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise MissingDataError(f"{path}: not a CSV table in UTF-8 ({error})") from error
    _check(path, rows)
    return rows


def _row(path: str | Path, line: int, values: dict[str, Any]) -> ScoreRow:
    try:
        texts = {name: values[name] for name in COLUMNS}
        if None in texts.values():
            raise ValueError("too few values")
        numbers: dict[str, Any] = {name: int(texts[name]) for name in _COUNTS}
        numbers["threshold"] = float(texts["threshold"])
        score = numbers["score"] = float(texts["score"]) if texts["score"] else None
        row = ScoreRow(**{**texts, **numbers})
        if not all(math.isfinite(value) for value in (row.threshold, score or 0.0)):
            raise ValueError("a score or threshold is no number")
        if (score is not None) != (row.status == _OK) or row.label not in (*LABELS, ""):
            raise ValueError(f"label {row.label!r}, status {row.status!r}, score {score}")
        if row.scored and not row.label:
            raise ValueError("a score without a label")
    except (ValueError, TypeError) as error:
        raise MissingDataError(f"{path}, line {line}: {error}") from error
    return row


def _check(path: str | Path, rows: Sequence[ScoreRow]) -> None:
    if not any(row.scored for row in rows):
        raise MissingDataError(f"{path}: holds no score")
    for name in ("protocol", "seed", "resamples"):
        if len({getattr(row, name) for row in rows}) > 1:
            raise MissingDataError(f"{path}: mixes tables of different '{name}'")
    if rows[0].protocol not in PROTOCOLS:
        raise MissingDataError(f"{path}: '{rows[0].protocol}' is no protocol")
