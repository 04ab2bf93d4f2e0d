"""Frames and their times against PyAV's own full decode, for every kind of container."""

from __future__ import annotations

import io
import os
import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from graphforensics.errors import UnreadableMediaError
from graphforensics.media.decode import probe, read_frames
from graphforensics.media.selection import EvenFrames
from tests.media.video_maker import colour_frames, decode_whole, make_video

CONTAINERS = {
    "b_frames.mp4": {},
    "matroska.mkv": {},
    "no_header.h264": {"form": "h264"},
    "mpeg1.mpg": {"codec": "mpeg1video"},
    "mpeg4.avi": {"codec": "mpeg4"},
    "b_frames.avi": {},
    "stream.ts": {},
    "fragmented.mp4": {"container_options": {"movflags": "frag_keyframe+empty_moov"}},
    "vp8.webm": {"codec": "libvpx"},
    "lossless.mkv": {"codec": "ffv1"},
    "chroma.mp4": {"pixel_format": "yuv444p"},
    "deep.mp4": {"pixel_format": "yuv420p10le"},
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_numbers_times_and_pixels(name: str, tmp_path: Path) -> None:
    path = make_video(tmp_path / name, colour_frames(40), **CONTAINERS[name])
    whole = decode_whole(path)
    info = probe(path)
    assert (info.kind, info.width, info.height, info.truncated) == ("video", 64, 48, None)
    np.testing.assert_allclose(info.times, np.arange(40) / 25, atol=2e-3)
    frames = list(read_frames(path))
    assert [frame.number for frame in frames] == list(range(40))
    np.testing.assert_array_equal([frame.time for frame in frames], info.times)
    np.testing.assert_array_equal([frame.image for frame in frames], whole)
    # Far frames are sought: the pixels are those of the full decode.
    for wanted in ([39], [3, 4, 17, 38], [0, 26]):
        some = list(read_frames(path, wanted))
        assert [frame.number for frame in some] == wanted
        np.testing.assert_array_equal([f.image for f in some], [whole[n] for n in wanted])


def test_variable_frame_rate(tmp_path: Path) -> None:
    steps = np.where(np.arange(59) % 10 < 5, 20, 100)
    stamps = np.concatenate([[0], np.cumsum(steps)]).tolist()
    path = make_video(tmp_path / "phone.mp4", colour_frames(60), milliseconds=stamps)
    info = probe(path)
    np.testing.assert_allclose(info.times * 1000, stamps, atol=0.1)
    chosen = [run[0] for run in EvenFrames(12).numbers(info.times)]
    assert [frame.number for frame in read_frames(path, chosen)] == chosen
    # Evenly in time: no frame is further than half the longest step from its place.
    end = info.times[-1] + 0.02
    middles = (np.arange(12) + 0.5) * end / 12
    assert np.abs(info.times[chosen] - middles).max() <= 0.1


def test_frames_cut_away_by_an_edit_list_are_not_counted(tmp_path: Path) -> None:
    stamps = [(number - 10) * 40 for number in range(40)]
    path = make_video(tmp_path / "trimmed.mp4", colour_frames(40), milliseconds=stamps)
    whole = decode_whole(path)
    info = probe(path)
    assert info.frames == len(whole) == 30
    assert info.times[0] == 0
    np.testing.assert_array_equal([frame.image for frame in read_frames(path)], whole)
    [last] = read_frames(path, [29])
    np.testing.assert_array_equal(last.image, whole[29])


@pytest.mark.parametrize("degrees", [0, 90, 180, -90])
@pytest.mark.parametrize("mirror", [(False, False), (True, False), (False, True)])
def test_display_rotation(degrees: int, mirror: tuple[bool, bool], tmp_path: Path) -> None:
    image = np.zeros((48, 64, 3), np.uint8)
    image[:24, :32], image[:24, 32:], image[24:, :32] = (250, 0, 0), (0, 250, 0), (0, 0, 250)
    path = make_video(
        tmp_path / "turned.mp4", [image] * 3, pixel_format="yuv444p",
        rotation=(degrees, *mirror), container_options=None,
    )  # fmt: skip
    # The container's convention: counter-clockwise, then mirrored.
    shown = np.rot90(image, degrees // 90)
    shown = shown[:, ::-1] if mirror[0] else shown
    shown = shown[::-1] if mirror[1] else shown
    info = probe(path)
    assert (info.height, info.width) == shown.shape[:2]
    for frame in read_frames(path):
        assert np.abs(frame.image.astype(int) - shown)[4:-4:5, 4:-4:5].mean() < 3


def test_cover_picture_and_second_video_stream_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "two.mkv"
    with av.open(str(path), "w") as file:
        streams = [file.add_stream("libx264", rate=25) for _ in range(2)]
        for stream in streams:
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for stream, shade in zip(streams, (40, 200), strict=True):
            image = np.full((48, 64, 3), shade, np.uint8)
            for _ in range(4):
                file.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
            file.mux(stream.encode(None))
    assert probe(path).frames == 4
    assert all(abs(int(frame.image.mean()) - 40) < 4 for frame in read_frames(path))
    with pytest.raises(UnreadableMediaError, match="sound only"):
        probe(_song_with_cover(tmp_path / "song.mp3"))


def _song_with_cover(path: Path) -> Path:
    """An MP3 file whose ID3 tag holds a picture, laid out by hand."""
    sound = io.BytesIO()
    with av.open(sound, "w", format="mp3") as file:
        stream = file.add_stream("libmp3lame", rate=44100)
        frame = av.AudioFrame.from_ndarray(
            np.zeros((1, 1152), np.float32), format="fltp", layout="mono"
        )
        frame.sample_rate = 44100
        for _ in range(20):
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    cover = io.BytesIO()
    Image.new("RGB", (32, 32), "red").save(cover, "PNG")
    body = b"\0image/png\0\x03\0" + cover.getvalue()
    frame_bytes = b"APIC" + len(body).to_bytes(4, "big") + b"\0\0" + body
    size = len(frame_bytes)
    synchsafe = bytes(size >> shift & 127 for shift in (21, 14, 7, 0))
    path.write_bytes(b"ID3\x03\0\0" + synchsafe + frame_bytes + sound.getvalue())
    return path


def test_a_file_cut_in_the_middle_gives_what_is_there(tmp_path: Path) -> None:
    path = make_video(
        tmp_path / "whole.mp4", colour_frames(60), container_options={"movflags": "faststart"}
    )
    whole = decode_whole(path)
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    info = probe(cut)
    assert 10 < info.frames < 60
    assert "of 60 frames" in str(info.truncated)
    frames = list(read_frames(cut))
    assert len(frames) >= info.frames - 1
    np.testing.assert_array_equal(frames[5].image, whole[5])


@pytest.mark.parametrize("count", [12, 60])
def test_a_file_without_a_count_of_frames_is_told_cut_by_its_duration(
    tmp_path: Path, count: int
) -> None:
    whole = make_video(tmp_path / "whole.mkv", colour_frames(count))
    assert probe(whole).truncated is None
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])
    assert probe(cut).truncated == f"the file ends after {probe(cut).frames / 25:.1f} of " + (
        f"{count / 25:.1f} seconds"
    )


