"""Telling what the operating system refuses from what is wrong with a file."""

from __future__ import annotations

import errno

import av.error


def is_of_system(error: Exception) -> bool:
    """Say whether the operating system refused something, itself or through FFmpeg."""
    if isinstance(error, av.error.FFmpegError):
        return error.errno in errno.errorcode and error.errno != errno.EINVAL
    return isinstance(error, OSError)
