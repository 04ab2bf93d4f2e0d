"""Files, folders and patterns to a list of files."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphforensics.media.source_files import find_media


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("a.mp4", "b/C.MOV", "b/d.txt", "b/e/f.jpg", "b/.g.mp4", ".h/i.mp4", "m/a.mp4"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text("")
    (tmp_path / "none").mkdir()
    return tmp_path


def _names(root: Path, files: list[Path]) -> list[str]:
    return [file.relative_to(root).as_posix() for file in files]


def test_a_folder_is_searched_by_ending(tree: Path) -> None:
    files, empty = find_media([tree])
    assert _names(tree, files) == ["a.mp4", "b/C.MOV", "b/e/f.jpg", "m/a.mp4"]
    assert empty == []


def test_a_file_is_taken_whatever_it_is_called_and_once(tree: Path) -> None:
    paths = [tree / "b/d.txt", tree / "a.mp4", tree / "b/../a.mp4", tree / "gone.mp4", tree]
    files, empty = find_media(paths)
    assert _names(tree, files)[:3] == ["b/d.txt", "a.mp4", "gone.mp4"]
    assert len(files) == 6
    assert empty == []


def test_patterns(tree: Path) -> None:
    assert _names(tree, find_media([str(tree / "**/*.mp4")])[0]) == ["a.mp4", "m/a.mp4"]
    assert _names(tree, find_media([str(tree / "[bm]")])[0]) == ["b/C.MOV", "b/e/f.jpg", "m/a.mp4"]
    (tree / "x[1].mp4").write_text("")
    assert _names(tree, find_media([tree / "x[1].mp4"])[0]) == ["x[1].mp4"]


def test_nothing_found_is_said(tree: Path) -> None:
    files, empty = find_media([tree / "none", str(tree / "*.avi")])
    assert files == []
    assert empty == [
        (str(tree / "none"), "no video or image in this folder"),
        (str(tree / "*.avi"), "no file matches this pattern"),
    ]


def test_masks_are_left_out_of_folders_but_can_be_named(tree: Path) -> None:
    mask = tree / "m" / "a.mp4"
    assert mask not in find_media([tree], leave_out=[mask])[0]
    assert find_media([mask], leave_out=[mask])[0] == [mask]
