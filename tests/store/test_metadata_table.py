"""Labels by path: right, or an error, never a guess."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphforensics.errors import MissingDataError
from graphforensics.store.metadata_table import MetadataTable


def _table(folder: Path, text: str) -> MetadataTable:
    folder.mkdir(exist_ok=True, parents=True)
    path = folder / "metadata.csv"
    path.write_text(text, encoding="utf-8")
    return MetadataTable(path)


def test_columns_and_their_other_names(tmp_path: Path) -> None:
    table = _table(
        tmp_path,
        "file,label,system,identity,source,width,mask\n"
        "fake/a.mp4,Fake,swap,anna,real/a.mp4,96,mask/a.mp4\n"
        "real/a.mp4,real,,anna,,96,\n",
    )
    fake, real = tmp_path / "fake/a.mp4", tmp_path / "real/a.mp4"
    known = table.match([fake, real, tmp_path / "other.mp4"])
    assert known == {
        str(fake): {
            "label": "fake", "manipulation": "swap", "identity": "anna",
            "origin": "real/a.mp4", "mask": "mask/a.mp4",
        },
        str(real): {"label": "real", "identity": "anna"},
    }  # fmt: skip
    assert table.masks() == [tmp_path / "mask/a.mp4"]
    assert len(table) == 2


def test_a_moved_data_set_is_found_by_the_end_of_its_paths(tmp_path: Path) -> None:
    text = "file,label\nreal/000.mp4,real\nfake/000.mp4,fake\n000.mp4,fake\n"
    table = _table(tmp_path / "tables", text)
    moved = tmp_path / "disk"
    paths = [moved / "real/000.mp4", moved / "fake/000.mp4", moved / "real/001.mp4"]
    known = table.match(paths)
    assert [known.get(str(path), {}).get("label") for path in paths] == ["real", "fake", None]


def test_a_row_that_fits_two_files_is_refused(tmp_path: Path) -> None:
    table = _table(tmp_path / "tables", "file,label\n000.mp4,real\n")
    with pytest.raises(MissingDataError, match=r"the row of 000.mp4 fits both .*longer paths"):
        table.match([tmp_path / "real/000.mp4", tmp_path / "fake/000.mp4"])


def test_a_file_at_its_place_wins_over_its_copy(tmp_path: Path) -> None:
    table = _table(tmp_path, "file,label\n000.mp4,real\n")
    paths = [tmp_path / "copy/000.mp4", tmp_path / "000.mp4"]
    for order in (paths, paths[::-1]):
        assert table.match(order) == {str(tmp_path / "000.mp4"): {"label": "real"}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no column 'file'"),
        ("path,label\na,real\n", "no column 'file'"),
        ("file,label\na,maybe\n", r"line 2: 'label' must be real or fake \(got 'maybe'\)"),
        ("file,label\na,real\n./a,fake\n", r"line 3: ./a is named twice"),
        ("file,label\n" + "a" * 200_000 + ",real\n", "not a CSV table"),
    ],
)
def test_bad_tables(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(MissingDataError, match=message):
        _table(tmp_path, text)


def test_missing_and_binary_tables(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match=r"gone.csv: cannot be read"):
        MetadataTable(tmp_path / "gone.csv")
    (tmp_path / "b.csv").write_bytes(b"file\n\xff\xfe\x00\n")
    with pytest.raises(MissingDataError, match="not a CSV table in UTF-8"):
        MetadataTable(tmp_path / "b.csv")


@pytest.mark.data
def test_the_real_table(data_root: Path) -> None:
    table = MetadataTable(data_root / "manifest.csv")
    clips = sorted((data_root / "fake_video").rglob("*.mp4"))
    known = table.match(clips)
    assert len(known) == len(clips) > 0
    assert {row["label"] for row in known.values()} == {"fake"}
    assert all(row["manipulation"] for row in known.values())
