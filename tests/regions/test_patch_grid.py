from __future__ import annotations

import pytest
import torch

from graphforensics.regions import patch_grid, region_centers


def test_two_by_three_by_hand():
    grid = patch_grid((4, 6), (2, 3))
    assert grid.boxes.tolist() == [
        [0, 0, 2, 2],
        [2, 0, 4, 2],
        [4, 0, 6, 2],
        [0, 2, 2, 4],
        [2, 2, 4, 4],
        [4, 2, 6, 4],
    ]
    sixth = 1 / 6
    wanted = [[sixth, 0.25], [0.5, 0.25], [5 * sixth, 0.25]]
    wanted += [[x, 0.75] for x, _ in wanted]
    torch.testing.assert_close(grid.centers, torch.tensor(wanted))


@pytest.mark.parametrize(("size", "k"), [(224, 14), ((299, 120), 5), (7, (3, 2))])
def test_boxes_tile_the_picture(size, k):
    grid = patch_grid(size, k, dtype=torch.float64)
    height, width = (size, size) if isinstance(size, int) else size
    left, top, right, bottom = grid.boxes.unbind(1)
    assert ((right - left) * (bottom - top)).sum().item() == pytest.approx(height * width)
    middle = torch.stack([(left + right) / 2 / width, (top + bottom) / 2 / height], 1)
    torch.testing.assert_close(grid.centers, middle)


def test_centres_are_those_of_the_patches_maps():
    maps = torch.eye(25).view(25, 5, 5)
    torch.testing.assert_close(patch_grid(299, 5).centers, region_centers(maps))


def test_errors():
    with pytest.raises(ValueError, match="'size'"):
        patch_grid(0, 5)
    with pytest.raises(ValueError, match="'k'"):
        patch_grid(10, (5, 0))
    with pytest.raises(ValueError, match="'k'"):
        patch_grid(10, (1, 2, 3))
