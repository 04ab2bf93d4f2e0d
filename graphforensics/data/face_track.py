"""Moved to :mod:`graphforensics.store.face_track`."""

from graphforensics._lazy import moved

__getattr__ = moved(__name__, "graphforensics.store.face_track")
