"""What files say about themselves, against files whose makers are known."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from graphforensics.errors import UnreadableMediaError
from graphforensics.media.container_facts import container_facts


def written(path: Path, stamps: list[int], **metadata: str) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "31"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        container.metadata.update(metadata)
        for number, stamp in enumerate(stamps):
            pixels = np.full((48, 64, 3), 5 * number, dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = stamp, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def test_a_video_s_container_stream_and_encoder(tmp_path: Path) -> None:
    path = written(tmp_path / "clip.mp4", list(range(0, 400, 40)), title="A title", artist="She")
    facts = container_facts(path)
    assert facts.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert facts.size == path.stat().st_size
    assert (facts.kind, facts.width, facts.height, facts.frames) == ("video", 64, 48, 10)
    assert facts.rate == pytest.approx(25)
    assert facts.changes == 0
    assert facts.container["title"] == "A title"
    assert facts.container["artist"] == "She"
    (stream,) = facts.streams
    assert (stream["kind"], stream["codec"], stream["size"]) == ("video", "h264", "64 x 48")
    assert facts.encoder.startswith("x264 - core")
    assert "crf=31" in facts.encoder
    assert facts.bits_per_pixel == pytest.approx(8 * facts.size / (64 * 48 * 10))


def test_changes_of_the_frame_rate_are_counted(tmp_path: Path) -> None:
    stamps = [0, 40, 80, 120, 400, 440, 480, 600, 640]
    facts = container_facts(written(tmp_path / "clip.mkv", stamps))
    assert facts.changes == 2
    assert facts.longest == pytest.approx(0.28)
    assert facts.rate == pytest.approx(25)


def test_a_picture_s_exif(tmp_path: Path) -> None:
    path = tmp_path / "face.jpg"
    exif = Image.Exif()
    exif[0x0131] = "Editor 7"
    Image.new("RGB", (40, 30), "grey").save(path, exif=exif)
    facts = container_facts(path)
    assert (facts.kind, facts.frames, facts.rate, facts.streams) == ("image", 1, None, ())
    assert facts.container["format"] == "JPEG"
    assert facts.container["Software"] == "Editor 7"


def test_long_metadata_are_cut(tmp_path: Path) -> None:
    facts = container_facts(written(tmp_path / "clip.mkv", [0, 40], comment="x" * 5000))
    assert max(map(len, facts.container.values())) == 200


def test_what_is_no_media_file_is_told(tmp_path: Path) -> None:
    place = tmp_path / "words.mp4"
    place.write_text("words")
    with pytest.raises(UnreadableMediaError, match=r"words\.mp4"):
        container_facts(place)
