from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.ndimage import center_of_mass

from graphforensics.regions import region_centers
from tests.regions.faces import check_compiles_and_exports


def test_against_scipy():
    maps = torch.rand(2, 3, 7, 9, dtype=torch.float64)
    got = region_centers(maps)
    assert got.shape == (2, 3, 2)
    for b in range(2):
        for n in range(3):
            y, x = center_of_mass(maps[b, n].numpy())
            np.testing.assert_allclose(got[b, n], [(x + 0.5) / 9, (y + 0.5) / 7])


def test_maps_that_look_nowhere():
    maps = torch.stack([torch.zeros(4, 6), torch.full((4, 6), -1.0), torch.full((4, 6), 3.0)])
    torch.testing.assert_close(region_centers(maps), torch.full((3, 2), 0.5))


def test_negative_entries_count_as_zero():
    maps = torch.tensor([[[-5.0, 1.0], [-5.0, -5.0]]])
    assert region_centers(maps).tolist() == [[0.75, 0.25]]


def test_nan_shows_in_its_own_map_only():
    maps = torch.rand(2, 3, 4)
    maps[0, 1, 1] = torch.nan
    centers = region_centers(maps)
    assert bool(centers[0].isnan().all())
    assert bool(centers[1].isfinite().all())


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_does_not_overflow(dtype: torch.dtype):
    maps = torch.full((1, 512, 512), 60_000.0).to(dtype)
    centers = region_centers(maps)
    assert centers.dtype == dtype
    assert centers.tolist() == [[0.5, 0.5]]


def test_tiny_maps_keep_their_centre():
    maps = torch.zeros(1, 4, 4)
    maps[0, 0, 3] = 1e-44
    assert region_centers(maps).tolist() == [[0.875, 0.125]]


def test_gradients():
    maps = torch.rand(2, 3, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(region_centers, maps)


def test_errors():
    with pytest.raises(ValueError, match=r"\[N, h, w\] or \[B, N, h, w\] \(got \[4, 4\]\)"):
        region_centers(torch.zeros(4, 4))
    with pytest.raises(ValueError, match=r"got \[1, 0, 4\]"):
        region_centers(torch.zeros(1, 0, 4))
    with pytest.raises(ValueError, match="floating"):
        region_centers(torch.zeros(1, 4, 4).int())


def test_compiled_and_exported():
    check_compiles_and_exports(region_centers, torch.rand(2, 3, 4, 4))
