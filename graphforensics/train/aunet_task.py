"""Moved to :mod:`graphforensics.train.tasks.aunet_task`."""

from graphforensics._lazy import moved

__getattr__ = moved(__name__, "graphforensics.train.tasks.aunet_task")
