"""CSV tables that are safe to open, and read back as they were."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from graphforensics._csv import CsvReader, csv_text
from graphforensics.evaluation.protocol.score_row import ScoreRow, read_scores, scores_csv
from graphforensics.store.metadata_table import MetadataTable
from graphforensics.tamper.files.forge import _write_metadata
from graphforensics.tamper.files.forge_record import ForgeRecord

NAMES = [
    "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "'=1", "''=1",
    "'", "'tis", "a=b", "plain", "", "a,b", 'say "x"', "1-2", "-", "--", "'-5", "Ünï",
]  # fmt: skip


def _cells(text: str) -> list[str]:
    return [row[0] for row in csv.reader(io.StringIO(text, newline="")) if row][1:]


@pytest.mark.parametrize("name", NAMES)
def test_a_text_is_no_formula_and_comes_back(name: str) -> None:
    text = csv_text(["name", "n"], [[name, 1]])
    assert not _cells(text)[0].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert list(CsvReader(io.StringIO(text, newline=""))) == [{"name": name, "n": "1"}]


def test_numbers_stay_numbers() -> None:
    values = [-0.1, 1e-17, -3, "-2.5", "+1e5", float("nan"), None, True]
    text = csv_text([f"c{n}" for n in range(len(values))], [values])
    assert text.splitlines()[1] == "-0.1,1e-17,-3,-2.5,+1e5,nan,,True"
    # A number of blanks around is a formula to some.
    assert _cells(csv_text(["a"], [["- 5"], ["-5 "]])) == ["'- 5", "'-5 "]


def test_columns_by_name_and_lines_as_before() -> None:
    assert csv_text(["a", "b"], [{"b": 2, "a": "x", "c": 3}]) == "a,b\nx,2\n"


def test_what_the_library_writes_it_reads(tmp_path: Path) -> None:
    name = "=cmd|x.mp4"
    row = ScoreRow(**{
        **dict.fromkeys(ScoreRow.__dataclass_fields__, ""), "video": name, "label": "fake",
        "status": "ok", "score": 0.25, "threshold": 0.5, "clips": 1, "seed": 0, "resamples": 0,
        "protocol": "robustness",
    })  # fmt: skip
    text = scores_csv([row])
    assert f",'{name}," in text
    (tmp_path / "scores.csv").write_text(text)
    assert read_scores(tmp_path / "scores.csv") == [row]

    record = ForgeRecord(
        source=f"{name}", source_sha256="0", name=name, file=f"fake/m/{name}", real=f"-{name}",
        mask="m.mkv", method="m", seed=0, crf=1, metadata={"identity": "@ada"},
    )  # fmt: skip
    (tmp_path / "fake" / "m").mkdir(parents=True)
    record.write(tmp_path / "fake" / "m" / "x.json")
    table = Path(_write_metadata(tmp_path))
    assert not any(cell.startswith(("=", "-")) for cell in _cells(table.read_text()))
    told = MetadataTable(table).match([tmp_path / f"-{name}"])
    assert told[str(tmp_path / f"-{name}")]["identity"] == "@ada"
    assert told[str(tmp_path / f"-{name}")]["origin"] == name
