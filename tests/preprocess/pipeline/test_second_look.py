"""Files without a face: what a turn, or light, would change."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from graphforensics.datasets.moving_face import moving_face
from graphforensics.media.write_clip import write_clip
from graphforensics.preprocess.pipeline.extract import extract
from graphforensics.preprocess.pipeline.extract_tracks import extract_tracks
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.extraction_report import ExtractionReport
from graphforensics.store.records import SourceRecord


@pytest.fixture(scope="module")
def sideways(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip that was filmed with the camera on its side, and whose header does not say so."""
    path = tmp_path_factory.mktemp("sideways") / "clip.mp4"
    write_clip(path, (np.ascontiguousarray(np.rot90(frame)) for frame in moving_face(6)))
    return path


def test_a_sideways_clip_is_told(sideways: Path) -> None:
    report = ExtractionReport()
    assert list(extract_tracks(sideways, ExtractionOptions("frames:5"), report)) == []
    assert (report.frames, report.faceless, report.notes) == (5, 5, None)
    assert report.hint == (
        "4 of 4 frames show a face after a quarter turn to the right: turn the file"
    )


def test_a_sideways_clip_can_be_turned(sideways: Path, tmp_path: Path) -> None:
    upright = tmp_path / "upright.mp4"
    write_clip(upright, moving_face(6))
    report = ExtractionReport()
    found = list(extract_tracks(sideways, report=report, turned=True))
    wanted = list(extract_tracks(upright, turned=True))
    assert (report.frames, report.faces, report.faceless, report.hint) == (6, 6, 0, None)
    assert report.notes == (
        "no face found upright: frames were turned by a quarter turn to the right"
    )
    for face, other in zip(found, wanted, strict=True):
        assert face.number == other.number
        assert np.abs(face.box - other.box).max() < 6


def test_an_upright_clip_is_looked_at_once(tmp_path: Path) -> None:
    clip, report = tmp_path / "clip.mp4", ExtractionReport()
    write_clip(clip, moving_face(4))
    assert len(list(extract_tracks(clip, report=report, turned=True))) == 4
    assert (report.notes, report.hint) == (None, None)


def test_a_dark_picture_is_told(tmp_path: Path) -> None:
    dark = np.rint(astronaut() * 0.04).astype(np.uint8)
    Image.fromarray(dark).save(tmp_path / "night.png")
    report = ExtractionReport()
    assert list(extract_tracks(tmp_path / "night.png", report=report, turned=True)) == []
    assert report.hint is not None
    assert report.hint.startswith("it is very dark (mean brightness 5 of 255)")
    assert "1 of 1 frames show a face when brightened" in report.hint


def test_nothing_is_said_where_nothing_helps(tmp_path: Path) -> None:
    Image.fromarray(np.full((120, 160, 3), 128, np.uint8)).save(tmp_path / "wall.png")
    report = ExtractionReport()
    assert list(extract_tracks(tmp_path / "wall.png", report=report)) == []
    assert report.hint is None


def test_the_store_and_the_summary_say_it(sideways: Path, tmp_path: Path) -> None:
    summary = extract([sideways], tmp_path / "store", workers=0)
    assert summary.hints == [(str(sideways), summary.hints[0][1])]
    assert any("turn the file" in line for line in summary.lines())
    [record] = (tmp_path / "store").rglob("source.json")
    read = SourceRecord.read(record)
    assert read.status == "no_face"
    assert str(read.reason).startswith("no face found; 4 of 4 frames show a face")


def test_notes_reach_the_store_and_the_summary(tmp_path: Path) -> None:
    import av

    clip = tmp_path / "squeezed.mp4"
    with av.open(str(clip), "w") as file:
        stream = file.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 256, 512, "yuv420p"
        stream.codec_context.sample_aspect_ratio = 2
        narrow = np.asarray(Image.fromarray(astronaut()).resize((256, 512)))
        for _ in range(4):
            file.mux(stream.encode(av.VideoFrame.from_ndarray(narrow, format="rgb24")))
        file.mux(stream.encode(None))
    summary = extract([clip], tmp_path / "store", workers=0)
    assert summary.faces == 4
    assert summary.notes == [(str(clip), "pixels are not square: 256 x 512 shown as 512 x 512")]
    [record] = (tmp_path / "store").rglob("source.json")
    assert SourceRecord.read(record).report.notes == summary.notes[0][1]
