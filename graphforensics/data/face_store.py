"""Moved to :mod:`graphforensics.store.face_store`."""

from graphforensics._lazy import moved

__getattr__ = moved(__name__, "graphforensics.store.face_store")
