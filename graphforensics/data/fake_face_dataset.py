"""Moved to :mod:`graphforensics.datasets.fake_face_dataset`."""

from graphforensics._lazy import moved

__getattr__ = moved(__name__, "graphforensics.datasets.fake_face_dataset")
