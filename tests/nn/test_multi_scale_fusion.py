from __future__ import annotations

import numpy as np
import pytest
import torch

from graphforensics.nn import MultiScaleFusion


def bilinear(plane: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Pixel middles keep their places; beyond the outermost ones nothing changes."""
    resized = np.empty(size)
    for i in range(size[0]):
        for j in range(size[1]):
            y = min(max((i + 0.5) * plane.shape[0] / size[0] - 0.5, 0), plane.shape[0] - 1)
            x = min(max((j + 0.5) * plane.shape[1] / size[1] - 0.5, 0), plane.shape[1] - 1)
            top, left = int(y), int(x)
            low, right = min(top + 1, plane.shape[0] - 1), min(left + 1, plane.shape[1] - 1)
            up = plane[top, left] * (1 - x + left) + plane[top, right] * (x - left)
            down = plane[low, left] * (1 - x + left) + plane[low, right] * (x - left)
            resized[i, j] = up * (1 - y + top) + down * (y - top)
    return resized


def test_against_numpy():
    maps = [torch.rand(2, c, h, w).double() for c, h, w in ((1, 9, 8), (2, 5, 4), (3, 3, 2))]
    met = MultiScaleFusion()(*maps)
    planes = [
        [bilinear(plane.numpy(), (3, 2)) for one in maps for plane in one[sample]]
        for sample in range(2)
    ]
    np.testing.assert_allclose(met.numpy(), np.array(planes), atol=1e-12)
    assert torch.equal(met[:, 3:], maps[-1])


def test_wrong_maps():
    with pytest.raises(ValueError, match="'maps' must be at least one"):
        MultiScaleFusion()()
    with pytest.raises(ValueError, match=r"'maps' must be \[1, C, H, W\]"):
        MultiScaleFusion()(torch.rand(2, 3, 4, 4), torch.rand(1, 3, 2, 2))
    with pytest.raises(ValueError, match="'multiple' must be positive"):
        MultiScaleFusion(0)


def test_enlarged_until_it_can_be_divided():
    maps = [torch.rand(1, 1, 8, 9).double(), torch.rand(1, 1, 4, 6).double()]
    met = MultiScaleFusion(multiple=5)(*maps)
    assert met.shape == (1, 2, 5, 10)
    for one, plane in zip(maps, met[0], strict=True):
        np.testing.assert_allclose(plane.numpy(), bilinear(one[0, 0].numpy(), (5, 10)), atol=1e-12)
    assert torch.equal(MultiScaleFusion(multiple=2)(maps[1]), maps[1])
