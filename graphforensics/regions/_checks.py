"""What every function of landmarks checks before it computes."""

from __future__ import annotations

import torch
from torch import Tensor

from graphforensics.regions.landmark_groups import NUM_LANDMARKS


def check_landmarks(landmarks: Tensor) -> None:
    """Raise ValueError unless landmarks are floating ``[..., 68, 2]``."""
    if landmarks.dim() < 2 or tuple(landmarks.shape[-2:]) != (NUM_LANDMARKS, 2):
        raise ValueError(
            f"'landmarks' must be [..., {NUM_LANDMARKS}, 2] (got {list(landmarks.shape)})"
        )
    if not landmarks.is_floating_point():
        raise ValueError(f"'landmarks' must be floating point (got {landmarks.dtype})")


def landmark_batch(landmarks: Tensor) -> Tensor:
    """Return landmarks as ``[B, 68, 2]``, float32 unless float64, or raise ValueError."""
    wanted = f"[{NUM_LANDMARKS}, 2] or [B, {NUM_LANDMARKS}, 2]"
    batch = point_batch("landmarks", landmarks, wanted)
    if batch.size(1) != NUM_LANDMARKS:
        raise ValueError(f"'landmarks' must be {wanted} (got {list(landmarks.shape)})")
    return batch


def point_batch(name: str, points: Tensor, wanted: str) -> Tensor:
    """Return points as a finite ``[B, P, 2]``, float32 unless float64, or raise ValueError."""
    if not isinstance(points, Tensor):
        raise ValueError(f"'{name}' must be a tensor {wanted} (got {type(points).__name__})")
    if points.dim() not in (2, 3) or points.size(-1) != 2 or points.size(-2) == 0:
        raise ValueError(f"'{name}' must be {wanted} (got {list(points.shape)})")
    if points.is_complex() or points.dtype == torch.bool:
        raise ValueError(f"'{name}' must be real numbers (got {points.dtype})")
    batch = points if points.dim() == 3 else points.unsqueeze(0)
    batch = batch if batch.dtype == torch.float64 else batch.float()
    refuse(~is_finite(batch), f"'{name}' must be finite")
    return batch


def is_finite(points: Tensor) -> Tensor:
    """Say of each face ``[B]`` whether all its points are numbers."""
    return torch.isfinite(points).flatten(1).all(1)


def refuse(wrong: Tensor, demand: str) -> None:
    """Raise ValueError that names the wrong faces of ``wrong [B]``.

    A compiled or exported graph cannot branch on values: there the caller's result for a
    wrong face is NaN, or no patch at all, as its documentation says.
    """
    if torch.compiler.is_compiling() or not bool(wrong.any()):
        return
    faces = ", ".join(map(str, wrong.nonzero().flatten().tolist()))
    raise ValueError(f"{demand} (got otherwise in face {faces} of {wrong.numel()})")


def size_pair(name: str, size: int | tuple[int, int]) -> tuple[int, int]:
    """Return (height, width), or raise ValueError."""
    pair = (size, size) if isinstance(size, int) else tuple(size)
    if len(pair) != 2 or min(pair) < 1:
        raise ValueError(f"'{name}' must be a positive side or (height, width) (got {size})")
    return pair


def unbatch(result: Tensor, like: Tensor) -> Tensor:
    """Drop the batch axis again where the points ``like`` had none."""
    return result if like.dim() == 3 else result.squeeze(0)
