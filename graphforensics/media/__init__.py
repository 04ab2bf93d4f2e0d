"""Reading and writing of videos, images and animations."""

from __future__ import annotations

# The only package that opens videos and images: nothing else imports av or PIL. The exception is
# graphforensics.datasets.drawn (canvas, scene, draw_face, drawn_video), which draws with Pillow's
# ImageDraw and ImageFilter and opens no file.
import gc
import os
from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.media.container_facts import ContainerFacts, container_facts
    from graphforensics.media.decode import probe, read_frames
    from graphforensics.media.frame import Frame
    from graphforensics.media.media_info import MediaInfo
    from graphforensics.media.open_media import Media, open_media
    from graphforensics.media.png import decode_png, encode_png
    from graphforensics.media.selection import (
        EvenFrames,
        EveryFrame,
        FrameSelection,
        Snippets,
        parse_selection,
    )
    from graphforensics.media.write_clip import write_clip

__all__ = [
    "ContainerFacts",
    "EvenFrames",
    "EveryFrame",
    "Frame",
    "FrameSelection",
    "Media",
    "MediaInfo",
    "Snippets",
    "container_facts",
    "decode_png",
    "encode_png",
    "open_media",
    "parse_selection",
    "probe",
    "read_frames",
    "write_clip",
]

if hasattr(os, "register_at_fork"):
    # FFmpeg's scalers and decoders wait for their threads when they are freed, and a forked process
    # has none of these threads. Garbage that holds one is thus never collected in a child, such as
    # a worker of torch's DataLoader: what it inherits stays as it is.
    os.register_at_fork(after_in_child=gc.freeze)

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "container_facts": "ContainerFacts container_facts",
        "decode": "probe read_frames",
        "frame": "Frame",
        "open_media": "Media open_media",
        "media_info": "MediaInfo",
        "png": "decode_png encode_png",
        "selection": "EvenFrames EveryFrame FrameSelection Snippets parse_selection",
        "write_clip": "write_clip",
    },
)
