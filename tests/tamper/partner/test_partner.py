import numpy as np
import pytest

from graphforensics.errors import NoFaceError
from graphforensics.regions.mean_face import mean_face
from graphforensics.tamper.partner import Partner

FACE = mean_face(100, 1.6).double().numpy()


def _frames(count: int) -> list[np.ndarray]:
    return [np.full((100, 100, 3), number, np.uint8) for number in range(count)]


def _opened(gap: float) -> np.ndarray:
    face = FACE.copy()
    face[65:68, 1] += gap
    return face


def _turned(far: float) -> np.ndarray:
    face = FACE.copy()
    face[27:36, 0] += far
    return face


def test_the_frame_that_looks_ahead_with_a_closed_mouth() -> None:
    track = [None, _opened(8), _turned(6), FACE, _opened(2)]
    partner = Partner.from_clip(_frames(5), track, "bert", 30.0, "b.mp4")
    assert partner.image is not None
    assert partner.image[0, 0, 0] == 3
    assert partner.landmarks is FACE
    assert partner.motion is track
    assert (partner.identity, partner.rate, partner.name) == ("bert", 30.0, "b.mp4")


def test_a_frontal_face_that_was_found_in_the_wrong_place_is_passed_over() -> None:
    """Landmarks that change their shape for one frame are off, however frontal they look."""
    rng = np.random.default_rng(0)
    off = FACE + np.r_[rng.normal(0, 6, (17, 2)), np.zeros((51, 2))]
    track = [_turned(6), _turned(6), off, _turned(6), _turned(6)]
    assert Partner.from_clip(_frames(5), track, "bert").landmarks is not off


def test_frames_that_can_be_drawn_anew_are_kept() -> None:
    frames = _frames(3)
    assert Partner.from_clip(frames, [FACE] * 3, "bert").frames is frames
    assert Partner.from_clip(iter(frames), [FACE] * 3, "bert").frames is None


def test_no_more_frames_are_drawn_than_needed() -> None:
    drawn = []

    def frames():
        for number, frame in enumerate(_frames(9)):
            drawn.append(number)
            yield frame

    Partner.from_clip(frames(), [_opened(5), FACE, *[_opened(5)] * 7], "bert")
    assert drawn == [0, 1]


def test_bad_input() -> None:
    with pytest.raises(NoFaceError, match="no frame of the partner's clip"):
        Partner.from_clip(_frames(2), [None, None], "bert")
    with pytest.raises(ValueError, match="'frames' ended before frame 1"):
        Partner.from_clip(_frames(1), [_opened(5), FACE], "bert")
    with pytest.raises(ValueError, match="'rate' must be positive"):
        Partner("bert", rate=0)
    with pytest.raises(ValueError, match="'image' and 'landmarks' together"):
        Partner("bert", landmarks=FACE)
    with pytest.raises(ValueError, match=r"landmarks must be \[68, 2\]"):
        Partner("bert", motion=[FACE, None, FACE[:5]])
