"""Tables of scores are read back exactly, or refused in one sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from graphforensics.errors import MissingDataError
from graphforensics.evaluation.protocol import ScoreRow, read_scores, table_from_scores
from graphforensics.evaluation.protocol.score_row import COLUMNS, scores_csv

ROW = ScoreRow(
    protocol="cross-dataset",
    model='a "model", quoted',
    trained_on="A;B",
    perturbation="",
    data="",
    dataset="A",
    manipulation="swap",
    quality="c23",
    video="000_003",
    identity="000;003",
    group="/4",
    label="fake",
    clips=2,
    score=0.1 + 0.2,
    threshold=1 / 3,
    seed=5,
    resamples=10,
)
FACELESS = replace(ROW, score=None, clips=0, status="no_face", group="", label="")


def test_round_trip(tmp_path: Path) -> None:
    rows = [ROW, FACELESS, replace(ROW, video="b,c", label="real", score=1e-300)]
    place = tmp_path / "scores.csv"
    place.write_text(scores_csv(rows))
    assert read_scores(place) == rows


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("0.30000000000000004", "nan", "line 2: a score or threshold is no number"),
        ("0.30000000000000004", "much", "line 2: could not convert"),
        ("0.30000000000000004", "", "line 2: label 'fake', status 'ok', score None"),
        ("0.3333333333333333", "inf", "line 2: a score or threshold is no number"),
        (",fake,", ",maybe,", "line 2: label 'maybe'"),
        (",fake,", ",,", "line 2: a score without a label"),
        (",fake,2,", ",fake,two,", "line 2: invalid literal"),
        (",ok", "", "line 2: too few values"),
        ("cross-dataset", "cross-country", "'cross-country' is no protocol"),
        ("threshold", "limit", "no column 'threshold'"),
    ],
)
def test_damaged_tables(tmp_path: Path, old: str, new: str, words: str) -> None:
    place = tmp_path / "scores.csv"
    text = scores_csv([ROW])
    assert old in text
    place.write_text(text.replace(old, new))
    with pytest.raises(MissingDataError, match=words):
        table_from_scores(place)


def test_what_is_no_table(tmp_path: Path) -> None:
    place = tmp_path / "scores.csv"
    with pytest.raises(MissingDataError, match="cannot be read"):
        read_scores(place)
    place.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(MissingDataError, match="not a CSV table in UTF-8"):
        read_scores(place)
    for text in ("", ",".join(COLUMNS) + "\n", scores_csv([FACELESS])):
        place.write_text(text)
        with pytest.raises(MissingDataError, match=r"scores\.csv"):
            read_scores(place)
    place.write_text(scores_csv([ROW, replace(ROW, seed=6)]))
    with pytest.raises(MissingDataError, match="mixes tables of different 'seed'"):
        read_scores(place)
