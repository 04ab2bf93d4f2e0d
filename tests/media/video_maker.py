"""Small videos of every kind, encoded on the spot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import Interpolation
from numpy.typing import NDArray


def colour_frames(count: int, height: int = 48, width: int = 64) -> list[NDArray[np.uint8]]:
    """Frames that no two of are equal: a bright square walks over a gradient."""
    ramp = np.linspace(0, 160, width, dtype=np.uint8)
    frames = []
    for number in range(count):
        image = np.repeat(np.tile(ramp, (height, 1))[:, :, None], 3, axis=2)
        place = number * 5 % (width - 12)
        image[number % (height - 12) :][:12, place : place + 12] = (255, 80, number * 3 % 256)
        frames.append(image)
    return frames


def make_video(
    path: Path,
    frames: Iterable[NDArray[np.uint8]],
    codec: str = "libx264",
    *,
    form: str | None = None,
    milliseconds: Sequence[int] | None = None,
    gop: int = 12,
    rotation: tuple[int, bool, bool] | None = None,
    container_options: dict[str, str] | None = None,
    sound: bool = False,
    pixel_format: str = "yuv420p",
) -> Path:
    """Encode frames with the time stamps and the container that a test wants."""
    with av.open(str(path), "w", format=form, container_options=container_options or {}) as file:
        stream = file.add_stream(codec, rate=25)
        stream.pix_fmt = pixel_format
        stream.gop_size = gop
        tone = file.add_stream("aac", rate=44100) if sound else None
        for number, image in enumerate(frames):
            if number == 0:
                stream.height, stream.width = image.shape[:2]
                if rotation:
                    stream.set_display_rotation(rotation[0], rotation[1], rotation[2])
                if milliseconds is not None:
                    stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            if milliseconds is not None:
                frame.pts, frame.time_base = int(milliseconds[number]), Fraction(1, 1000)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
        if tone is not None:
            file.mux(tone.encode(silence()))
            file.mux(tone.encode(None))
    return path


def silence(samples: int = 1024) -> av.AudioFrame:
    """A moment of no sound."""
    frame = av.AudioFrame.from_ndarray(
        np.zeros((1, samples), np.float32), format="fltp", layout="mono"
    )
    frame.sample_rate = 44100
    return frame


def decode_whole(path: Path) -> list[NDArray[np.uint8]]:
    """All frames, by PyAV alone."""
    with av.open(str(path)) as file:
        rounded = Interpolation.BILINEAR | Interpolation.ACCURATE_RND
        planes = [
            frame.reformat(format="gbrp", interpolation=rounded) for frame in file.decode(video=0)
        ]
    return [frame.to_ndarray(format="rgb24") for frame in planes]
