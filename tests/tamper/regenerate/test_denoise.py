import numpy as np
import pytest
import torch
from torch import Tensor

from graphforensics.tamper.regenerate.denoise import bilateral, shrink_wavelets


@pytest.fixture
def noisy() -> tuple[Tensor, Tensor]:
    """A step between two flat areas, clean and with noise."""
    clean = torch.full((1, 3, 32, 32), 0.3)
    clean[..., 16:] = 0.7
    return clean, clean + 0.02 * torch.randn(
        clean.shape, generator=torch.Generator().manual_seed(0)
    )


@pytest.mark.parametrize("denoise", [bilateral, shrink_wavelets])
def test_noise_goes_and_the_edge_stays(noisy, denoise) -> None:
    clean, given = noisy
    made = denoise(given, 0.06)
    assert made.shape == given.shape
    assert (made - clean).std() < 0.5 * (given - clean).std()
    step = made[..., 17:20].mean() - made[..., 12:15].mean()
    assert step == pytest.approx(0.4, abs=0.02)
    assert torch.equal(denoise(given[:, :, :, :].repeat(2, 1, 1, 1), 0.06)[1], made[0])


def test_bilateral_is_its_equation() -> None:
    pixels = torch.rand(1, 3, 5, 6, generator=torch.Generator().manual_seed(1)).double()
    made = bilateral(pixels, 0.2, radius=1, spread=0.8)
    padded = np.pad(pixels[0].numpy(), ((0, 0), (1, 1), (1, 1)), mode="edge")
    total, weights = np.zeros(3), 0.0
    here = pixels[0, :, 2, 3].numpy()
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            other = padded[:, 3 + down, 4 + right]
            apart = ((other - here) ** 2).mean()
            weight = np.exp(-(down**2 + right**2) / (2 * 0.8**2) - apart / (2 * 0.2**2))
            total, weights = total + weight * other, weights + weight
    np.testing.assert_allclose(made[0, :, 2, 3].numpy(), total / weights, rtol=1e-6)


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (7, 8)])
def test_small_pictures_and_no_shrinkage(size: tuple[int, int]) -> None:
    pixels = torch.rand(2, 3, *size)
    assert torch.allclose(shrink_wavelets(pixels, 0.0), pixels, atol=1e-6)
    assert torch.isfinite(bilateral(pixels, 0.1)).all()
