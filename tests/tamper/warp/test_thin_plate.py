import numpy as np
import pytest
import torch
from scipy.interpolate import RBFInterpolator

from graphforensics.tamper.warp import thin_plate_map, thin_plate_spline


def _knots(seed: int, count: int = 12) -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, 100, (2, count, 2))
    return torch.from_numpy(points), torch.from_numpy(points + rng.normal(0, 5, points.shape))


def test_agrees_with_scipy() -> None:
    points, values = _knots(0)
    places = torch.from_numpy(np.random.default_rng(1).uniform(-20, 120, (2, 50, 2)))
    ours = thin_plate_spline(points, values, places)
    for one in range(2):
        theirs = RBFInterpolator(points[one], values[one], kernel="thin_plate_spline")
        np.testing.assert_allclose(ours[one], theirs(places[one].numpy()), rtol=1e-9, atol=1e-6)


def test_smoothing_agrees_with_scipy() -> None:
    points, values = _knots(2)
    # Ours counts in the spread of the points; scipy's in pixels.
    away = points[0] - points[0].mean(0)
    unit = float(away.norm(dim=1).max())
    places = points + 1
    ours = thin_plate_spline(points, values, places, smoothing=0.01)[0]
    theirs = RBFInterpolator(
        points[0] / unit, values[0], kernel="thin_plate_spline", smoothing=0.01
    )
    np.testing.assert_allclose(ours, theirs(places[0].numpy() / unit), rtol=1e-9, atol=1e-6)


def test_knots_are_met_and_affine_maps_are_kept() -> None:
    points, values = _knots(3)
    torch.testing.assert_close(thin_plate_spline(points, values, points), values)
    turn = torch.tensor([[0.0, 2.0], [-1.0, 0.5]], dtype=torch.float64)
    places = points * 0.7 + 3
    torch.testing.assert_close(thin_plate_spline(points, points @ turn, places), places @ turn)


def test_a_batch_is_its_singles() -> None:
    points, values = _knots(4)
    both = thin_plate_spline(points, values, points + 2)
    single = thin_plate_spline(points[1:], values[1:], points[1:] + 2)
    torch.testing.assert_close(both[1:], single)


@pytest.mark.parametrize("size", [(9, 13), (8, 14), (2, 3), (30, 5)])
def test_the_map_is_the_spline_at_the_pixels(size: tuple[int, int]) -> None:
    # Knots as far from each other as those of a face of 200 pixels.
    grid = np.stack(np.meshgrid(np.arange(0, 91, 15), np.arange(0, 91, 15)), axis=2)
    target = torch.from_numpy(grid.reshape(1, -1, 2)).double().expand(2, -1, -1)
    source = target + 3 * torch.sin(target.flip(2) / 20)
    places = thin_plate_map(source, target, size, corner=(40, 30))
    assert places.shape == (2, *size, 2)
    x, y = np.meshgrid(40 + np.arange(size[1]), 30 + np.arange(size[0]))
    pixels = torch.from_numpy(np.stack([x, y], axis=2).reshape(1, -1, 2)).double().expand(2, -1, -1)
    exact = thin_plate_spline(target, source, pixels).view(2, *size, 2)
    # Exact at every fourth pixel, to a tenth of a pixel between.
    torch.testing.assert_close(places[:, ::4, ::4], exact[:, ::4, ::4])
    assert float((places - exact).abs().max()) < 0.1


def test_bad_input() -> None:
    points, values = _knots(6)
    with pytest.raises(ValueError, match="'points' must be"):
        thin_plate_spline(points[:, :2], values[:, :2], points)
    with pytest.raises(ValueError, match="'values' must be"):
        thin_plate_spline(points, values[:1], points)
    with pytest.raises(ValueError, match="'places' must be"):
        thin_plate_spline(points, values, points[:1])
    line = torch.arange(4.0).view(1, 4, 1).expand(1, 4, 2)
    with pytest.raises(ValueError, match="must not coincide nor lie on a line"):
        thin_plate_spline(line, line, line)
    same = torch.zeros(1, 4, 2)
    with pytest.raises(ValueError, match="must not coincide nor lie on a line"):
        thin_plate_spline(same, same, same)
