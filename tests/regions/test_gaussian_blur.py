from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from graphforensics.regions import gaussian_blur
from graphforensics.regions.gaussian_blur import gaussian_kernel


@pytest.mark.parametrize("shape", [(20, 30), (3, 20, 30), (2, 3, 20, 30), (0, 3, 9, 9)])
@pytest.mark.parametrize("sigma", [0.0, 0.3, 1.0, 4.0])
def test_against_scipy(shape: tuple[int, ...], sigma: float):
    images = torch.randn(shape, dtype=torch.float64)
    got = gaussian_blur(images, sigma)
    assert got.shape == shape
    for image, blurred in zip(
        images.reshape(-1, *shape[-2:]), got.reshape(-1, *shape[-2:]), strict=True
    ):
        wanted = gaussian_filter(
            image.numpy(), sigma, mode="constant", radius=int(np.ceil(4 * sigma))
        )
        np.testing.assert_allclose(blurred.numpy(), wanted, atol=1e-12)


def test_a_constant_stays_inside():
    blurred = gaussian_blur(torch.ones(31, 31), 2.0)
    assert abs(blurred[15, 15].item() - 1) < 1e-6
    assert abs(blurred[0, 15].item() - 0.6) < 0.02  # half of it and half of the middle weight


def test_gradients():
    images = torch.randn(2, 6, 6, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: gaussian_blur(x, 0.8), images)


def test_errors():
    with pytest.raises(ValueError, match="'sigma'"):
        gaussian_blur(torch.zeros(4, 4), -1.0)
    with pytest.raises(ValueError, match="'sigma'"):
        gaussian_kernel(float("nan"))
    with pytest.raises(ValueError, match=r"floating \[..., H, W\] \(got torch.int64 \[4, 4\]\)"):
        gaussian_blur(torch.zeros(4, 4).long(), 1.0)
    with pytest.raises(ValueError, match=r"\[4\]"):
        gaussian_blur(torch.zeros(4), 1.0)
