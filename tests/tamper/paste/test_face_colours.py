import numpy as np
import pytest
from skimage.color import lab2rgb, rgb2lab
from skimage.data import astronaut
from skimage.exposure import match_histograms

from graphforensics.tamper.paste import FaceColours, match_colours

FREE = (0.0, float("inf"))


@pytest.fixture
def pair() -> tuple[np.ndarray, np.ndarray]:
    photograph = astronaut()
    return photograph[80:140, 190:250], photograph[300:360, 60:130]


def _everywhere(picture: np.ndarray) -> np.ndarray:
    return np.ones(picture.shape[:2], bool)


def _colours(picture: np.ndarray) -> FaceColours:
    return FaceColours.of(picture, _everywhere(picture))


def test_statistics_by_their_equation(pair: tuple[np.ndarray, np.ndarray]) -> None:
    source, target = (rgb2lab(one / 255.0) for one in pair)
    wanted = target.mean((0, 1)) + target.std((0, 1)) / source.std((0, 1)) * (
        source - source.mean((0, 1))
    )
    found = match_colours(pair[0], *map(_colours, pair), "statistics", FREE)
    np.testing.assert_allclose(found, lab2rgb(wanted) * 255, atol=0.05)


def test_histograms_agree_with_scikit_image(pair: tuple[np.ndarray, np.ndarray]) -> None:
    source, target = (rgb2lab(one / 255.0) for one in pair)
    wanted = lab2rgb(match_histograms(source, target, channel_axis=2)) * 255
    found = match_colours(pair[0], *map(_colours, pair), "histogram", FREE)
    # They count every value, we know every 128th part of them.
    assert np.abs(found - wanted).mean() < 0.5


@pytest.mark.parametrize("how", ["statistics", "histogram"])
def test_own_colours_change_nothing(how: str, pair: tuple[np.ndarray, np.ndarray]) -> None:
    colours = _colours(pair[0])
    np.testing.assert_allclose(match_colours(pair[0], colours, colours, how), pair[0], atol=0.3)


@pytest.mark.parametrize("how", ["statistics", "histogram"])
def test_slopes_are_bounded(how: str) -> None:
    rng = np.random.default_rng(0)
    dull = rng.normal(120, 2, (40, 40, 1)).clip(0, 255).repeat(3, axis=2)
    vivid = rng.normal(140, 30, (40, 40, 1)).clip(0, 255).repeat(3, axis=2)
    found = match_colours(dull, _colours(dull), _colours(vivid), how)
    assert 1.2 < found.std() / dull.std() < 1.4
    assert abs(np.median(found) - np.median(vivid)) < 3


def test_one_colour_goes_to_one_colour() -> None:
    grey, skin = np.full((8, 8, 3), 90.0), np.tile([200.0, 150.0, 120.0], (8, 8, 1))
    for how in ("statistics", "histogram"):
        found = match_colours(grey, _colours(grey), _colours(skin), how)
        np.testing.assert_allclose(found, skin, atol=0.5)


def test_only_the_mask_counts() -> None:
    picture = np.zeros((4, 4, 3))
    picture[:2] = 255
    mask = np.zeros((4, 4), bool)
    mask[:2] = True
    np.testing.assert_allclose(FaceColours.of(picture, mask).mean, [100, 0, 0], atol=0.01)
    with pytest.raises(ValueError, match="at least one pixel"):
        FaceColours.of(picture, np.zeros((4, 4), bool))


def test_over_time_takes_the_flicker_out_and_leaves_the_trend() -> None:
    rng = np.random.default_rng(0)
    ramp = np.linspace(40, 60, 50)
    shown = ramp + rng.normal(0, 2, 50)
    seen = [FaceColours(np.full(3, one), np.full(3, 5.0), np.full((129, 3), one)) for one in shown]
    seen[20] = None
    smooth = FaceColours.over_time(seen, 25.0, 1.0)
    assert smooth[20] is None
    means = np.array([one.mean[0] for one in smooth if one is not None])
    assert np.std(means - np.delete(ramp, 20)) < 1.0
    assert np.diff(means).std() < 0.2 * np.diff(np.delete(shown, 20)).std()


def test_bad_input(pair: tuple[np.ndarray, np.ndarray]) -> None:
    colours = _colours(pair[0])
    with pytest.raises(ValueError, match="'how' must be"):
        match_colours(pair[0], colours, colours, "mean")
    with pytest.raises(ValueError, match="'gain' must ascend"):
        match_colours(pair[0], colours, colours, gain=(2.0, 1.0))
