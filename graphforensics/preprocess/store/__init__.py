"""Moved to :mod:`graphforensics.store`."""

from graphforensics._lazy import moved

__getattr__ = moved(__name__, "graphforensics.store")
