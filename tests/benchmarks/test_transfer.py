"""The parts of the trial of what transfers; the whole of it is ``transfer.py --quick``."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def transfer(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import transfer

    return transfer


def test_people_are_parted_by_their_names_alone(transfer, tmp_path: Path) -> None:
    parts = [transfer.part_of(f"person {number}") for number in range(2000)]
    shares = [parts.count(part) / 2000 for part in ("train", "val", "test")]
    assert shares == pytest.approx([0.6, 0.2, 0.2], abs=0.03)
    rows = [{"file": f"{n}.jpg", "label": "real", "identity": f"p{n % 3}"} for n in range(6)]
    table = transfer.write_table(tmp_path / "t.csv", rows)
    with open(table, newline="", encoding="utf-8") as file:
        found = {row["file"]: row["split"] for row in csv.DictReader(file)}
    assert all(found[f"{n}.jpg"] == found[f"{n + 3}.jpg"] for n in range(3))
    assert sum(len(transfer.files_of(table, part)) for part in ("train", "val", "test")) == 6


def test_the_manifest_s_public_forgeries_and_their_people_are_no_training_data(
    transfer, tmp_path: Path
) -> None:
    lines = [
        "file,label,kind,system,identity",
        "real_video/ghost/orig.webp,real,video,,sung",
        "real_video/ghost/other.mp4,real,video,,sung",
        "fake_video/ghost/one.webp,fake,video,GHOST,sung_one",
        "stills/a/1.jpg,real,image,,anna",
        "real_video/b/2.mp4,real,video,,bert",
    ]
    (tmp_path / "manifest.csv").write_text("\n".join(lines) + "\n")
    tables = transfer.manifest_tables(tmp_path, tmp_path)
    names = {
        name: [Path(file).name for file in transfer.files_of(table)]
        for name, table in tables.items()
    }
    assert names == {"stills": ["1.jpg"], "clips": ["2.mp4"], "public": ["orig.webp", "one.webp"]}


def test_families_are_measured_against_the_real_copies_of_their_people(transfer) -> None:
    def row(label: str, kind: str, video: str, score: float) -> dict[str, str]:
        return {
            "label": label,
            "manipulation": kind,
            "video": video,
            "score": str(score),
            "identity": f"{video};lent" if kind else video,
        }

    rows = [row("real", "", "a", 0.2), row("real", "", "b", 0.6), row("real", "", "c", 0.9)]
    rows += [row("fake", "swap", "a", 0.7), row("fake", "swap", "b", 0.5)]
    found = transfer.families(rows, seed=0)["swap"]
    # Of four pairs of a real and a forged copy of a and b, three are in order.
    assert found["auc"] == 0.75
    assert (found["videos"], found["people"]) == (2, 2)


def test_results_are_a_table(transfer, tmp_path: Path) -> None:
    one = {"auc": 0.5, "low": 0.25, "high": 0.75, "videos": 2, "people": 2}
    results = [
        {"case": "mild", "steps": 500, "families": {"swap, clips": one}, "clips above 0.5": 0.25}
    ]
    transfer.write_results(tmp_path, results)
    assert json.loads((tmp_path / "results.json").read_text()) == results
    assert (tmp_path / "results.md").read_text().splitlines() == [
        "| case | steps | swap, clips | clips above 0.5 |",
        "|---|---|---|---|",
        "| mild | 500 | 0.500 [0.250, 0.750] | 0.25 |",
    ]
