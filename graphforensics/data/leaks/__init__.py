"""Moved to :mod:`graphforensics.splits.leaks`."""

from graphforensics._lazy import moved

__getattr__ = moved(__name__, "graphforensics.splits.leaks")
