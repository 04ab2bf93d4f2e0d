"""One track: what was written is what is read, and only what is asked for is read."""

from __future__ import annotations

import io
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from torchvision.transforms.v2.functional import resize

from graphforensics.data import InputSpec
from graphforensics.errors import StoreError
from graphforensics.store import track_file as module
from graphforensics.store.face_track import FaceTrack
from graphforensics.store.source_writer import write_tracks
from graphforensics.store.track_frame import TrackFrame

Make = Callable[..., list[TrackFrame]]


class _CountingFile(io.FileIO):
    """A file that adds up the bytes that were read from it."""

    total = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(-1 if size is None else size)
        type(self).total += len(data)
        return data

    def readinto(self, buffer: Any, /) -> int:
        count = super().readinto(buffer)
        type(self).total += count or 0
        return count


def _track(folder: Path, rows: list[TrackFrame], margin: float = 1.3) -> FaceTrack:
    (record,) = write_tracks(folder, rows)
    path = folder / f"{record.name}.parquet"
    row = {"track_id": "clip/track_000", "source": "clip.mp4", "frames": record.frames}
    return FaceTrack(path, row, margin)


def test_columns_come_back_as_they_were_written(tmp_path: Path, track_frames: Make) -> None:
    rows = track_frames(21, run=10)
    track = _track(tmp_path, rows)
    assert len(track) == track.frames == 21
    np.testing.assert_array_equal(track.numbers, np.arange(21))
    np.testing.assert_array_equal(track.times, np.arange(21) / 25)
    np.testing.assert_array_equal(track.segments, np.arange(21) // 10)
    np.testing.assert_array_equal(track.sharpness, np.arange(21, dtype=np.float32))
    np.testing.assert_array_equal(track.detected, np.arange(21) % 2 == 0)
    assert track.quality.tolist() == [row.quality for row in rows]
    for name, field in [("boxes", "box"), ("crop_boxes", "crop_box")]:
        expected = np.stack([getattr(row, field) for row in rows])
        np.testing.assert_array_equal(getattr(track, name), expected)
    np.testing.assert_array_equal(track.landmarks, np.stack([r.landmarks for r in rows]))
    np.testing.assert_array_equal(track.crop_landmarks, np.stack([r.crop_landmarks for r in rows]))


def test_pixels_are_lossless_in_any_order(tmp_path: Path, track_frames: Make) -> None:
    rows = track_frames(30)
    track = _track(tmp_path, rows)
    wanted = [29, 0, 17, 17, 8, 7]
    for row, image in zip(wanted, track.read(wanted), strict=True):
        np.testing.assert_array_equal(image, rows[row].crop)
    assert track.read([]) == []


def test_aligned_crops_keep_their_matrix(tmp_path: Path, track_frames: Make) -> None:
    matrix = np.arange(6, dtype=np.float32).reshape(2, 3)
    rows = [TrackFrame(**{**vars(row), "crop_box": matrix}) for row in track_frames(3)]
    write_tracks(tmp_path, rows, aligned=True)
    row = {"track_id": "a/track_000", "source": "a", "frames": 3}
    track = FaceTrack(tmp_path / "track_000.parquet", row)
    np.testing.assert_array_equal(track.crop_boxes, np.stack([matrix] * 3))


def test_a_clip_decodes_and_reads_no_other_frame(
    tmp_path: Path, track_frames: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = track_frames(400, size=64)
    path = _track(tmp_path, rows)._file.place
    size = Path(str(path)).stat().st_size
    decoded = []
    decode = module.decode_png
    monkeypatch.setattr(module, "decode_png", lambda data: decoded.append(1) or decode(data))
    with _CountingFile(str(path)) as file:
        track = FaceTrack(file, {"track_id": "a/track_000", "source": "a", "frames": 400})
        segments = track.segments
        _CountingFile.total = 0
        clip = track.clip(InputSpec("clip", size=32, snippets=5, frames=4))
    assert clip.shape == (5, 3, 4, 32, 32)
    assert len(decoded) == 20
    assert len(segments) == 400
    # 20 of 400 images; the row groups around them and the footer, not the file.
    assert _CountingFile.total < 0.25 * size


def test_a_row_that_is_asked_for_twice_is_decoded_once(
    tmp_path: Path, track_frames: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    track = _track(tmp_path, track_frames(3))
    decoded = []
    decode = module.decode_png
    monkeypatch.setattr(module, "decode_png", lambda data: decoded.append(1) or decode(data))
    clip = track.clip(InputSpec("clip", size=24, snippets=2, frames=9))
    assert len(decoded) == 3
    # Reflected: 0 1 2 1 0 1 2 1 0.
    assert torch.equal(clip[0, :, 3], clip[0, :, 1])
    assert torch.equal(clip[0], clip[1])


def test_clip_shapes_and_places(tmp_path: Path, track_frames: Make) -> None:
    rows = track_frames(50, size=20)
    track = _track(tmp_path, rows)
    clip = track.clip(InputSpec("clip", size=20, snippets=3, frames=4))
    assert clip.shape == (3, 3, 4, 20, 20)
    assert clip.dtype == torch.uint8
    even = [row for row in rows if row.crop.shape[1] == 20]
    assert torch.equal(clip[0, :, 0], torch.from_numpy(even[0].crop).permute(2, 0, 1))
    frames = track.clip(InputSpec("frames", size=20, frames=6))
    assert frames.shape == (6, 3, 20, 20)
    assert torch.equal(frames[0], clip[0, :, 0])
    assert track.clip(InputSpec("image", size=16)).shape == (3, 16, 16)


def test_resizing_is_antialiased_and_done_once(tmp_path: Path, track_frames: Make) -> None:
    rows = track_frames(2, size=90)
    track = _track(tmp_path, rows)
    pixels = torch.from_numpy(rows[0].crop).permute(2, 0, 1)
    expected = resize(pixels, [31, 31], antialias=True)
    difference = (track.crops([0], 31)[0].int() - expected.int()).abs()
    assert difference.max() <= 1


def test_a_smaller_margin_takes_the_middle(tmp_path: Path, track_frames: Make) -> None:
    rows = track_frames(1, size=40)
    track = _track(tmp_path, rows, margin=2.0)
    middle = track.crops([0], 20, margin=1.0)[0]
    expected = torch.from_numpy(rows[0].crop[10:30, 10:30]).permute(2, 0, 1)
    assert torch.equal(middle, expected)
    with pytest.raises(ValueError, match=r"at most the store's 2.0 \(got 2.5\)"):
        track.crops([0], 20, margin=2.5)


def test_row_out_of_range(tmp_path: Path, track_frames: Make) -> None:
    track = _track(tmp_path, track_frames(4))
    for row in (-1, 4):
        with pytest.raises(ValueError, match=rf"'rows' must be in \[0, 4\) \(got {row}\)"):
            track.read([row])


def test_tracks_can_be_sent_to_workers(tmp_path: Path, track_frames: Make) -> None:
    rows = track_frames(5)
    track = pickle.loads(pickle.dumps(_track(tmp_path, rows)))
    np.testing.assert_array_equal(track.read([4])[0], rows[4].crop)


def test_missing_file_is_named(tmp_path: Path, track_frames: Make) -> None:
    track = _track(tmp_path, track_frames(4))
    (tmp_path / "track_000.parquet").unlink()
    message = re.escape(f"{tmp_path / 'track_000.parquet'}: missing; run extract again")
    with pytest.raises(StoreError, match=f"^{message}"):
        track.read([0])


@pytest.mark.parametrize("damage", ["empty", "text", "truncated", "no footer"])
def test_damaged_file_is_named(tmp_path: Path, track_frames: Make, damage: str) -> None:
    track = _track(tmp_path, track_frames(20))
    path = tmp_path / "track_000.parquet"
    data = path.read_bytes()
    cut = {"empty": b"", "text": b"hello", "truncated": data[: len(data) // 2]}
    path.write_bytes(cut.get(damage, data[:-8]))
    with pytest.raises(StoreError, match=r"track_000.parquet: damaged"):
        track.read([0])
    with pytest.raises(StoreError, match=r"track_000.parquet: damaged"):
        _ = track.landmarks


def test_flipped_bytes_are_found_or_harmless(tmp_path: Path, track_frames: Make) -> None:
    rows = track_frames(16, size=64)
    track = _track(tmp_path, rows)
    path = tmp_path / "track_000.parquet"
    data = path.read_bytes()
    rng = np.random.default_rng(0)
    found = 0
    for place in rng.integers(0, len(data), size=150):
        broken = bytearray(data)
        broken[place] ^= 0xFF
        path.write_bytes(broken)
        try:
            images = track.read(range(16))
        except StoreError:
            found += 1
        else:
            assert all((i == r.crop).all() for i, r in zip(images, rows, strict=True))
    assert found > 130


def test_bytes_depend_on_the_rows_alone(tmp_path: Path, track_frames: Make) -> None:
    for name in ("a", "b"):
        write_tracks(tmp_path / name, track_frames(20))
    first, second = (tmp_path / name / "track_000.parquet" for name in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()


def test_forty_persons_mixed(tmp_path: Path, track_frames: Make) -> None:
    tracks = [track_frames(10, person=person) for person in range(40)]
    mixed = [row for rows in zip(*tracks, strict=True) for row in rows]
    records = write_tracks(tmp_path, mixed)
    assert [record.name for record in records] == [f"track_{n:03d}" for n in range(40)]
    row = {"track_id": "a/track_039", "source": "a", "frames": 10}
    last = FaceTrack(tmp_path / "track_039.parquet", row)
    np.testing.assert_array_equal(last.read([9])[0], tracks[39][9].crop)


def _rewritten(track: FaceTrack, change: Callable[[pa.Table], pa.Table]) -> None:
    """Change a track's table and write it with checksums that are right."""
    path = Path(str(track._file.place))
    table = change(pq.read_table(path))
    pq.write_table(table, path, write_page_checksum=True, row_group_size=4)


def test_a_row_with_a_wrong_image_is_named_and_the_others_are_read(
    tmp_path: Path, track_frames: Make
) -> None:
    rows = track_frames(8)
    track = _track(tmp_path, rows)

    def change(table: pa.Table) -> pa.Table:
        images = table.column("image").to_pylist()
        images[5] = images[5][:-20]
        return table.set_column(table.schema.get_field_index("image"), "image", [images])

    _rewritten(track, change)
    with pytest.raises(
        StoreError, match=r"track_000.parquet: damaged \(image of row 5: not a whole"
    ):
        track.read(range(8))
    with pytest.raises(StoreError, match="row 5"):
        track.verify()
    np.testing.assert_array_equal(track.read([4])[0], rows[4].crop)


@pytest.mark.parametrize("name", ["number", "landmarks", "quality", "crop_box"])
@pytest.mark.parametrize("damage", ["missing", "words", "empty rows", "fewer rows"])
def test_columns_that_no_run_writes(
    tmp_path: Path, track_frames: Make, name: str, damage: str
) -> None:
    track = _track(tmp_path, track_frames(8))

    def change(table: pa.Table) -> pa.Table:
        if damage == "missing":
            return table.drop_columns([name])
        if damage == "fewer rows":
            return table.slice(0, 5)
        column = table.column(name)
        other = pa.array([b"x"] * 8) if damage == "words" else pa.nulls(8, column.type)
        return table.set_column(table.schema.get_field_index(name), name, other)

    _rewritten(track, change)
    with pytest.raises(StoreError, match=r"track_000.parquet: damaged"):
        track.verify()
