"""Crops of another size: Pillow's filter, to a rounding."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from skimage.data import astronaut

from graphforensics.store.resize_crop import resize_crop, resize_points


@pytest.mark.parametrize("side", [37, 112, 299])
@pytest.mark.parametrize(("height", "width"), [(112, 112), (90, 91), (310, 300)])
def test_pillow_and_torch_agree(height: int, width: int, side: int) -> None:
    image = astronaut()[:height, 60 : 60 + width]
    expected = Image.fromarray(image).resize((side, side), Image.Resampling.BILINEAR)
    found = resize_crop(image, side).permute(1, 2, 0).numpy()
    difference = np.abs(found.astype(int) - np.asarray(expected).astype(int))
    assert difference.max() <= 2
    # Rounding up as often as down.
    assert abs(float(found.mean()) - np.asarray(expected).mean()) < 0.1


def test_a_crop_of_the_right_size_is_left_alone() -> None:
    image = astronaut()[:112, :112]
    assert (resize_crop(image, 112).permute(1, 2, 0).numpy() == image).all()


def test_a_share_takes_the_middle() -> None:
    image = astronaut()[:80, :80]
    found = resize_crop(image, 40, share=0.5)
    assert torch.equal(found, torch.from_numpy(image[20:60, 20:60].copy()).permute(2, 0, 1))
    fraction = resize_crop(image, 33, share=0.77)
    edge = 80 * 0.23 / 2
    box = (edge, edge, 80 - edge, 80 - edge)
    expected = Image.fromarray(image).resize((33, 33), Image.Resampling.BILINEAR, box=box)
    assert (fraction.permute(1, 2, 0).numpy() == np.asarray(expected)).all()


def test_views_are_resized_as_they_look() -> None:
    view = astronaut()[100:20:-1, 20:180:2]
    assert torch.equal(resize_crop(view, 30), resize_crop(view.copy(), 30))


def test_points_move_with_the_pixels() -> None:
    # Two pixels' middles at 0 and 1 become those of a pixel twice as large, and back.
    points = np.array([[[0.5, 0.5], [2.5, 0.5]]], np.float32)
    small = resize_points(points, np.array([[4, 4]]), 2)
    assert small.tolist() == [[[0.0, 0.0], [1.0, 0.0]]]
    assert resize_points(small, np.array([[2, 2]]), 4).tolist() == points.tolist()
    # The middle half: its corner pixel (1, 1) is the first.
    inner = resize_points(np.array([[[1.0, 1.0]]], np.float32), np.array([[4, 4]]), 2, share=0.5)
    assert inner.tolist() == [[[0.0, 0.0]]]
