"""Conditions, comparisons and tables from rows written by hand."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from graphforensics.errors import MissingDataError
from graphforensics.evaluation.protocol import ProtocolReport, ScoreRow
from graphforensics.evaluation.protocol.conditions import conditions
from graphforensics.metrics import delong_test

BASE = ScoreRow(
    protocol="cross-dataset",
    model="m",
    trained_on="",
    perturbation="",
    data="",
    dataset="A",
    manipulation="",
    quality="",
    video="v",
    identity="",
    group="/0",
    label="real",
    clips=1,
    score=0.5,
    threshold=0.5,
    seed=0,
    resamples=10,
)


def videos(model: str, scores: list[float], **more: str) -> list[ScoreRow]:
    """Reals and fakes in turn, a video and a person each."""
    return [
        replace(
            BASE,
            model=model,
            video=f"v{n}",
            group=f"/{n}",
            label="fake" if n % 2 else "real",
            score=score,
            **more,
        )
        for n, score in enumerate(scores)
    ]


def test_detectors_are_compared_on_the_videos_of_both() -> None:
    rng = np.random.default_rng(0)
    one, two = rng.uniform(size=30).tolist(), rng.uniform(size=30).tolist()
    rows = [*videos("one", one), *videos("two", two)[::-1][:20]]
    (found,) = ProtocolReport(rows).comparisons
    wanted = delong_test([n % 2 for n in range(10, 30)], one[10:], two[10:])
    assert found.test.samples == 20
    assert found.test.p == pytest.approx(wanted.p)
    assert found.test.difference == pytest.approx(wanted.difference)
    assert found.interval.estimate == pytest.approx(wanted.difference)
    assert (
        f"| one | two | A | 20 | {found.interval} | {wanted.p:.3f} |"
        in ProtocolReport(rows).markdown()
    )


def test_nothing_in_common_is_no_comparison() -> None:
    rows = [*videos("one", [0.1, 0.9]), *videos("two", [0.1, 0.9], dataset="B")]
    assert ProtocolReport(rows).comparisons == []
    other = videos("two", [0.1, 0.9])
    rows = [*videos("one", [0.1, 0.9]), *(replace(row, video="w") for row in other)]
    assert ProtocolReport(rows).comparisons == []


def test_one_class_is_undefined_in_words_and_null() -> None:
    rows = [row for row in videos("m", [0.1, 0.2, 0.3, 0.4]) if row.label == "fake"]
    report = ProtocolReport(rows)
    assert json.loads(json.dumps(report.to_dict(), allow_nan=False))["cells"][0]["auc"] is None
    assert "| m | undefined |" in report.markdown()
    mixed = [*rows, *videos("m", [0.1, 0.2], dataset="B")]
    marked = [replace(row, trained_on="C") for row in mixed]
    table = ProtocolReport(marked).markdown()
    assert "| m | undefined | 1.000 [1.000, 1.000] | undefined |" in table


def test_files_of_no_condition_are_counted() -> None:
    lost = replace(BASE, dataset="", score=None, status="no_face", label="", video="x", clips=0)
    report = ProtocolReport([*videos("m", [0.1, 0.9]), lost])
    assert report.unplaced == 1
    assert report.to_dict()["files_without_score_or_condition"] == 1
    assert "1 entries without a score are of no known condition" in report.markdown()


def test_a_video_of_no_condition_is_an_error() -> None:
    for protocol, column in [("cross-dataset", "dataset"), ("cross-manipulation", "manipulation")]:
        row = replace(BASE, protocol=protocol, dataset="", label="fake")
        with pytest.raises(MissingDataError, match=f"v: its {column} is not known"):
            conditions([row])


def test_names_of_the_data_come_first() -> None:
    rows = [replace(BASE, data=name, dataset="") for name in ("x", "y")]
    assert list(conditions(rows)) == ["x", "y"]
    robust = [replace(row, protocol="robustness") for row in rows]
    assert {name: len(part) for name, part in conditions(robust).items()} == {"clean": 2}


def test_bars_in_names_do_not_break_tables() -> None:
    table = ProtocolReport(videos("a|b", [0.1, 0.9])).markdown()
    assert "| a\\|b | 1.000" in table
