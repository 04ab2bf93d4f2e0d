from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from graphforensics.data import InputSpec
from graphforensics.datasets.clip_dataset import ClipDataset
from graphforensics.datasets.fake_face_dataset import FakeFaceDataset
from graphforensics.errors import MissingDataError
from graphforensics.media.decode import read_frames
from graphforensics.media.write_clip import write_clip
from graphforensics.preprocess import extract
from graphforensics.store.track_table import track_table
from graphforensics.tamper import write_difference_masks

LOSSLESS = {"codec": "ffv1", "options": {}, "pixel_format": "bgr0"}


def write_table(folder: Path, rows: list[dict[str, str]]) -> Path:
    path = folder / "metadata.csv"
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["file", "label", "source", "mask", "note"])
        writer.writeheader()
        writer.writerows(rows)
    return path


def read_table(path: Path) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def frames(count: int = 3, side: int = 32) -> list[NDArray[np.uint8]]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 150, (side, side, 3), dtype=np.uint8) for _ in range(count)]


def changed(images: list[NDArray[np.uint8]]) -> list[NDArray[np.uint8]]:
    """A square that moves is 60 brighter, one beside it 20."""
    out = [image.copy() for image in images]
    for number, image in enumerate(out):
        image[4:10, 2 + number : 9 + number] += 60
        image[20:28, 4:12] += 20
    return out


def test_masks_of_pairs(tmp_path: Path) -> None:
    real = frames()
    write_clip(tmp_path / "real.mkv", real, **LOSSLESS)
    (tmp_path / "fake").mkdir()
    write_clip(tmp_path / "fake" / "a.mkv", changed(real), **LOSSLESS)
    table = write_table(
        tmp_path,
        [
            {"file": "real.mkv", "label": "real", "note": "as it was"},
            {"file": "fake/a.mkv", "label": "fake", "source": "real.mkv"},
            {"file": "fake/b.mkv", "label": "fake", "source": "real.mkv", "mask": "known.mkv"},
        ],
    )
    before = table.read_bytes()
    made = write_difference_masks(table)
    assert (made.metadata, made.written, made.without) == (
        tmp_path / "metadata_masks.csv",
        1,
        [],
    )
    rows = read_table(made.metadata)
    assert [row["mask"] for row in rows] == ["", "masks/fake/a.mkv.mkv", "known.mkv"]
    assert rows[0]["note"] == "as it was"
    assert table.read_bytes() == before
    masks = [frame.image[..., 0] for frame in read_frames(tmp_path / rows[1]["mask"])]
    assert len(masks) == 3
    for number, mask in enumerate(masks):
        wanted = np.zeros((32, 32), np.uint8)
        wanted[4:10, 2 + number : 9 + number] = 255
        assert np.array_equal(mask, wanted)


def test_what_is_there_is_kept_and_the_threshold_is_a_keyword(tmp_path: Path) -> None:
    real = frames()
    write_clip(tmp_path / "real.mkv", real, **LOSSLESS)
    write_clip(tmp_path / "fake.mkv", changed(real), **LOSSLESS)
    table = write_table(tmp_path, [{"file": "fake.mkv", "label": "fake", "source": "real.mkv"}])
    write_difference_masks(table, threshold=0.05)
    mask = tmp_path / "masks" / "fake.mkv.mkv"
    assert next(read_frames(mask)).image[22, 6, 0] == 255
    stamp = mask.stat().st_mtime_ns
    assert write_difference_masks(table).written == 1
    assert mask.stat().st_mtime_ns == stamp
    assert [file.name for file in mask.parent.iterdir()] == [mask.name]


def test_files_outside_the_table_s_folder(tmp_path: Path) -> None:
    inner = tmp_path / "tables"
    inner.mkdir()
    for place, images in (("real", frames()), ("fake", changed(frames()))):
        write_clip(tmp_path / f"{place}.mkv", images, **LOSSLESS)
    rows = [
        {"file": file, "label": "fake", "source": "../real.mkv"}
        for file in ("../fake.mkv", str(tmp_path / "real.mkv"))
    ]
    made = write_difference_masks(write_table(inner, rows))
    masks = [inner / row["mask"] for row in read_table(made.metadata)]
    assert len({mask.resolve() for mask in masks}) == 2
    assert all(mask.parent == inner / "masks" for mask in masks)
    assert [next(read_frames(mask)).image.max() for mask in masks] == [255, 0]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("small.mkv", "it is 32 x 32 pixels, its source 16 x 16"),
        ("short.mkv", "it has 3 frames, its source 2"),
        ("gone.mkv", "gone.mkv"),
        ("damaged.mkv", "damaged.mkv"),
        ("", "no source is named"),
    ],
)
def test_a_fake_that_cannot_be_compared_has_none_and_says_why(
    tmp_path: Path, source: str, told: str
) -> None:
    write_clip(tmp_path / "fake.mkv", frames(), **LOSSLESS)
    write_clip(tmp_path / "small.mkv", frames(side=16), **LOSSLESS)
    write_clip(tmp_path / "short.mkv", frames(2), **LOSSLESS)
    (tmp_path / "damaged.mkv").write_bytes(b"no clip")
    table = write_table(tmp_path, [{"file": "fake.mkv", "label": "fake", "source": source}])
    made = write_difference_masks(table)
    [(file, reason)] = made.without
    assert (made.written, file) == (0, "fake.mkv")
    assert told in reason
    assert read_table(made.metadata)[0]["mask"] == ""
    assert not list(tmp_path.rglob("*.part.mkv"))


def test_training_reads_them(tmp_path: Path) -> None:
    """The masks of drawn clips, taken from the table, come back from the pairs."""
    spec = InputSpec("image", size=64)
    drawn = FakeFaceDataset("all", spec, identities=2, frames=2, manipulations=["swap"])
    table = drawn.write_clips(tmp_path)
    rows = [{**row, "note": row["mask"], "mask": ""} for row in read_table(table)]
    named = {"file", "label", "source", "mask", "note"}
    table = write_table(tmp_path, [{k: v for k, v in row.items() if k in named} for row in rows])
    for row in rows:
        if row["note"]:
            (tmp_path / row["note"]).unlink()
    made = write_difference_masks(table)
    assert made.written == 2
    # Masks are no clips: with the new table no face is looked for in them.
    extract([tmp_path], tmp_path / "store", metadata=made.metadata, workers=0)
    dataset = ClipDataset(track_table([tmp_path / "store"], made.metadata), spec, masks=True)
    samples = [dataset[number] for number in range(len(dataset))]
    assert [bool(sample["has_mask"]) for sample in samples] == [True] * 4
    shares = {bool(sample["label"]): [] for sample in samples}
    for sample in samples:
        shares[bool(sample["label"])].append(sample["mask"].mean().item())
    assert max(shares[False]) == 0
    assert 0.005 < min(shares[True]) <= max(shares[True]) < 0.6


def test_wrong_arguments(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"'threshold' must be in \[0, 1\] \(got 2\)"):
        write_difference_masks(tmp_path / "metadata.csv", threshold=2)
    with pytest.raises(MissingDataError, match="cannot be read"):
        write_difference_masks(tmp_path / "metadata.csv")
