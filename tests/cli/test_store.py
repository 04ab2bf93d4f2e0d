"""``graphforensics store``: counts that follow from how the store was made, and its faces."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from graphforensics.cli.main import main
from graphforensics.store.face_store import FaceStore


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, labelled_store: Callable[..., Path]) -> Path:
    return labelled_store(tmp_path_factory.mktemp("counted") / "store", people=3, faceless=1)


def test_it_counts_what_was_written(
    tmp_path: Path, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["store", str(store), f"--json={tmp_path / 's.json'}"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "8 files: 2 no_face, 6 ok"
    assert told[1].startswith("6 face tracks of 3 named people (0 tracks without a name), 48 fr")
    assert {"label: fake 3, real 3", "manipulation: none 3, swap 3"} <= set(told)
    figures = json.loads((tmp_path / "s.json").read_text())
    files = list(store.rglob("tracks/*/*.parquet"))
    assert figures["bytes"] == sum(file.stat().st_size for file in files)
    boxes = np.concatenate([track.boxes for track in FaceStore(store)])
    wide = boxes[:, 2] - boxes[:, 0]
    assert figures["face_sides"] == pytest.approx([wide.min(), np.median(wide), wide.max()])
    assert figures["counts"]["dataset"] == {"noise": 6}


def test_a_forgery_shows_two_people(
    tmp_path: Path, labelled_store: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    root = labelled_store(tmp_path / "a", people=1, prefix="x;")
    labelled_store(tmp_path / "a", people=1, known=("label",))
    assert main(["store", str(root)]) == 0
    assert "4 face tracks of 2 named people (2 tracks without a name)" in capsys.readouterr().out


def test_thumbnails_are_the_middle_faces_framed_by_label(tmp_path: Path, store: Path) -> None:
    page = tmp_path / "faces.png"
    assert main(["store", str(store), f"--thumbnails={page}", "--count=5", "--size=20"]) == 0
    picture = np.asarray(Image.open(page))
    # Five tiles on three columns and two rows; the sixth place is white.
    assert picture.shape == (2 * 26, 3 * 26, 3)
    assert (picture[26:, 52:] == 255).all()
    first = FaceStore(store)[0]
    face = first.crops([4], 20)[0].permute(1, 2, 0).numpy()
    np.testing.assert_array_equal(picture[3:23, 3:23], face)
    assert picture[0, 0].tolist() == ([213, 94, 0] if first.label == "fake" else [0, 114, 178])


def test_damage_is_found(
    tmp_path: Path, labelled_store: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    root = labelled_store(tmp_path / "b", people=1)
    assert main(["store", str(root), "--verify"]) == 0
    assert "verified: nothing is damaged" in capsys.readouterr().out
    track = next(root.rglob("track_000.parquet"))
    data = bytearray(track.read_bytes())
    data[len(data) // 3] ^= 255
    track.write_bytes(bytes(data))
    assert main(["store", str(root), "--verify"]) == 2
    assert track.name in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere"], "not a face store"),
        (["STORE", "--thumbnails=a.txt"], "no image format"),
        (["STORE", "--thumbnails=a.png", "--count=0"], "must be positive (got 0"),
    ],
)
def test_bad_input(
    store: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["store", *(str(store) if word == "STORE" else word for word in words)]) == 2
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
