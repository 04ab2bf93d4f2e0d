"""Moved to :mod:`graphforensics.datasets.clip_dataset`."""

from graphforensics._lazy import moved

__getattr__ = moved(__name__, "graphforensics.datasets.clip_dataset")
