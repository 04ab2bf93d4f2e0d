"""Names that tell stores apart."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from graphforensics.store.store_names import distinct_names, is_named, own_source


def test_the_shortest_end_that_no_other_has() -> None:
    stores = ["/x/a/faces", "/x/b/faces", "s3://bucket/b/faces", "/x/drawn", "/faces"]
    assert list(distinct_names(stores).values()) == [
        "a/faces", "x/b/faces", "bucket/b/faces", "drawn", "faces",
    ]  # fmt: skip


def test_a_relative_path_is_known_by_its_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "s0").mkdir()
    monkeypatch.chdir(tmp_path / "s0")
    assert distinct_names([".", "../s1"]) == {".": "s0", "../s1": "s1"}
    assert is_named(".", "s0")
    assert is_named(os.curdir, f"{tmp_path.name}/s0")
    assert not is_named("../s1", "s0")


@pytest.mark.parametrize(
    ("source", "store", "own"),
    [
        ("a/faces/real/1.mp4", "/x/a/faces", "real/1.mp4"),
        ("faces/real/1.mp4", "/x/a/faces", "real/1.mp4"),
        ("real/1.mp4", "/x/a/faces", "real/1.mp4"),
        ("real/1.mp4", None, "real/1.mp4"),
        ("faces", "/x/faces", "faces"),
    ],
)
def test_what_the_store_itself_calls_a_file(source: str, store: str | None, own: str) -> None:
    assert own_source(source, store) == own
