"""Who of the people in stores a run has seen."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest

from graphforensics.evaluation.run_split import run_split, split_file_of
from graphforensics.splits.split import identity_split
from graphforensics.splits.split_file import split_document
from graphforensics.store.track_table import track_table


@pytest.fixture
def run(tmp_path: Path, scored_store: Path) -> Path:
    """A run's folder with a split of the store's five people."""
    rows = track_table([scored_store]).to_pylist()
    folder = tmp_path / "run"
    (folder / "best").mkdir(parents=True)
    document = split_document(rows, identity_split(rows, (0.4, 0.3, 0.3)))
    (folder / "split.json").write_text(json.dumps(document))
    return folder


def test_the_file_beside_the_detector_is_the_run_s(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert split_file_of(run / "best") == run / "split.json"
    assert split_file_of(run / "last.ckpt") == run / "split.json"
    monkeypatch.chdir(run)
    assert split_file_of("best") == run / "split.json"
    assert split_file_of(run) is None


def test_videos_of_trained_people_are_counted(run: Path, scored_store: Path) -> None:
    found = run_split(run / "best", [scored_store])
    assert found is not None
    assert found.fits
    table = track_table([scored_store])
    rows = table.to_pylist()
    for part in ("train", "val", "test"):
        places = [n for n in found.parts[part] if rows[n]["track_id"]]
        counted = found.trained_videos(table.take(pa.array(places, pa.int64())))
        assert counted == (len(places) if part == "train" else 0)


def test_people_tied_to_trained_ones_count_too(
    tmp_path: Path, run: Path, scored_store: Path
) -> None:
    """The same person in a file that the run did not see."""
    document = json.loads((run / "split.json").read_text())
    reals = [entry for entry in document["parts"]["train"] if entry["label"] == "real"]
    document["parts"]["train"] = reals
    (run / "split.json").write_text(json.dumps(document))
    found = run_split(run / "best", [scored_store])
    table = track_table([scored_store])
    people = {entry["identity"] for entry in reals}
    wanted = [row for row in table.to_pylist() if row["identity"] in people]
    assert found is not None
    assert found.trained_videos(table) == len(wanted) > len(reals)


def test_a_detector_without_a_run_and_other_stores(
    tmp_path: Path, run: Path, scored_store: Path, labelled_store: object
) -> None:
    assert run_split(tmp_path / "alone", [scored_store]) is None
    other = labelled_store(tmp_path / "other", people=2, prefix="other_")
    found = run_split(run / "best", [other])
    assert found is not None
    assert not found.fits
