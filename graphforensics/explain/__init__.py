"""Explanations of verdicts."""

from graphforensics.explain.grad_cam import grad_cam

__all__ = ["grad_cam"]
