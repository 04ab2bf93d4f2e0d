import numpy as np
import pytest
from skimage.transform import SimilarityTransform

from graphforensics.regions.mean_face import mean_face
from graphforensics.tamper.driven import Expressions

FACE = mean_face(200, 2.0).double().numpy()


def _speech(count: int) -> np.ndarray:
    """A mouth that opens and shuts."""
    track = np.repeat(FACE[None], count, axis=0)
    gap = 6 * (1 - np.cos(np.arange(count) * 2 * np.pi / 10))
    track[:, 55:60, 1] += gap[:, None]
    track[:, 65:68, 1] += gap[:, None]
    return track


def test_where_a_face_is_does_not_matter() -> None:
    track = _speech(10)
    plain = Expressions.of(track)
    moved = []
    for number, face in enumerate(track):
        turn = SimilarityTransform(
            scale=1 + 0.1 * number, rotation=0.05 * number, translation=(3 * number, -number)
        )
        moved.append(turn(face))
    np.testing.assert_allclose(Expressions.of(moved).shape, plain.shape, atol=1e-9)
    np.testing.assert_allclose(Expressions.of(moved).moved, plain.moved, atol=1e-9)


def test_placing_a_shape_undoes_measuring_it() -> None:
    track = _speech(10) * 1.3 + 20
    found = Expressions.of(track)
    np.testing.assert_allclose(found.place(found.shape), track, atol=1e-9)


def test_a_face_at_rest_does_not_move_and_speech_does() -> None:
    found = Expressions.of(_speech(20))
    # Rest are the two frames in ten with the mouth shut.
    np.testing.assert_allclose(found.moved[0], found.moved[10], atol=1e-9)
    side = np.ptp(FACE, axis=0).max()
    opened = found.moved[5, 66, 1] - found.moved[5, 62, 1]
    assert opened == pytest.approx(12 / side, rel=0.1)
    still = [0, 16, 27, 36, 39, 42, 45]
    assert np.abs(found.moved[:, still]).max() < 0.01


def test_turning_the_head_is_no_expression() -> None:
    rng = np.random.default_rng(0)
    turn = np.cumsum(rng.normal(0, 1, 60))
    turn = 12 * (turn - turn.mean()) / np.abs(turn).max()
    # What lies nearer to the camera moves farther: the nose, then the mouth, then the jaw.
    depth = np.zeros(68)
    depth[27:36] = [0.1, 0.3, 0.6, 1, 0.4, 0.5, 0.6, 0.5, 0.4]
    depth[48:68] = 0.4
    track = FACE + turn[:, None, None] * depth[None, :, None] * [1.0, 0.0]
    found = Expressions.of(track)
    # A ridge leaves a little of it.
    mouth = found.shape[:, 48:68, 0]
    assert np.std(found.moved[:, 48:68, 0]) < 0.35 * np.std(mouth - mouth.mean(axis=0))
