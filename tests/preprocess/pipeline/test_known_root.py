from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from graphforensics.preprocess import extract
from graphforensics.preprocess.pipeline.known_root import known_root
from graphforensics.preprocess.pipeline.source_job import content_hash
from graphforensics.store import FaceStore


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """Three pictures without a face, and a table of what is known of them."""
    folder = tmp_path / "clips" / "a"
    folder.mkdir(parents=True)
    for number in range(3):
        grey = np.full((40, 40, 3), 40 * number, np.uint8)
        Image.fromarray(grey).save(folder / f"{number}.png")
    rows = [f"a/{number}.png,{'fake' if number else 'real'}" for number in range(3)]
    (tmp_path / "clips" / "table.csv").write_text("\n".join(["file,label", *rows]) + "\n")
    return tmp_path / "clips"


def labels(store: Path) -> dict[str, str | None]:
    return {row["source"]: row["label"] for row in FaceStore(store).manifest.to_pylist()}


def test_a_run_without_the_table_knows_the_files(clips: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    extract(clips / "a", store, metadata=clips / "table.csv", workers=0)
    wanted = {"a/0.png": "real", "a/1.png": "fake", "a/2.png": "fake"}
    assert labels(store) == wanted
    again = extract(clips / "a", store, workers=0)
    assert labels(store) == wanted
    assert again.done == 0


def test_changed_and_broken_files_are_known_beside_one_that_is_as_it_was(
    clips: Path, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    extract(clips / "a", store, metadata=clips / "table.csv", workers=0)
    Image.fromarray(np.full((40, 40, 3), 200, np.uint8)).save(clips / "a" / "0.png")
    (clips / "a" / "1.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    extract(clips / "a", store, workers=0)
    assert labels(store) == {"a/0.png": "real", "a/1.png": "fake", "a/2.png": "fake"}


def test_a_table_that_lies_elsewhere_names_the_same_files(clips: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    extract(clips / "a", store, metadata=clips / "table.csv", workers=0)
    rows = [f"clips/a/{number}.png,real" for number in range(3)]
    (tmp_path / "other.csv").write_text("\n".join(["file,label", *rows]) + "\n")
    extract(clips / "a", store, metadata=tmp_path / "other.csv", workers=0)
    assert labels(store) == dict.fromkeys(("a/0.png", "a/1.png", "a/2.png"), "real")


def test_another_file_of_the_same_name_is_another_file(clips: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    extract(clips / "a", store, metadata=clips / "table.csv", workers=0)
    other = tmp_path / "elsewhere" / "a"
    other.mkdir(parents=True)
    Image.fromarray(np.full((40, 40, 3), 90, np.uint8)).save(other / "0.png")
    assert known_root(store, [other / "0.png"], None, content_hash) is None
    extract(other / "0.png", store, workers=0)
    found = labels(store)
    assert found.pop(str(other / "0.png")) is None
    assert found == {"a/0.png": "real", "a/1.png": "fake", "a/2.png": "fake"}


def test_a_root_that_is_given_counts(clips: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    extract(clips / "a", store, metadata=clips / "table.csv", workers=0)
    extract(clips / "a" / "0.png", store, root=clips / "a", workers=0)
    assert labels(store)["0.png"] is None
