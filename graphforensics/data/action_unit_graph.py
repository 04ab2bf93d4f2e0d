"""A face picture as a graph of action units."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from graphforensics.data.face_graph import FaceGraph
from graphforensics.regions import action_unit_masks, region_centers


def action_unit_graph(
    image: NDArray[np.uint8], landmarks: NDArray[np.float32], label: float
) -> FaceGraph:
    """Turn a face into fifteen nodes with seven features each.

    Args:
        image: RGB ``[H, W, 3]``.
        landmarks: ``[68, 2]`` in pixels of ``image``.
        label: 1 fake, 0 real.

    Returns:
        A complete graph; its weights are the correlations of the nodes' standardised features.

    Example:
        >>> from graphforensics.data import action_unit_graph
        >>> rng = np.random.default_rng(0)
        >>> picture = rng.integers(0, 256, size=(96, 96, 3), dtype=np.uint8)
        >>> points = rng.uniform(20, 76, size=(68, 2)).astype(np.float32)
        >>> action_unit_graph(picture, points, label=0.0).x.shape
        torch.Size([15, 7])
    """
    height, width = image.shape[:2]
    maps = action_unit_masks(torch.from_numpy(landmarks), (height, width))
    share = maps.flatten(1) / maps.sum((1, 2)).clamp_min(1e-6)[:, None]
    pixels = torch.from_numpy(image).float().view(-1, 3) / 255
    grey = pixels.mean(1).view(height, width)
    down, across = torch.gradient(grey)
    mean = share @ pixels
    spread = (share @ pixels.square() - mean.square()).clamp_min(0).sqrt()
    slope = share @ (down.square() + across.square()).sqrt().view(-1, 1)
    x = torch.cat([mean, spread, slope], dim=1)
    scaled = (x - x.mean(0)) / x.std(0).clamp_min(1e-6)
    direction = torch.nn.functional.normalize(scaled, dim=1)
    return FaceGraph.from_dense(
        x, direction @ direction.T, pos=region_centers(maps), y=label, kind="au"
    )
