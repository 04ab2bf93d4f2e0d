"""Moved to :mod:`graphforensics.datasets`."""

from graphforensics._lazy import moved

__getattr__ = moved(__name__, "graphforensics.datasets")
