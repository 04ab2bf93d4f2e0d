"""Moved to :mod:`graphforensics.train.tasks.deepfake_mae_pretrain_task`."""

from graphforensics._lazy import moved

__getattr__ = moved(__name__, "graphforensics.train.tasks.deepfake_mae_pretrain_task")
