"""Moved to :mod:`graphforensics.train.tasks.detection_task`."""

from graphforensics._lazy import moved

__getattr__ = moved(__name__, "graphforensics.train.tasks.detection_task")
