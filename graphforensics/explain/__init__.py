"""Explanations of verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.explain.grad_cam import grad_cam

__all__ = [
    "grad_cam",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "grad_cam": "grad_cam",
    },
)
