from __future__ import annotations

from pathlib import Path

import pytest

from graphforensics.errors import MissingDataError
from graphforensics.inference.media_list import is_table, media_list


def test_files_folders_and_tables_are_joined_in_order(tmp_path: Path) -> None:
    for name in ("b.mp4", "folder/a.png", "folder/notes.txt", "listed/c.mov"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    table = tmp_path / "listed" / "table.csv"
    table.write_text("label,file\nreal,c.mov\n,../b.mp4\nfake,\nreal,gone.mp4\n")
    files, empty = media_list([tmp_path / "b.mp4", tmp_path / "folder", table])
    names = [path.name for path in files]
    assert names == ["b.mp4", "a.png", "c.mov", "gone.mp4"]
    assert empty == []


def test_what_holds_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "table.csv").write_text("file\n")
    files, empty = media_list([tmp_path / "empty", tmp_path / "table.csv", tmp_path / "x.mp4"])
    assert [path.name for path in files] == ["x.mp4"]
    assert {Path(path).name for path, _ in empty} == {"empty", "table.csv"}


def test_tables_that_cannot_be_read(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("name\na.mp4\n")
    with pytest.raises(MissingDataError, match="no column 'file'"):
        media_list([table])
    table.write_bytes(b"file\n\xff\xfe.mp4\n")
    with pytest.raises(MissingDataError, match="not a CSV table in UTF-8"):
        media_list([table])
    assert not is_table(tmp_path / "none.csv")
