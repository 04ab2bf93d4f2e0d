"""Moved to :mod:`graphforensics.evaluation.protocol`."""

from graphforensics._lazy import moved

__getattr__ = moved(__name__, "graphforensics.evaluation.protocol")
