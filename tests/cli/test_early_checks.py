from __future__ import annotations

from pathlib import Path

import pytest

from graphforensics.cli.early_checks import require_journal, require_other_files
from graphforensics.cli.main import main
from graphforensics.errors import OutputError


def test_what_is_read_is_not_written_over(tmp_path: Path) -> None:
    clip, other = tmp_path / "clip.mp4", tmp_path / "other.json"
    clip.write_bytes(b"clip")
    (tmp_path / "link.mp4").symlink_to(clip)
    require_other_files([None, other], [clip])
    for output in (clip, tmp_path / "link.mp4", tmp_path / "." / "clip.mp4"):
        with pytest.raises(OutputError, match="is also read; write to another file"):
            require_other_files([other, output], [clip])


@pytest.mark.parametrize("option", ["--json", "--heatmap", "--csv"])
def test_detect_spares_its_clip(
    tmp_path: Path, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = tmp_path / "clip.png"
    clip.write_bytes(b"picture")
    assert main(["detect", str(clip), "--model", str(tmp_path), option, str(clip)]) == 2
    assert "clip.png: is also read" in capsys.readouterr().err
    assert clip.read_bytes() == b"picture"


def test_graph_spares_its_clip(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clip = tmp_path / "clip.png"
    clip.write_bytes(b"picture")
    assert main(["graph", str(clip), "--model", str(tmp_path), "--out", str(clip)]) == 2
    assert "clip.png: is also read" in capsys.readouterr().err


def test_a_table_of_files_is_spared_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "files.csv"
    table.write_text("file\nclip.mp4\n")
    assert main(["detect", str(table), "--model", str(tmp_path), "--csv", str(table)]) == 2
    assert "files.csv: is also read" in capsys.readouterr().err


def test_a_journal_is_told_from_other_files(tmp_path: Path) -> None:
    journal = tmp_path / "done.jsonl"
    require_journal(None)
    require_journal(journal)
    for content in (b"", b'{"file": "a.mp4"}\n', b'{"file": "a.m'):
        journal.write_bytes(content)
        require_journal(journal)
    journal.write_bytes(b"\xff\xd8\xff\xe0 a photograph")
    with pytest.raises(OutputError, match="holds something else than"):
        require_journal(journal)
