from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import ndimage

from graphforensics.nn import attention_centre


def test_literal_maps():
    maps = torch.zeros(4, 2, 4)
    maps[0, 0, 0] = 3  # upper left pixel
    maps[1, 1, 3] = 0.1  # lower right pixel
    maps[2, 0, 0] = maps[2, 0, 3] = 1  # both upper corners; map 3 is empty
    wanted = [[0.125, 0.25], [0.875, 0.75], [0.5, 0.25], [0.5, 0.5]]
    assert np.allclose(attention_centre(maps).numpy(), wanted)


def test_against_scipy():
    maps = torch.rand(5, 6, 9).double()
    for one, got in zip(maps, attention_centre(maps), strict=True):
        y, x = ndimage.center_of_mass(one.numpy())
        assert np.allclose(got.numpy(), [(x + 0.5) / 9, (y + 0.5) / 6])


def test_shapes_half_nan_and_gradient():
    maps = torch.rand(2, 5, 3, 7, 7, requires_grad=True)
    out = attention_centre(maps)
    assert out.shape == (2, 5, 3, 2)
    assert ((out > 0) & (out < 1)).all()
    out.sum().backward()
    assert maps.grad.isfinite().all()
    half = attention_centre(maps.half() * 1000)  # sums beyond float16
    assert torch.allclose(half, out, atol=1e-3)
    assert attention_centre(torch.full((2, 2), float("nan"))).isnan().all()


def test_too_few_axes():
    with pytest.raises(ValueError, match=r"'attention' must be \[..., H, W\] \(got \[3\]\)"):
        attention_centre(torch.rand(3))
