"""Result files are whole or absent, and their place is checked first."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graphforensics.cli.results import require_folder, write_json, write_result
from graphforensics.errors import OutputError


def test_json_is_written_whole(tmp_path: Path) -> None:
    write_json(tmp_path / "f.json", {"probability": None, "name": "Müller"})
    assert json.loads((tmp_path / "f.json").read_text()) == {"probability": None, "name": "Müller"}
    assert [path.name for path in tmp_path.iterdir()] == ["f.json"]
    with pytest.raises(ValueError, match="Out of range"):
        write_json(tmp_path / "f.json", {"auc": float("nan")})


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    place = tmp_path / "f.csv"
    place.write_text("old")
    (tmp_path / ".f.csv.partial").mkdir()
    with pytest.raises(OutputError, match=r"f\.csv: cannot be written"):
        write_result(place, "new")
    assert place.read_text() == "old"


def test_places_are_checked_first(tmp_path: Path) -> None:
    require_folder(None)
    require_folder(tmp_path / "new.json")
    with pytest.raises(OutputError, match="there is no folder"):
        require_folder(tmp_path / "none" / "new.json")
    with pytest.raises(OutputError, match="is a folder"):
        require_folder(tmp_path)