@pytest.mark.parametrize("milliseconds", [[0], [0, 40], [0, 40, 80, 3000], [0, 2000, 4000]])
def test_slow_and_short_files_are_not_taken_for_cut(
    tmp_path: Path, milliseconds: list[int]
) -> None:
    frames = colour_frames(len(milliseconds))
    for name in ("slow.mkv", "slow.mp4"):
        path = make_video(tmp_path / name, frames, milliseconds=milliseconds)
        assert probe(path).truncated is None


def test_a_damaged_frame_is_left_out_and_keeps_its_number(tmp_path: Path) -> None:
    path = make_video(tmp_path / "whole.mp4", colour_frames(40), gop=1)
    whole = decode_whole(path)
    with av.open(str(path)) as file:
        packet = [packet for packet in file.demux(video=0) if packet.size][20]
        place, size = packet.pos, packet.size
    data = bytearray(path.read_bytes())
    data[place : place + size] = bytes(size)
    path.write_bytes(data)
    assert probe(path).frames == 40
    frames = {frame.number: frame.image for frame in read_frames(path)}
    assert sorted(frames) == [number for number in range(40) if number != 20]
    assert all((frames[number] == whole[number]).all() for number in frames)
    assert [frame.number for frame in read_frames(path, [19, 20, 21, 39])] == [19, 21, 39]


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _text(path: Path) -> None:
    path.write_text("no video at all\n" * 50)


def _no_index(path: Path) -> None:
    data = make_video(path, colour_frames(30)).read_bytes()
    path.write_bytes(data[: len(data) // 2])


def _sound(path: Path) -> None:
    with path.open("wb") as file, wave.open(file) as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16000))


def _zeros(path: Path) -> None:
    path.write_bytes(bytes(100_000))


def _folder(path: Path) -> None:
    path.mkdir()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _no_frames(path: Path) -> None:
    with av.open(str(path), "w", format="mp4") as file:
        stream = file.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        tone = file.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(
            np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
        )
        frame.sample_rate = 44100
        file.mux(tone.encode(frame))
        file.mux(tone.encode(None))


