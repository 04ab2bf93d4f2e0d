"""Moved to :mod:`graphforensics.datasets.perturbation`."""

from graphforensics._lazy import moved

__getattr__ = moved(__name__, "graphforensics.datasets.perturbation")
