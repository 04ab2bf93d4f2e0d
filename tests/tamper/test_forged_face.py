import numpy as np
import pytest

from graphforensics.errors import NoFaceError
from graphforensics.tamper.forged_face import (
    check_picture,
    first_size,
    mix,
    untouched,
    window_around,
)

IMAGE = np.random.default_rng(0).integers(0, 256, (20, 30, 3)).astype(np.uint8)


def test_mixing_by_its_equation() -> None:
    rng = np.random.default_rng(1)
    pasted, mask = rng.uniform(-20, 275, (5, 6, 3)), rng.uniform(0, 1, (5, 6))
    mask[0] = 0.001
    forged = mix(IMAGE, pasted, mask, (10, 4))
    share = np.rint(mask * 255)[..., None] / 255
    below = IMAGE[4:9, 10:16].astype(float)
    wanted = share * pasted.clip(0, 255) + (1 - share) * below
    np.testing.assert_allclose(forged.image[4:9, 10:16], wanted, atol=0.501)
    np.testing.assert_allclose(forged.mask[4:9, 10:16], share[..., 0], atol=1e-7)
    # A share that no byte can hold is none.
    np.testing.assert_array_equal(forged.image[4], IMAGE[4])
    assert not forged.mask[4].any()
    np.testing.assert_array_equal(forged.image[forged.mask == 0], IMAGE[forged.mask == 0])


def test_untouched_is_a_copy() -> None:
    same = untouched(IMAGE)
    np.testing.assert_array_equal(same.image, IMAGE)
    assert same.image is not IMAGE
    assert not same.mask.any()
    assert same.mask.shape == (20, 30)


def test_windows_end_where_the_picture_does() -> None:
    points = np.array([[5.0, 5.0], [10.5, 8.0]])
    assert window_around(points, 2, (20, 30)) == ((3, 3), (8, 11))
    assert window_around(points, 90, (20, 30)) == ((0, 0), (20, 30))
    with pytest.raises(NoFaceError, match="outside the picture"):
        window_around(points + 100, 2, (20, 30))


def test_bad_input() -> None:
    for wrong in (IMAGE[..., 0], IMAGE[..., :2], IMAGE.astype(float)):
        with pytest.raises(ValueError, match="'image' must be uint8"):
            check_picture(wrong)
    with pytest.raises(ValueError, match="each time it is iterated"):
        first_size(iter([IMAGE]))
    with pytest.raises(ValueError, match="at least one frame"):
        first_size([])
    assert first_size([IMAGE]) == (20, 30)