BROKEN = {
    "missing": (lambda path: None, "no such file"),
    "empty": (_empty, "is empty"),
    "text": (_text, "not a video or an image"),
    "zeros": (_zeros, "not a video or an image|cannot be read|no video stream"),
    "index cut off": (_no_index, "not a video or an image|damaged|cut off"),
    "sound": (_sound, "holds sound only"),
    "folder": (_folder, "is a folder"),
    "pipe": (_pipe, "not a regular file"),
    "no frames": (_no_frames, "no frame of its video|holds sound only"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_have_one_clear_error(name: str, tmp_path: Path) -> None:
    make, reason = BROKEN[name]
    path = tmp_path / "clip.mp4"
    make(path)
    with pytest.raises(UnreadableMediaError, match=reason) as caught:
        probe(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)
    with pytest.raises(UnreadableMediaError):
        list(read_frames(path))


def test_one_pixel_and_8k(tmp_path: Path) -> None:
    tiny = make_video(
        tmp_path / "tiny.mkv", [np.full((1, 1, 3), 99, np.uint8)] * 2, "ffv1", pixel_format="bgr0"
    )
    assert [frame.image.tolist() for frame in read_frames(tiny)] == [[[[99] * 3]]] * 2
    huge = make_video(tmp_path / "huge.mkv", [np.full((4320, 7680, 3), 99, np.uint8)], "mpeg4")
    assert [frame.image.shape for frame in read_frames(huge)] == [(4320, 7680, 3)]


def test_a_frame_too_large_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "wall.y4m"
    path.write_bytes(b"YUV4MPEG2 W20000 H10000 F25:1 Ip A1:1 C420jpeg\nFRAME\n" + bytes(5000))
    with pytest.raises(UnreadableMediaError, match="too large: 20000 x 10000"):
        probe(path)


@pytest.mark.parametrize("numbers", [[-1], [4], [0, 99]])
def test_numbers_out_of_range(numbers: list[int], tmp_path: Path) -> None:
    path = make_video(tmp_path / "clip.mp4", colour_frames(4))
    with pytest.raises(ValueError, match=r"'numbers' must be in \[0, 3\]"):
        list(read_frames(path, numbers))


def test_streaming_begins_before_the_end(tmp_path: Path) -> None:
    path = make_video(tmp_path / "clip.mp4", colour_frames(30))
    frames = read_frames(path)
    assert next(frames).number == 0
    frames.close()
    assert list(read_frames(path, [])) == []


@pytest.mark.data
def test_real_clips_by_numbers(data_root: Path) -> None:
    for name in ("real_video/lipnet/lbax4n.mpg", "real_video/ghost/dance.mp4"):
        path = data_root / name
        whole = decode_whole(path)
        assert probe(path).frames == len(whole)
        for frame in read_frames(path, [2, 31, 60]):
            np.testing.assert_array_equal(frame.image, whole[frame.number])


def test_a_title_that_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "titled.mkv"
    with av.open(str(path), "w") as file:
        file.metadata["title"] = "naiveTITLE"
        stream = file.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        file.mux(stream.encode(av.VideoFrame.from_ndarray(colour_frames(1)[0], format="rgb24")))
        file.mux(stream.encode(None))
    path.write_bytes(path.read_bytes().replace(b"naiveTITLE", b"na\xefveTITLE"))
    assert len(list(read_frames(path))) == probe(path).frames == 1


def test_pictures_of_a_camera_as_a_video(tmp_path: Path) -> None:
    """Each JPEG has EXIF, a kind of side data that PyAV cannot list."""
    path, exif = tmp_path / "camera.mov", Image.Exif()
    exif[0x010F] = "camera"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("mjpeg", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p"
        for number, image in enumerate(colour_frames(3)):
            data = io.BytesIO()
            Image.fromarray(image).save(data, "JPEG", exif=exif, quality=95)
            packet = av.Packet(data.getvalue())
            packet.stream, packet.time_base = stream, Fraction(1, 25)
            packet.pts = packet.dts = number
            file.mux(packet)
    frames = list(read_frames(path))
    assert len(frames) == probe(path).frames == 3
    for frame, image in zip(frames, colour_frames(3), strict=True):
        assert np.abs(frame.image.astype(int) - image).mean() < 8


def test_a_stream_whose_frames_change_their_size(tmp_path: Path) -> None:
    both = tmp_path / "both.ts"
    parts = [
        make_video(tmp_path / f"{side}.ts", colour_frames(5, side, side), "mpeg2video").read_bytes()
        for side in (48, 64)
    ]
    both.write_bytes(b"".join(parts))
    shapes = [frame.image.shape for frame in read_frames(both)]
    assert set(shapes) <= {(48, 48, 3), (64, 64, 3)}
    assert len(shapes) <= probe(both).frames == 10
