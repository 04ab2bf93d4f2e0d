from __future__ import annotations

import numpy as np
import pytest

from graphforensics.visualization.spread_nodes import spread_nodes


def least_distance(places: np.ndarray) -> float:
    between = np.linalg.norm(places[:, None] - places[None], axis=2)
    return between[~np.eye(len(places), dtype=bool)].min()


@pytest.mark.parametrize("count", [2, 3, 12, 16])
@pytest.mark.parametrize("centre", [(0.5, 0.5), (0.0, 0.0), (0.9, 0.5)])
def test_equal_places_come_apart(count: int, centre: tuple[float, float]):
    places = spread_nodes(np.tile(centre, (count, 1)), 0.15)
    assert least_distance(places) > 0.145
    assert places.min() >= 0.04
    assert places.max() <= 0.96


def test_a_crowd_stays_around_its_place():
    places = spread_nodes(np.full((12, 2), 0.5), 0.15)
    # Twelve discs of this size, packed as densely as discs go, need a radius of 0.27.
    assert np.linalg.norm(places - 0.5, axis=1).max() < 0.4
    assert np.linalg.norm(places.mean(axis=0) - 0.5) < 0.03


def test_who_has_room_does_not_move():
    given = np.array([[0.2, 0.2], [0.8, 0.2], [0.5, 0.5], [0.5, 0.5]])
    places = spread_nodes(given, 0.15)
    np.testing.assert_array_equal(places[:2], given[:2])
    assert least_distance(places) > 0.145


def test_a_fine_grid_stays_a_grid():
    side = (np.arange(14) + 0.5) / 14
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    np.testing.assert_allclose(spread_nodes(grid, 0.15, margin=0.0), grid)


def test_it_is_the_same_each_time():
    given = np.random.default_rng(0).uniform(0.4, 0.6, size=(12, 2))
    np.testing.assert_array_equal(spread_nodes(given, 0.15), spread_nodes(given, 0.15))


@pytest.mark.parametrize("count", [0, 1])
def test_few_nodes_are_no_trouble(count: int):
    assert spread_nodes(np.full((count, 2), 0.5), 0.15).shape == (count, 2)
