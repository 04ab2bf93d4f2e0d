"""The formats that are read, and the endings by which folders are searched for them."""

from __future__ import annotations

# Pillow's name of a format: its endings. Formats are named one by one because Pillow also claims
# MPEG video and other things that it cannot load.
_PILLOW = {
    "PNG": "png apng",
    "JPEG": "jpg jpeg jpe jfif",
    "MPO": "mpo",
    "GIF": "gif",
    "WEBP": "webp",
    "BMP": "bmp",
    "DIB": "dib",
    "TIFF": "tif tiff",
    "PPM": "ppm pgm pbm pnm pfm",
    "AVIF": "avif avifs",
    "JPEG2000": "jp2 j2k j2c jpc jpf jpx",
    "ICO": "ico",
    "ICNS": "icns",
    "PCX": "pcx",
    "SGI": "sgi bw rgb rgba",
    "QOI": "qoi",
    "DDS": "dds",
    "PSD": "psd",
}
_TGA = "tga icb vda vst"
_HEIF = "heic heif hif"
_FFMPEG_STILLS = "jxl exr hdr dpx"
_VIDEO = (
    "3g2 3gp amv asf avi divx dv f4v flv gxf m2t m2ts m2v m4v mjpeg mjpg mkv mk3d mod mov mp4 mpe "
    "mpeg mpg mpv mts mxf nut ogm ogv qt rm rmvb tod trp ts vob webm wmv wtv xvid "
    # Streams without a container, and frames without compression.
    "264 265 avc h261 h263 h264 h265 hevc ivf m1v obu vc1 y4m"
)

PILLOW_FORMATS = tuple(_PILLOW)
"""Formats of images and animations that are told by their first bytes."""

MJPEG_SUFFIXES = frozenset([".mjpeg", ".mjpg"])
"""Endings of files that hold JPEG images one after another."""

TGA_SUFFIXES = frozenset(f".{name}" for name in _TGA.split())
"""Endings of Targa images, which no first bytes tell."""

IMAGE_SUFFIXES = frozenset(
    f".{name}"
    for names in (*_PILLOW.values(), _TGA, _HEIF, _FFMPEG_STILLS)
    for name in names.split()
)
"""Endings of images and animations."""

VIDEO_SUFFIXES = frozenset(f".{name}" for name in _VIDEO.split())
"""Endings of videos."""

MEDIA_SUFFIXES = VIDEO_SUFFIXES | IMAGE_SUFFIXES
"""Endings of everything that is read."""
