"""Several stores and a table of labels as one table of tracks."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from graphforensics.errors import MissingDataError, StoreError, StoreVersionError
from graphforensics.store.track_table import COLUMNS, fingerprint, track_table

Make = Callable[..., Path]


def test_stores_are_joined(tmp_path: Path, labelled_store: Make) -> None:
    one = labelled_store(tmp_path / "one", people=2)
    two = labelled_store(tmp_path / "two", people=1, faceless=1, prefix="b_")
    table = track_table([one, two])
    assert tuple(table.column_names) == COLUMNS
    assert table.column("status").to_pylist().count("ok") == 6
    assert table.column("track_id").null_count == 2
    assert set(table.column("store").to_pylist()) == {str(one), str(two)}


def test_a_video_without_a_name_is_its_file(tmp_path: Path, labelled_store: Make) -> None:
    root = labelled_store(tmp_path / "s", people=1, known=("label",))
    table = track_table([root])
    assert table.column("video").to_pylist() == table.column("source").to_pylist()


def test_labels_of_a_table_count_more(tmp_path: Path, labelled_store: Make) -> None:
    root = labelled_store(tmp_path / "s", people=2)
    labels = tmp_path / "labels.csv"
    labels.write_text("file,label,identity\nreal/0.mp4,fake,someone\n")
    rows = {row["source"]: row for row in track_table([root], labels).to_pylist()}
    assert rows["real/0.mp4"]["label"] == "fake"
    assert rows["real/0.mp4"]["identity"] == "someone"
    assert rows["real/0.mp4"]["dataset"] == "noise"
    assert rows["real/1.mp4"]["label"] == "real"


def test_labels_of_other_files_are_an_error(tmp_path: Path, labelled_store: Make) -> None:
    root = labelled_store(tmp_path / "s", people=1)
    labels = tmp_path / "labels.csv"
    labels.write_text("file,label\nelsewhere/9.mp4,fake\n")
    with pytest.raises(MissingDataError, match="none of its files is in the stores"):
        track_table([root], labels)


def test_one_track_in_two_stores_is_an_error(tmp_path: Path, labelled_store: Make) -> None:
    one = labelled_store(tmp_path / "one", people=1)
    shutil.copytree(one, tmp_path / "two")
    with pytest.raises(StoreError, match="is in several of the stores given"):
        track_table([one, tmp_path / "two"])


def test_the_fingerprint_is_of_the_content(tmp_path: Path, labelled_store: Make) -> None:
    one = labelled_store(tmp_path / "one", people=2)
    shutil.copytree(one, tmp_path / "two")
    other = labelled_store(tmp_path / "other", people=2, known=("label",))
    assert fingerprint(track_table([one])) == fingerprint(track_table([tmp_path / "two"]))
    assert fingerprint(track_table([one])) != fingerprint(track_table([other]))


def test_what_is_no_store_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="not a face store"):
        track_table([tmp_path])
    with pytest.raises(MissingDataError, match="no face store was given"):
        track_table([])


def test_a_newer_store_is_refused(tmp_path: Path, labelled_store: Make) -> None:
    root = labelled_store(tmp_path / "s", people=1)
    header = root / "store.json"
    header.write_text(header.read_text().replace('"version": 1', '"version": 99'))
    with pytest.raises(StoreVersionError, match="newer graphforensics"):
        track_table([root])
