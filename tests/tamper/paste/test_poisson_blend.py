import numpy as np
import pytest
from skimage.data import astronaut

from graphforensics.tamper.paste import poisson_blend


def _disc(size: int, radius: float, middle: tuple[float, float] | None = None) -> np.ndarray:
    y, x = np.mgrid[:size, :size]
    row, column = middle or (size / 2, size / 2)
    return (y - row) ** 2 + (x - column) ** 2 < radius**2


@pytest.fixture
def pair() -> tuple[np.ndarray, np.ndarray]:
    photograph = astronaut().astype(np.float64)
    return photograph[80:130, 190:240], photograph[300:350, 60:110]


def _laplacian(picture: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Sum over neighbours inside the picture of what a pixel is more than they are."""
    total = np.zeros_like(picture)
    for axis in (0, 1):
        step = np.diff(picture, axis=axis)
        first = [slice(None)] * 2
        last = [slice(None)] * 2
        first[axis], last[axis] = slice(None, -1), slice(1, None)
        total[tuple(first)] -= step
        total[tuple(last)] += step
    return total[mask]


@pytest.mark.parametrize("middle", [(25, 25), (3, 8), (49, 49)])
def test_the_equation_holds(
    pair: tuple[np.ndarray, np.ndarray], middle: tuple[float, float]
) -> None:
    source, target = pair
    mask = _disc(50, 15, middle)
    blended = poisson_blend(source, target, mask)
    np.testing.assert_array_equal(blended[~mask], target[~mask].astype(np.float32))
    np.testing.assert_allclose(
        _laplacian(blended.astype(np.float64), mask), _laplacian(source, mask), atol=2e-3
    )


def test_a_shifted_copy_gives_the_target(pair: tuple[np.ndarray, np.ndarray]) -> None:
    mask = _disc(50, 20)
    blended = poisson_blend(pair[0] + [10, -20, 30], pair[0], mask)
    np.testing.assert_allclose(blended, pair[0], atol=1e-3)


def test_an_empty_mask(pair: tuple[np.ndarray, np.ndarray]) -> None:
    blended = poisson_blend(*pair, np.zeros((50, 50), bool))
    np.testing.assert_array_equal(blended, pair[1].astype(np.float32))


def test_agrees_with_opencv(pair: tuple[np.ndarray, np.ndarray]) -> None:
    cv2 = pytest.importorskip("cv2", reason="opencv is not installed: nothing to compare with")
    # Smooth pictures, so that clipping and rounding to bytes do not hide the solution.
    smooth = [cv2.GaussianBlur(one, (0, 0), 4) * 0.5 + 60 for one in pair]
    source, target = (np.rint(one).astype(np.uint8) for one in smooth)
    mask = np.zeros((50, 50), bool)
    mask[10:40, 10:40] = True
    # It centres the box of the mask, whose rim it eats into, on the given point.
    theirs = cv2.seamlessClone(
        source, target, mask.astype(np.uint8) * 255, (25, 25), cv2.NORMAL_CLONE
    )
    ours = poisson_blend(source.astype(float), target.astype(float), mask)
    inside = np.zeros_like(mask)
    inside[14:36, 14:36] = True
    change = np.abs(target.astype(float) - source)[inside].mean()
    assert np.abs(ours - theirs)[inside].mean() < 0.15 * change


def test_bad_input(pair: tuple[np.ndarray, np.ndarray]) -> None:
    source, target = pair
    with pytest.raises(ValueError, match="must both be"):
        poisson_blend(source, target[1:], np.zeros((50, 50), bool))
    with pytest.raises(ValueError, match="must be boolean"):
        poisson_blend(source, target, np.zeros((50, 50)))
    with pytest.raises(ValueError, match="must leave some of the target"):
        poisson_blend(source, target, np.ones((50, 50), bool))
