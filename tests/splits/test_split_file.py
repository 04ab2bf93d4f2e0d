"""A parting written down and found again, and nothing leaking through it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graphforensics.errors import MissingDataError
from graphforensics.splits.split import identity_split
from graphforensics.splits.split_file import read_split, split_document


def _rows(people: int = 6) -> list[dict[str, Any]]:
    return [
        {
            "track_id": f"{label}-{n}/track_000",
            "source": f"{label}/{n}.mp4",
            "label": label,
            "identity": f"p{n}",
        }
        for n in range(people)
        for label in ("real", "fake")
    ]


def _write(path: Path, rows: list[dict[str, Any]], parts: dict[str, list[int]]) -> Path:
    path.write_text(json.dumps(split_document(rows, parts, seed=0)))
    return path


def test_a_split_is_found_again_in_any_order(tmp_path: Path) -> None:
    rows = [*_rows(), {"track_id": None, "source": "real/x.mp4", "label": "real", "identity": "x"}]
    parts = identity_split(rows)
    file = _write(tmp_path / "split.json", rows, parts)
    assert read_split(file, rows) == parts
    turned = rows[::-1]
    again = read_split(file, turned)
    for part, positions in parts.items():
        assert {turned[n]["source"] for n in again[part]} == {rows[n]["source"] for n in positions}


def _two_stores() -> list[dict[str, Any]]:
    """Rows of two stores that share the names of their files, as a track table has them."""
    rows = [
        {
            **row,
            "store": f"/d/{s}",
            "source": f"{s}/{row['source']}",
            "identity": f"{s}{row['identity']}",
        }
        for s in ("s0", "s5")
        for row in _rows()
    ]
    faceless = {"track_id": None, "label": "real", "identity": None}
    return [
        *rows,
        *({**faceless, "source": f"{s}/x.mp4", "store": f"/d/{s}"} for s in ("s0", "s5")),
    ]


def test_a_split_of_two_stores_that_share_names(tmp_path: Path) -> None:
    rows = _two_stores()
    parts = identity_split(rows)
    file = _write(tmp_path / "split.json", rows, parts)
    assert read_split(file, rows) == parts
    # Each store alone is found again, whatever its files are called then.
    for store in ("s0", "s5"):
        place, prefix = f"/elsewhere/{store}", f"{store}/"
        held = [
            {**row, "store": place, "source": row["source"].removeprefix(prefix)}
            for row in rows
            if row["store"] == f"/d/{store}"
        ]
        found = read_split(file, held, required=())
        for part, positions in parts.items():
            wanted = {rows[n]["source"] for n in positions if rows[n]["store"] == f"/d/{store}"}
            assert {f"{store}/{held[n]['source']}" for n in found[part]} == wanted


def test_a_split_of_one_store_does_not_say_which_of_two(tmp_path: Path) -> None:
    rows = _two_stores()
    file = _write(tmp_path / "split.json", _rows(), identity_split(_rows()))
    assert "store" not in file.read_text()
    with pytest.raises(MissingDataError, match=r"is in /d/s0 and /d/s5, and the split does not"):
        read_split(file, rows)


def test_the_file_tells_who_is_where(tmp_path: Path) -> None:
    document = split_document(_rows(1), {"train": [0], "val": [1]}, seed=3)
    assert document["seed"] == 3
    assert document["parts"]["val"] == [
        {
            "track_id": "fake-0/track_000",
            "source": "fake/0.mp4",
            "label": "fake",
            "identity": "p0",
        }
    ]


def test_missing_tracks_of_the_wanted_part_are_an_error(tmp_path: Path) -> None:
    rows = _rows()
    parts = identity_split(rows)
    file = _write(tmp_path / "split.json", rows, parts)
    kept = [row for n, row in enumerate(rows) if n in parts["test"]]
    assert len(read_split(file, kept, required=["test"])["test"]) == len(parts["test"])
    with pytest.raises(MissingDataError, match="entries of part 'train' are not in the stores"):
        read_split(file, kept)


def test_a_leaking_split_is_an_error_that_names_the_person(tmp_path: Path) -> None:
    rows = _rows()
    file = _write(tmp_path / "s.json", rows, {"train": [0, 2], "val": [3], "test": [4, 5]})
    with pytest.raises(MissingDataError, match=r"p1 is in part 'val' with fake/1\.mp4"):
        read_split(file, rows)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("[]", "not a split"),
        ('{"format": "graphforensics split", "version": 9}', "version 9 is not known"),
        ('{"format": "graphforensics split", "version": 1, "parts": {"train": [3]}}', "damaged"),
        ('{"format": "graphforensics split", "version": 1}', "damaged"),
    ],
)
def test_bad_files_are_named(tmp_path: Path, content: str, words: str) -> None:
    file = tmp_path / "split.json"
    file.write_text(content)
    with pytest.raises(MissingDataError, match=rf"split\.json: .*{words}"):
        read_split(file, _rows())


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match="cannot be read"):
        read_split(tmp_path / "none.json", _rows())
