from dataclasses import replace
from pathlib import Path

import pytest

from graphforensics.tamper.files.forge_record import ForgeRecord

RECORD = ForgeRecord(
    "clips/a.mp4", "00ff", "a-12", "fake/m/a.mp4", "real/a.mp4", "mask/m/a.mkv", "m", 0, 18
)


def test_written_and_read(tmp_path: Path) -> None:
    RECORD.write(tmp_path / "a.json")
    assert ForgeRecord.read(tmp_path / "a.json") == RECORD


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"label": "fake"}', "{"])
def test_other_files_are_no_records(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    assert ForgeRecord.read(tmp_path / "a.json") is None
    assert ForgeRecord.read(tmp_path / "none.json") is None


@pytest.mark.parametrize(
    "change",
    [{"source_sha256": "aa"}, {"seed": 1}, {"crf": 20}, {"max_frames": 5}, {"version": "9"}],
)
def test_work_differs(change: dict) -> None:
    assert RECORD.same_work(replace(RECORD, metadata={"identity": "ann"}, frames=3))
    assert not RECORD.same_work(replace(RECORD, **change))


def test_rows() -> None:
    real, fake = replace(RECORD, metadata={"identity": "ann", "dataset": "d"}).rows()
    assert (real["file"], real["label"], real["manipulation"]) == ("real/a.mp4", "real", "")
    assert (fake["file"], fake["label"], fake["manipulation"]) == ("fake/m/a.mp4", "fake", "m")
    assert real["identity"] == fake["identity"] == "ann"
    assert real["video"] == fake["video"] == "a-12"
    assert RECORD.rows()[0]["identity"] == "a-12"
