"""Times that containers keep in their own ways, and ends that are missing."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from graphforensics.media.decode import probe, read_frames
from tests.media.video_maker import colour_frames, decode_whole, make_video


def _with_gaps(path: Path, codec: str, options: dict[str, str]) -> Path:
    """Frames 0, 3, 6 ... of 25 a second; what lies between was dropped in recording."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream(codec, rate=25, options=options)
        stream.width, stream.height = 64, 48
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for number, image in enumerate(colour_frames(20)):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = 3 * number, Fraction(1, 25)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("codec", "options"),
    [("mpeg4", {}), ("mjpeg", {}), ("libx264", {"bf": "0"}), ("libx264", {"bf": "2"})],
)
def test_frames_that_were_dropped_leave_gaps(
    codec: str, options: dict[str, str], tmp_path: Path
) -> None:
    path = _with_gaps(tmp_path / "gaps.avi", codec, options)
    info = probe(path)
    assert info.truncated is None
    np.testing.assert_allclose(info.times, 3 * np.arange(20) / 25, atol=1e-6)
    frames = list(read_frames(path))
    np.testing.assert_array_equal([frame.image for frame in frames], decode_whole(path))


def test_an_avi_that_breaks_off_is_said(tmp_path: Path) -> None:
    path = make_video(tmp_path / "whole.avi", colour_frames(40), "mpeg4", sound=True)
    assert probe(path).truncated is None
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 9 // 10])
    assert "of 40 frames" in str(probe(path).truncated)


@pytest.mark.parametrize("ending", ["mkv", "mp4", "flv"])
def test_a_file_with_sound_that_breaks_off_is_said(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"talk.{ending}"
    with av.open(str(path), "w", options={"movflags": "faststart"} if ending == "mp4" else {}) as f:
        stream, tone = f.add_stream("libx264", rate=25), f.add_stream("aac", rate=44100)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = 64, 48, "yuv420p", 5
        silence = np.zeros((1, 1764), np.float32)
        for number, image in enumerate(colour_frames(75)):
            f.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
            sound = av.AudioFrame.from_ndarray(silence, format="fltp", layout="mono")
            sound.sample_rate, sound.pts = 44100, 1764 * number
            f.mux(tone.encode(sound))
        f.mux(stream.encode(None))
        f.mux(tone.encode(None))
    assert probe(path).truncated is None
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    info = probe(path)
    assert 10 < info.frames < 75
    assert str(info.truncated).startswith("the file ends after ")


def test_sound_may_go_on_when_the_pictures_are_over(tmp_path: Path) -> None:
    path = tmp_path / "song.flv"
    with av.open(str(path), "w") as f:
        stream, tone = f.add_stream("libx264", rate=25), f.add_stream("aac", rate=44100)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for image in colour_frames(10):
            f.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        f.mux(stream.encode(None))
        for number in range(100):
            sound = av.AudioFrame.from_ndarray(
                np.zeros((1, 1764), np.float32), format="fltp", layout="mono"
            )
            sound.sample_rate, sound.pts = 44100, 1764 * number
            f.mux(tone.encode(sound))
        f.mux(tone.encode(None))
    assert probe(path).truncated is None


EDITS = {
    # Milliseconds that are shown, and from which frame on.
    "begin": ([(400, 0)], list(range(10))),
    "middle": ([(400, 13)], list(range(13, 23))),
    "two": ([(400, 0), (400, 40)], [*range(10), *range(40, 50)]),
    "swapped": ([(400, 40), (400, 0)], [*range(40, 50), *range(10)]),
    "late": ([(400, None), (400, 20)], list(range(20, 30))),
}


@pytest.mark.parametrize("name", EDITS)
def test_edit_lists(name: str, tmp_path: Path) -> None:
    edits, shown = EDITS[name]
    path = make_video(tmp_path / "whole.mp4", colour_frames(60), gop=10)
    whole = decode_whole(path)
    _edit(path, edits)
    info = probe(path)
    assert info.truncated is None
    np.testing.assert_allclose(info.times, np.arange(len(shown)) / 25, atol=1e-3)
    frames = list(read_frames(path))
    np.testing.assert_array_equal([f.image for f in frames], [whole[number] for number in shown])
    [last] = read_frames(path, [len(shown) - 1])
    np.testing.assert_array_equal(last.image, whole[shown[-1]])


def _edit(path: Path, edits: list[tuple[int, int | None]]) -> None:
    """Rewrite the edit list of a one-track MP4 file whose index lies behind its frames."""
    data = bytearray(path.read_bytes())
    place = data.index(b"elst")
    count, _, start = struct.unpack(">IIi", data[place + 8 : place + 20])
    ticks = 12800 // 25
    rows = b"".join(
        struct.pack(">IiI", span, -1 if first is None else start + ticks * first, 65536)
        for span, first in edits
    )
    data[place + 8 : place + 12 + 12 * count] = struct.pack(">I", len(edits)) + rows
    for name in (b"elst", b"edts", b"trak", b"moov"):
        head = data.index(name) - 4
        size = int.from_bytes(data[head : head + 4], "big") + 12 * (len(edits) - count)
        data[head : head + 4] = size.to_bytes(4, "big")
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("name", "codec", "form", "rate"),
    [
        ("raw.h264", "libx264", "h264", 30),
        ("raw.hevc", "libx265", "hevc", 30),
        ("raw.m4v", "mpeg4", "m4v", 30),
        ("raw.m2v", "mpeg2video", "mpeg2video", 30),
        ("raw.ivf", "libvpx-vp9", "ivf", 30),
        ("raw.y4m", "rawvideo", "yuv4mpegpipe", 30),
        ("raw.mjpeg", "mjpeg", "mjpeg", 25),
    ],
)
def test_streams_without_a_container(
    name: str, codec: str, form: str, rate: int, tmp_path: Path
) -> None:
    path = tmp_path / name
    frames = colour_frames(24, 64, 96)
    with av.open(str(path), "w", format=form) as file:
        stream = file.add_stream(codec, rate=30)
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.width, stream.height = 96, 64
        for image in frames:
            file.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        file.mux(stream.encode(None))
    info = probe(path)
    assert (info.kind, info.width, info.height, info.truncated) == ("video", 96, 64, None)
    np.testing.assert_allclose(info.times, np.arange(24) / rate, atol=1e-6)
    found = list(read_frames(path))
    assert [frame.number for frame in found] == list(range(24))
    assert all(
        np.abs(frame.image.astype(int) - image).mean() < 12
        for frame, image in zip(found, frames, strict=True)
    )
