"""Frames as a viewer sees them: square pixels, whole frames, transparency over white."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from skimage.data import astronaut

from graphforensics.media.decode import probe, read_frames
from graphforensics.media.video_file import VideoFile


def _write(
    path: Path,
    frames: list[NDArray[np.uint8]],
    codec: str,
    pixel_format: str,
    *,
    aspect: Fraction | None = None,
    options: dict[str, str] | None = None,
) -> Path:
    with av.open(str(path), "w") as file:
        stream = file.add_stream(codec, rate=25, options=options or {})
        stream.pix_fmt = pixel_format
        stream.height, stream.width = frames[0].shape[:2]
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        for image in frames:
            form = "rgba" if image.shape[2] == 4 else "rgb24"
            file.mux(stream.encode(av.VideoFrame.from_ndarray(image, format=form)))
        file.mux(stream.encode(None))
    return path


ANAMORPHIC = {
    "phone.mp4": ("libx264", "yuv420p", Fraction(2), (256, 512)),
    "film.mkv": ("libx264", "yuv420p", Fraction(4, 3), (256, 341)),
    "tall.mov": ("mpeg4", "yuv420p", Fraction(8, 9), (288, 256)),
    "camera.avi": ("mjpeg", "yuvj420p", Fraction(3, 2), (256, 384)),
    "pal.mpg": ("mpeg2video", "yuv420p", Fraction(16, 9), (256, 455)),
}


@pytest.mark.parametrize("name", ANAMORPHIC)
def test_pixels_that_are_not_square_are_shown_so(name: str, tmp_path: Path) -> None:
    codec, form, aspect, shape = ANAMORPHIC[name]
    squeezed = np.asarray(Image.fromarray(astronaut()).resize((256, 256)))
    path = _write(
        tmp_path / name, [squeezed] * 3, codec, form, aspect=aspect, options={"b": "8000000"}
    )
    info = probe(path)
    np.testing.assert_allclose((info.height, info.width), shape, atol=1)
    assert any("not square" in note for note in info.notes)
    wanted = Image.fromarray(squeezed).resize((info.width, info.height), Image.Resampling.BICUBIC)
    for frame in read_frames(path):
        assert frame.image.shape == (info.height, info.width, 3)
        assert np.abs(frame.image.astype(float) - np.asarray(wanted)).mean() < 8
    for picture in VideoFile(path).pictures([1]):
        assert picture.grey().shape == (info.height, info.width)
        assert picture.small(40, 30, colour=True).shape == (30, 40, 3)


def test_almost_square_pixels_are_left_alone(tmp_path: Path) -> None:
    image = astronaut()[:64, :64]
    path = _write(
        tmp_path / "a.mp4", [image] * 2, "libx264", "yuv420p", aspect=Fraction(1281, 1280)
    )
    assert (probe(path).width, probe(path).notes) == (64, ())


TRANSPARENT = {
    "animation.mov": ("qtrle", "argb", {}, 1),
    "png.mov": ("png", "rgba", {}, 1),
    "film.mov": ("prores_ks", "yuva444p10le", {"profile": "4444"}, 12),
    "vp9.webm": ("libvpx-vp9", "yuva420p", {"auto-alt-ref": "0", "b": "2000000"}, 40),
    "vp8.webm": ("libvpx", "yuva420p", {"auto-alt-ref": "0", "b": "2000000"}, 40),
}


@pytest.mark.parametrize("name", TRANSPARENT)
def test_transparent_places_are_white(name: str, tmp_path: Path) -> None:
    codec, form, options, worst = TRANSPARENT[name]
    colours = np.zeros((64, 96, 4), np.uint8)
    colours[:, :, :3] = (200, 40, 90)
    # Clear on the left, half clear in the middle.
    colours[:, :32, 3], colours[:, 32:64, 3], colours[:, 64:, 3] = 0, 128, 255
    path = _write(tmp_path / name, [colours] * 3, codec, form, options=options)
    share = colours[..., 3:] / 255
    wanted = colours[..., :3] * share + 255 * (1 - share)
    assert "transparent: shown over white" in probe(path).notes
    for frame in read_frames(path):
        off = np.abs(frame.image - wanted)
        # The rims between the three places blur in coding.
        assert max(off[:, side + 6 : side + 26].max() for side in (0, 32, 64)) <= worst


def test_an_opaque_video_has_no_note(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.mp4", [astronaut()[:64, :64]] * 2, "libx264", "yuv420p")
    assert probe(path).notes == ()


def _fields(count: int) -> list[NDArray[np.uint8]]:
    """Frames whose odd rows show a bar half a step later than the even ones."""
    frames = []
    for number in range(count):
        image = np.full((96, 128, 3), 40, np.uint8)
        for field in (0, 1):
            left = 10 + 8 * number + 4 * field
            image[field::2, left : left + 16] = 220
        frames.append(image)
    return frames


def _combed(image: NDArray[np.uint8]) -> float:
    """Mean difference of a row to the mean of its neighbours."""
    grey = image[..., 1].astype(float)
    return float(np.abs(grey[1:-1] - (grey[:-2] + grey[2:]) / 2).mean())


INTERLACED = {"flags": "+ilme+ildct", "x264-params": "tff=1:keyint=5:min-keyint=5:scenecut=0"}


def test_interlaced_frames_are_made_whole(tmp_path: Path) -> None:
    path = _write(tmp_path / "tff.mp4", _fields(12), "libx264", "yuv420p", options=INTERLACED)
    info = probe(path)
    assert [note.split(":")[0] for note in info.notes] == ["interlaced"]
    with av.open(str(path)) as file:
        stored = [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]
    whole = list(read_frames(path))
    assert [frame.number for frame in whole] == list(range(12))
    np.testing.assert_allclose(info.times, np.arange(12) / 25, atol=1e-3)
    for frame, woven in zip(whole[1:-1], stored[1:-1], strict=True):
        assert _combed(woven) > 10
        assert _combed(frame.image) < 0.3 * _combed(woven)
        # The first of the two fields stays as it is.
        off = np.abs(frame.image.astype(int) - woven).mean(axis=(1, 2))
        assert min(off[::2].mean(), off[1::2].mean()) < 2


def test_interlaced_frames_that_are_sought_are_those_of_a_whole_decode(tmp_path: Path) -> None:
    frames = [np.roll(image, number, 0) for number, image in enumerate(_fields(10) * 6)]
    path = _write(tmp_path / "long.mkv", frames, "libx264", "yuv420p", options=INTERLACED)
    whole = [frame.image for frame in read_frames(path)]
    for wanted in ([40], [3, 25, 26, 59], [0, 30, 55]):
        found = list(read_frames(path, wanted))
        assert [frame.number for frame in found] == wanted
        np.testing.assert_array_equal([f.image for f in found], [whole[n] for n in wanted])
