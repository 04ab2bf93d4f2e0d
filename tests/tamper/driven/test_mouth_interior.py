import numpy as np
import pytest

from graphforensics.regions.mean_face import mean_face
from graphforensics.tamper.driven.mouth_interior import MouthInterior, fill_mouth
from graphforensics.tamper.paste import fill_polygon

FACE = mean_face(200, 1.6).double().numpy()
SIZE = (200, 200)
SKIN = np.array([200, 150, 120], np.uint8)
TONGUE = np.array([30, 90, 200], np.uint8)


def _opened(gap: float) -> np.ndarray:
    face = FACE.copy()
    face[[*range(55, 60), *range(65, 68)], 1] += gap
    return face


def _drawn(face: np.ndarray) -> np.ndarray:
    """A face of one colour, whose mouth holds another."""
    image = np.tile(SKIN, (200, 200, 1))
    image[fill_polygon(face[60:68], (200, 200))] = TONGUE
    return image


def test_the_frame_in_which_the_mouth_is_open_widest() -> None:
    faces = [FACE, None, _opened(14), _opened(8)]
    frames = [_drawn(FACE), _drawn(FACE), _drawn(faces[2]), _drawn(faces[3])]
    found = MouthInterior.find(iter(frames), faces, SIZE)
    assert found is not None
    middle = found.lips.mean(axis=0).round().astype(int)
    np.testing.assert_array_equal(found.picture[middle[1], middle[0]], TONGUE)


def test_a_mouth_that_is_never_open_has_no_interior() -> None:
    assert MouthInterior.find([_drawn(FACE)], [FACE], SIZE) is None


def test_a_mouth_beyond_the_rim_has_no_interior() -> None:
    wide = _opened(14)
    assert MouthInterior.find([_drawn(wide)], [wide], SIZE) is not None
    for away in ([0, 70], [-130, 0], [0, -400]):
        assert MouthInterior.find([_drawn(wide)], [wide + away], SIZE) is None


@pytest.mark.parametrize("gap", [8.0, 14.0])
def test_an_opened_mouth_shows_the_other_frame_s_interior(gap: float) -> None:
    source, wanted = _opened(12), _opened(gap)
    interior = MouthInterior.find([_drawn(source)], [source], SIZE)
    plain = np.tile(SKIN, (200, 200, 1)).astype(np.float32)
    filled = fill_mouth(plain, FACE, wanted, interior)
    x, y = wanted[60:68].mean(axis=0).round().astype(int)
    np.testing.assert_allclose(filled[y, x], TONGUE, atol=12)
    np.testing.assert_array_equal(filled[:100], plain[:100])


def test_without_any_it_is_dark() -> None:
    wanted = _opened(12)
    plain = np.tile(SKIN, (200, 200, 1)).astype(np.float32)
    filled = fill_mouth(plain, FACE, wanted, None)
    x, y = wanted[60:68].mean(axis=0).round().astype(int)
    assert (filled[y, x] < 0.4 * SKIN).all()


def test_a_mouth_that_was_open_keeps_what_it_showed() -> None:
    wanted = _opened(12)
    picture = _drawn(wanted).astype(np.float32)
    np.testing.assert_array_equal(fill_mouth(picture, _opened(11), wanted, None), picture)
    np.testing.assert_array_equal(fill_mouth(picture, wanted, FACE, None), picture)
