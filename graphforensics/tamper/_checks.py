"""What batched tampering checks before it computes."""

from __future__ import annotations

import torch
from torch import Tensor

from graphforensics.regions._checks import check_landmarks


def check_images(images: Tensor, landmarks: Tensor) -> None:
    """Raise ValueError unless images are RGB, in range, and as many as the landmarks."""
    if images.dim() < 4 or images.size(-3) != 3 or min(images.shape[-2:]) < 2:
        raise ValueError(
            f"'images' must be RGB [B, ..., 3, H, W] of at least 2 x 2 (got {list(images.shape)})"
        )
    if images.dtype != torch.uint8 and not images.is_floating_point():
        raise ValueError(f"'images' must be uint8 or floating point (got {images.dtype})")
    check_landmarks(landmarks)
    if images.shape[:-3] != landmarks.shape[:-2] or images.size(0) == 0:
        raise ValueError(
            f"'landmarks' must be [..., 68, 2] with the leading axes of 'images' "
            f"{list(images.shape[:-3])} (got {list(landmarks.shape)})"
        )
    if landmarks.device != images.device:
        raise ValueError(
            f"'landmarks' must be on the images' device {images.device} (got {landmarks.device})"
        )
    if images.is_floating_point() and images.numel():
        low, high = (float(end) for end in images.detach().aminmax())
        if not (low >= 0 and high <= 1):
            raise ValueError(f"floating 'images' must be in [0, 1] (got {low:g} to {high:g})")


def check_seeds(seeds: Tensor, count: int) -> None:
    """Raise ValueError unless there is an ``int64`` seed a sample."""
    if seeds.dtype != torch.int64 or tuple(seeds.shape) != (count,):
        met = f"{seeds.dtype} {list(seeds.shape)}"
        raise ValueError(f"'seeds' must be int64 [{count}] (got {met})")
