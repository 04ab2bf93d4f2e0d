import numpy as np
from skimage.data import astronaut

from graphforensics.media.resize import reduce, resize, resize_part, to_grey
from graphforensics.media.warp import warp


def test_means_over_areas() -> None:
    image = astronaut()[:96, :120]
    means = image.reshape(24, 4, 30, 4, 3).mean(axis=(1, 3))
    for found in (resize(image, 30, 24, "box"), reduce(image, 4)):
        assert np.abs(found - means).max() <= 1


def test_triangles_widen_with_the_scale() -> None:
    image = astronaut()[:64, :64]
    # Halved, a triangle of radius 2 source pixels: weights 1, 3, 3, 1 of 8.
    weights = np.array([1, 3, 3, 1]) / 8
    inner = image[19:23, 29:33].astype(float)
    wanted = np.einsum("i,j,ijc->c", weights, weights, inner)
    assert np.abs(resize(image, 32, 32)[10, 15] - wanted).max() <= 1


def test_a_part_is_black_where_it_leaves_the_picture() -> None:
    image = np.full((40, 40, 3), 200, np.uint8)
    part = resize_part(image, (-20.0, 0.0, 20.0, 40.0), 20)
    assert not part[:, :8].any()
    assert (part[:, 12:] == 200).all()
    assert resize_part(image[..., 0], (0.0, 0.0, 40.0, 40.0), 10).shape == (10, 10)


def test_grey_is_the_luma() -> None:
    image = astronaut()[:32, :32]
    assert np.abs(to_grey(image) - image @ [0.299, 0.587, 0.114]).max() <= 1
    np.testing.assert_array_equal(to_grey(image[..., 0]), image[..., 0])


def test_a_warp_looks_pixels_up() -> None:
    image = astronaut()[:64, :64]
    shifted = warp(image, np.array([[1.0, 0.0, 5.0], [0.0, 1.0, 7.0]]), 32)
    np.testing.assert_array_equal(shifted, image[7:39, 5:37])
