"""Moved to :mod:`graphforensics.datasets.drawn`."""

from graphforensics._lazy import moved

__getattr__ = moved(__name__, "graphforensics.datasets.drawn")
