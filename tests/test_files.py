"""Files that are whole or absent, whatever goes wrong in between."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphforensics._files import whole_file, write_whole
from graphforensics.errors import OutputError


def test_the_file_is_there_when_it_is_whole(tmp_path: Path) -> None:
    place = tmp_path / "a.txt"
    with whole_file(place) as partial:
        partial.write_text("new")
        assert not place.exists()
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]
    assert place.read_text() == "new"


def _write_half(place: Path, error: type[BaseException]) -> None:
    with whole_file(place) as partial:
        partial.write_text("half")
        raise error


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, error: type[BaseException]
) -> None:
    place = tmp_path / "a.txt"
    place.write_text("old")
    with pytest.raises(error):
        _write_half(place, error)
    assert place.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.usefixtures("ordinary_user")
def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(OutputError, match=r"a\.txt: cannot be written \(permission denied\)"):
            write_whole(tmp_path / "a.txt", "text")
    finally:
        tmp_path.chmod(0o700)


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / ".a.txt.partial").symlink_to("/dev/full")
    with pytest.raises(OutputError, match=r"a\.txt: cannot be written \(no space left on device\)"):
        write_whole(tmp_path / "a.txt", "text")
    assert list(tmp_path.iterdir()) == []


def test_names_that_are_not_unicode_can_be_written(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.json", '"b\udcff.mp4"')
    assert (tmp_path / "a.json").read_bytes() == b'"b\\udcff.mp4"'
