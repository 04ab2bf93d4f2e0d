"""When the frames of a video are shown, as its packets say."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import av
import av.error
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

from graphforensics.media.container_end import ContainerEnd, container_end
from graphforensics.media.video_source import VideoSource

# Containers that carry an index of their key frames.
_INDEXED = ("mov", "matroska")
# A container that keeps the times of decoding only.
_DECODING_TIMES = "avi"
# FFmpeg's clock for streams without a container; they have no times but those that it invents.
_RAW_CLOCK = Fraction(1, 1200000)
_FASTEST = 240


@dataclass(frozen=True)
class Timeline:
    """The frames that are shown, in presentation order.

    Args:
        stamps: Time stamp of each, ascending; empty where the file has none: frames are counted.
        times: Seconds from the first frame on.
        key_numbers: Which of them are key frames that can be sought.
        key_stamps: The time stamps to seek them by.
        truncated: What shows that the end of the file is missing, or ``None``.
    """

    stamps: NDArray[np.int64]
    times: NDArray[np.float64]
    key_numbers: NDArray[np.int64]
    key_stamps: NDArray[np.int64]
    truncated: str | None


class _Stamp(NamedTuple):
    pts: int | None
    dts: int | None
    is_key: bool
    duration: int = 0


class _Packets(NamedTuple):
    """What was read: frames that are shown, how many are not, where all streams end, an error."""

    shown: list[_Stamp]
    hidden: int
    end: float
    error: str | None


def read_timeline(path: Path, source: VideoSource) -> Timeline:
    """Read a video to its end without decoding it.

    Args:
        path: The file.
        source: The same, opened and not read yet.
    """
    stream = source.stream
    end = container_end(path)
    packets = _read(source, everything=end is None)
    truncated = packets.error or _missing_end(source, packets, end)
    shown = packets.shown
    known = [(stamp.pts, stamp) for stamp in shown if stamp.pts is not None]
    if len(known) < len(shown) or _is_counted(source, shown):
        empty = np.zeros(0, np.int64)
        return Timeline(empty, _counted(stream, shown), empty, empty, truncated)
    known.sort(key=lambda pair: pair[0])
    stamps = np.array([pts for pts, _ in known], np.int64)
    times = (stamps - stamps[:1]).astype(np.float64) * float(stream.time_base or 1)
    indexed = any(name in source.container.format.name for name in _INDEXED)
    keys = [number for number, (_, stamp) in enumerate(known) if stamp.is_key and indexed]
    # Containers index by decoding time, which is never later than the presentation time.
    decoded_at = [known[key][1].dts for key in keys]
    key_stamps = [
        known[key][0] if dts is None else min(known[key][0], dts)
        for key, dts in zip(keys, decoded_at, strict=True)
    ]
    return Timeline(
        stamps, times, np.array(keys, np.int64), np.array(key_stamps, np.int64), truncated
    )


def _read(source: VideoSource, everything: bool) -> _Packets:
    """Read the packets; of other streams than the video only where they end."""
    shown: list[_Stamp] = []
    hidden, end, error = 0, 0.0, None
    streams = () if everything else (source.stream,)
    try:
        for packet in source.container.demux(*streams):
            if packet.pts is not None and packet.time_base is not None:
                end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
            if not packet.size or packet.stream.index != source.stream.index:
                continue
            if packet.is_discard:
                # Decoded for the sake of later frames, but cut away by an edit list.
                hidden += 1
            else:
                duration = packet.duration or 0
                shown.append(_Stamp(packet.pts, packet.dts, packet.is_keyframe, duration))
    except av.error.FFmpegError as failure:
        error = f"reading stops after {len(shown)} frames ({failure})"
    return _Packets(shown, hidden, end, error)


def _is_counted(source: VideoSource, shown: list[_Stamp]) -> bool:
    """Whether what the packets call presentation times are none."""
    if source.stream.time_base == _RAW_CLOCK:
        return True
    # AVI has the times of decoding. They are those of presentation where frames are not reordered.
    return source.container.format.name == _DECODING_TIMES and (
        bool(source.stream.codec_context.has_b_frames)
        or any(stamp.pts != stamp.dts for stamp in shown)
    )


def _counted(stream: VideoStream, shown: list[_Stamp]) -> NDArray[np.float64]:
    """Give frames the times at which one more can be shown, or even ones."""
    decoded = sorted(stamp.dts for stamp in shown if stamp.dts is not None)
    if len(decoded) == len(shown) and stream.time_base not in (None, _RAW_CLOCK):
        ticks = np.array(decoded, np.int64)
        return (ticks - ticks[:1]).astype(np.float64) * float(stream.time_base or 1)
    return np.arange(len(shown), dtype=np.float64) / float(_rate(stream))


def _rate(stream: VideoStream) -> Fraction:
    """Return frames a second; of a bare stream what the codec's header says."""
    told = [stream.average_rate, stream.guessed_rate]
    if stream.time_base == _RAW_CLOCK:
        told.reverse()
    return next((rate for rate in told if rate and 0 < rate <= _FASTEST), Fraction(25))


def _missing_end(source: VideoSource, packets: _Packets, end: ContainerEnd | None) -> str | None:
    if end is not None and not end.cut:
        # Lists of frames also name those that an edit has cut away, and AVI's those never written.
        return None
    return (
        _missing_frames(source, packets)
        or _missing_seconds(source, packets)
        or (f"the file ends after {end.there:,} of {end.declared:,} bytes" if end else None)
    )


def _missing_frames(source: VideoSource, packets: _Packets) -> str | None:
    count = len(packets.shown) + packets.hidden
    if source.container.format.name == _DECODING_TIMES:
        # Frames that were dropped in recording are counted, too.
        count = max([count, *(1 + stamp.dts for stamp in packets.shown if stamp.dts is not None)])
    total = source.stream.frames
    return f"the file ends after {count} of {total} frames" if total > count else None


def _missing_seconds(source: VideoSource, packets: _Packets) -> str | None:
    known = sorted((stamp.pts, stamp.duration) for stamp in packets.shown if stamp.pts is not None)
    duration = source.container.duration
    if not known or duration is None:
        return None
    # A packet need not say how long it is shown: the longest pause, or a second, stands for it.
    pause = max((after[0] - before[0] for before, after in pairwise(known)), default=0)
    last, shown_for = known[-1]
    base = source.stream.time_base or Fraction(1)
    still = float(max(shown_for, pause) * base) or 1.0
    # The longest stream tells how long the file is: sound may go on when the pictures are over.
    reached = max(float(last * base) + still, packets.end)
    seconds = reached - (source.container.start_time or 0) / av.time_base
    wanted = duration / av.time_base
    if seconds < 0.9 * wanted:
        return f"the file ends after {seconds:.1f} of {wanted:.1f} seconds"
    return None
