"""An opened video: its packets and its frames as they are stored."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import av
import av.error
from av.container import InputContainer
from av.stream import Disposition
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from graphforensics.errors import UnreadableMediaError
from graphforensics.media.picture_file import MAX_PIXELS

# FFmpeg's own decoders pass over the channel of transparency that WebM keeps beside the colours.
_READS_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}


class VideoSource:
    """The moving pictures of an opened file.

    Args:
        container: The file.
        stream: The stream of it that is looked at.
    """

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self.container = container
        self.stream = stream
        own = _alpha_decoder(stream)
        self._decoder = stream.codec_context if own is None else own
        # One thread: many files are read at once by many processes.
        self._decoder.thread_count = 1

    def seek(self, stamp: int) -> None:
        """Go to the key frame at or before a time stamp."""
        self.container.seek(stamp, stream=self.stream)
        self._decoder.flush_buffers()

    def frames(self) -> Iterator[av.VideoFrame]:
        """Decode on, past damage: what cannot be decoded is left out."""
        packets = self.container.demux(self.stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except av.error.FFmpegError:
                # The end of a file that was cut off; the decoder still holds frames.
                yield from self._decoded(None)
                return
            yield from self._decoded(packet)

    def _decoded(self, packet: av.Packet[VideoStream] | None) -> list[av.VideoFrame]:
        try:
            return self._decoder.decode(packet)
        except av.error.FFmpegError:
            return []


@contextmanager
def opened_video(path: Path, form: str | None = None) -> Iterator[VideoSource]:
    """Open a file's first stream of moving pictures.

    Args:
        path: A regular file.
        form: FFmpeg's name of its format; by default it is told by the content.

    Raises:
        UnreadableMediaError: There is no such stream, or reading fails, in the block as well.
    """
    try:
        # A whole path: "12:30.mp4" would name a protocol. A title need not be UTF-8.
        name = os.path.abspath(path)
        with av.open(name, format=form, metadata_errors="replace") as container:
            yield VideoSource(container, _video_stream(path, container))
    except av.error.InvalidDataError as error:
        raise UnreadableMediaError(
            path, "is not a video or an image, or its header is damaged or cut off"
        ) from error
    except av.error.EOFError as error:
        raise UnreadableMediaError(path, "ends before its first frame") from error
    except MemoryError as error:
        raise UnreadableMediaError(path, "not enough memory to decode it") from error
    except (av.error.FFmpegError, OSError) as error:
        raise UnreadableMediaError(path, f"cannot be read ({error})") from error


def _video_stream(path: Path, container: InputContainer) -> VideoStream:
    """First stream of moving pictures; a sound file's cover picture is none."""
    still = Disposition.attached_pic | Disposition.timed_thumbnails
    videos = [stream for stream in container.streams.video if not stream.disposition & still]
    if not videos:
        held = "sound only" if container.streams.audio else "no video stream"
        raise UnreadableMediaError(path, f"holds {held}")
    context = videos[0].codec_context
    if context is None:
        raise UnreadableMediaError(path, "its video codec is unknown to the decoder")
    if context.width * context.height > MAX_PIXELS:
        raise UnreadableMediaError(
            path, f"is too large: {context.width} x {context.height}, bound {MAX_PIXELS} pixels"
        )
    return videos[0]


def _alpha_decoder(stream: VideoStream) -> VideoCodecContext | None:
    """Make a decoder that sees transparency, for streams that say they have some."""
    told = {key.lower(): value for key, value in stream.metadata.items()}
    name = _READS_ALPHA.get(stream.codec_context.codec.canonical_name)
    if name is None or told.get("alpha_mode") != "1":
        return None
    try:
        decoder = cast(VideoCodecContext, av.CodecContext.create(name, "r"))
    except ValueError:
        # A build of FFmpeg without libvpx shows the colours behind the transparent places.
        return None
    decoder.extradata = stream.codec_context.extradata
    return decoder
