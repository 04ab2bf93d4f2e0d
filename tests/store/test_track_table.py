"""Several stores and a table of labels as one table of tracks."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from graphforensics.data.input_spec import InputSpec
from graphforensics.datasets.clip_dataset import ClipDataset
from graphforensics.errors import MissingDataError, StoreError, StoreVersionError
from graphforensics.store.face_store import FaceStore
from graphforensics.store.manifest import read_records
from graphforensics.store.store_writer import StoreWriter
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


def _with_hashes(root: Path, word: str) -> Path:
    """Give every source of a store a hash, as extraction does."""
    with StoreWriter(root, FaceStore(root).options) as writer:
        for record in list(read_records(root)):
            new = replace(record, sha256=f"{word} {record.source}", metadata={"label": word})
            writer.keep(new)
        writer.finish()
    return root


def test_one_file_in_two_stores_is_an_error(tmp_path: Path, labelled_store: Make) -> None:
    one = _with_hashes(labelled_store(tmp_path / "one", people=1), "real")
    shutil.copytree(one, tmp_path / "two")
    with pytest.raises(StoreError, match=r"is in several of the stores given, of the same file"):
        track_table([one, tmp_path / "two"])


def test_files_of_one_name_in_two_stores(tmp_path: Path, labelled_store: Make) -> None:
    roots = [
        _with_hashes(labelled_store(tmp_path / name, people=2), label)
        for name, label in (("a/faces", "real"), ("b/faces", "fake"))
    ]
    other = labelled_store(tmp_path / "c", people=1, prefix="c_")
    table = track_table([*roots, other])
    rows = table.to_pylist()
    assert [row["source"] for row in rows if row["store"] == str(roots[1])] == [
        "b/faces/fake/0.mp4", "b/faces/fake/1.mp4", "b/faces/real/0.mp4", "b/faces/real/1.mp4",
    ]  # fmt: skip
    assert [row["source"] for row in rows if row["store"] == str(other)] == [
        "c_fake/0.mp4", "c_real/0.mp4",
    ]  # fmt: skip
    # Two videos, not one of two labels.
    assert len({row["video"] for row in rows}) == len(rows) - 1
    labels = tmp_path / "labels.csv"
    labels.write_text("file,identity\nb/faces/real/0.mp4,eva\n")
    told = track_table([*roots, other], labels).to_pylist()
    assert {row["source"] for row in told if row["identity"] == "eva"} == {"b/faces/real/0.mp4"}
    labels.write_text("file,identity\nreal/0.mp4,eva\n")
    with pytest.raises(MissingDataError, match="write longer paths into the column 'file'"):
        track_table([*roots, other], labels)
    samples = ClipDataset(table, InputSpec("image", size=16))
    assert len({samples[n]["inputs"].sum().item() for n in range(8)}) == 4


def test_the_origin_of_a_forgery_is_in_its_own_store(tmp_path: Path, labelled_store: Make) -> None:
    one, two = (labelled_store(tmp_path / name, people=1) for name in ("one", "two"))
    rows = track_table([one, two]).to_pylist()
    assert {row["origin"] for row in rows if row["label"] == "fake"} == {
        "one/real/0.mp4", "two/real/0.mp4",
    }  # fmt: skip
    # One name and one data set, but two videos, whose scores are not to be averaged.
    assert {row["video"] for row in rows} == {"one/0", "two/0"}


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
