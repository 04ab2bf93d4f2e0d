"""What container and streams of a file say about how it was made."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import ExifTags, Image

from graphforensics.errors import UnreadableMediaError
from graphforensics.media.edit_list import read_edits
from graphforensics.media.media_info import MediaInfo
from graphforensics.media.open_media import open_media
from graphforensics.media.video_source import VideoSource, opened_video

#: Metadata are a stranger's text: so many entries of a table, and characters of each, are kept.
_ENTRIES, _LENGTH = 40, 200
#: x264 and x265 write their settings into the first packet.
_SETTINGS = re.compile(rb"x26[45] [\x20-\x7e]{8,4000}")
#: Intervals between frames that differ by more than this share of the usual one have changed.
_JITTER = 0.1


@dataclass(frozen=True)
class ContainerFacts:
    """What a file is, beside its pictures.

    Args:
        name: The file, as it was named.
        size: Bytes.
        sha256: SHA-256 of all bytes.
        kind: ``"video"``, ``"image"`` or ``"animation"``.
        width: Width of a frame in pixels, as displayed.
        height: Height of a frame, likewise.
        frames: Number of frames.
        duration: Time of the last frame in seconds.
        rate: Frames a second, by the median interval; ``None`` for a single frame.
        changes: Intervals between frames that differ by more than a tenth from the median one.
        longest: The longest interval in seconds.
        edits: Pieces that an edit list puts together; 0 without such a list.
        container: Format, bit rate and metadata of the container, in words.
        streams: The same of every stream.
        encoder: Settings that x264 or x265 left in the video, else empty.
        notes: What was done to stored frames: turned, deinterlaced, pixels made square.
        truncated: What shows that the end of the file is missing, or ``None``.
    """

    name: str
    size: int
    sha256: str
    kind: str
    width: int
    height: int
    frames: int
    duration: float
    rate: float | None
    changes: int
    longest: float
    edits: int = 0
    container: Mapping[str, str] = field(default_factory=dict)
    streams: tuple[Mapping[str, str], ...] = ()
    encoder: str = ""
    notes: tuple[str, ...] = ()
    truncated: str | None = None

    @property
    def bits_per_pixel(self) -> float | None:
        """Bits of the whole file for a pixel of a frame: how strongly it is compressed."""
        pixels = self.width * self.height * self.frames
        return 8 * self.size / pixels if pixels else None

    def to_dict(self) -> dict[str, Any]:
        """Return the facts as a dictionary that JSON takes."""
        told = {**asdict(self), "streams": [dict(stream) for stream in self.streams]}
        return {**told, "notes": list(self.notes), "bits_per_pixel": self.bits_per_pixel}


def container_facts(path: str | Path) -> ContainerFacts:
    """Read what a file says about itself, and hash it; no frame is decoded for it.

    Args:
        path: Video, animation or image.

    Raises:
        UnreadableMediaError: It is missing, damaged, or neither video nor image.

    Example:
        >>> container_facts("clip.mp4").container["format"]  # doctest: +SKIP
        'QuickTime / MOV'
    """
    path = Path(path)
    info = open_media(path).info
    size, digest = _hashed(path)
    intervals = np.diff(info.times)
    usual = float(np.median(intervals)) if len(intervals) else 0.0
    odd = np.abs(intervals - usual) > _JITTER * usual
    return ContainerFacts(
        name=str(path),
        size=size,
        sha256=digest,
        kind=info.kind,
        width=info.width,
        height=info.height,
        frames=info.frames,
        duration=float(info.times[-1]) if info.frames else 0.0,
        rate=1 / usual if usual > 0 else None,
        changes=int(odd.sum()),
        longest=float(intervals.max(initial=0)),
        notes=info.notes,
        truncated=info.truncated,
        **_told(path, info),
    )


def _hashed(path: Path) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    try:
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
                size += len(block)
    except OSError as error:
        raise UnreadableMediaError(path, f"cannot be read ({error})") from error
    return size, digest.hexdigest()


def _told(path: Path, info: MediaInfo) -> dict[str, Any]:
    if info.kind == "video":
        with opened_video(path) as source:
            return _of_video(path, source)
    return {"container": _of_picture(path)}


def _of_video(path: Path, source: VideoSource) -> dict[str, Any]:
    container = source.container
    told = {"format": container.format.long_name, "bit rate": _rate(container.bit_rate)}
    streams = tuple(_stream(stream) for stream in list(container.streams)[:_ENTRIES])
    try:
        edits = len(read_edits(path))
    except OSError:
        edits = 0
    packet = next(container.demux(source.stream), None)
    found = _SETTINGS.search(bytes(packet)) if packet is not None and packet.size else None
    return {
        "container": {**_kept(told.items()), **_kept(container.metadata.items())},
        "streams": streams,
        "edits": edits,
        "encoder": found.group().decode("ascii") if found else "",
    }


def _stream(stream: Any) -> dict[str, str]:
    context = stream.codec_context
    told: dict[str, object] = {"kind": stream.type, "codec": getattr(context, "name", "unknown")}
    if context is not None and stream.type == "video":
        told |= {
            "profile": stream.profile or "",
            "size": f"{context.width} x {context.height}",
            "pixels": context.pix_fmt or "",
            "rate": f"{float(stream.average_rate):.5g} frames/s" if stream.average_rate else "",
        }
    elif context is not None and stream.type == "audio":
        told |= {"rate": f"{context.sample_rate} Hz", "layout": context.layout.name}
    told["bit rate"] = _rate(getattr(context, "bit_rate", None))
    return {**_kept(told.items()), **_kept(stream.metadata.items())}


def _rate(rate: int | None) -> str:
    return f"{rate / 1000:,.0f} kbit/s" if rate else ""


def _of_picture(path: Path) -> dict[str, str]:
    try:
        with Image.open(path) as image:
            exif = [
                (ExifTags.TAGS.get(number, str(number)), value)
                for number, value in image.getexif().items()
            ]
            told = [("format", image.format or ""), ("pixels", image.mode), *exif]
    except Exception:
        # Pillow does not know HEIC, and damaged EXIF raises whatever it likes.
        return {}
    return _kept(told)


def _kept(entries: Iterable[tuple[str, object]]) -> dict[str, str]:
    known = [(str(key)[:_LENGTH], str(value)[:_LENGTH]) for key, value in entries if value]
    return dict(known[:_ENTRIES])
