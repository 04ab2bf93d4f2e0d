"""Names of sources: stable, readable, and each file's own."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from graphforensics.store.layout import source_key, source_name, write_json


def test_names_are_relative_to_the_root_and_absolute_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    inside = tmp_path / "data" / "real" / "a.mp4"
    assert source_name(inside, tmp_path / "data") == "real/a.mp4"
    assert source_name("data/real/../real/a.mp4", "data") == "real/a.mp4"
    assert source_name("/elsewhere/a.mp4", tmp_path) == "/elsewhere/a.mp4"
    assert source_name("data/real/a.mp4") == inside.as_posix()


def test_keys_are_literal_and_stable() -> None:
    # A store made by any other version must be found again: these never change.
    assert source_key("real/anna bell.mp4") == "anna_bell-bb95046b5795"
    assert source_key("real/名前.mp4") == "source-adef84fa84f7"


def test_files_of_one_stem_do_not_meet() -> None:
    names = [
        "real/a.mp4",
        "fake/a.mp4",
        "real/a.avi",
        "real/A.mp4",
        "a.mp4",
        "/a.mp4",
        "real_a.mp4",
    ]
    assert len({source_key(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    "name", ["..", "a/..mp4", "x" * 300 + ".mp4", "a\nb:c?.mp4", "-rf.mp4", " "]
)
def test_keys_are_safe_folder_names(name: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_]{0,47}-[0-9a-f]{12}", source_key(name))


def test_names_that_are_not_unicode_can_be_stored() -> None:
    path = os.fsdecode(b"/clips/caf\xe9.mp4")
    assert source_name(path, "/clips") == r"caf\xe9.mp4"


def test_json_is_the_same_whatever_the_order_and_leaves_nothing_beside(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"b": 1, "a": "é"})
    write_json(tmp_path / "b.json", {"a": "é", "b": 1})
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.json", "b.json"]
