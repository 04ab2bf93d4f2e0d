import numpy as np
import pytest

from graphforensics.tamper.family import ClipToForge
from graphforensics.tamper.moving_portrait.camera_noise import CameraNoise
from graphforensics.tamper.moving_portrait.moving_portrait import MovingPortrait
from graphforensics.tamper.moving_portrait.portrait_forger import PortraitForger
from graphforensics.tamper.sources.clip_landmarks import PersonLandmarks


@pytest.fixture
def portrait(photograph, landmarks) -> MovingPortrait:
    crop = np.ascontiguousarray(photograph[:240, 100:340])
    return MovingPortrait(crop, landmarks - np.float32([100, 0]), [1, 2], count=12)


def test_frames_are_known_by_themselves(portrait, photograph, landmarks) -> None:
    frames = [frame.image for frame in portrait.frames()]
    assert len(frames) == 12
    assert {frame.shape for frame in frames} == {(240, 240, 3)}
    np.testing.assert_array_equal(portrait.image(7), frames[7])
    crop = np.ascontiguousarray(photograph[:240, 100:340])
    again = MovingPortrait(crop, landmarks - np.float32([100, 0]), [1, 2], count=12)
    np.testing.assert_array_equal(again.image(3), frames[3])
    other = MovingPortrait(crop, landmarks - np.float32([100, 0]), [1, 3], count=12)
    assert (other.image(3) != frames[3]).any()


def test_landmarks_move_with_the_picture(portrait) -> None:
    """The photograph at the landmarks is found again at the moved ones."""
    source = portrait._image.astype(float)
    for number in (0, 11):
        shown = portrait.clean(number) / portrait._light(number)
        for point in (30, 36, 45, 8):
            x, y = portrait._landmarks[point].round().astype(int)
            u, v = portrait.landmarks(number)[point].round().astype(int)
            one = source[y - 2 : y + 3, x - 2 : x + 3].mean(axis=(0, 1))
            other = shown[v - 2 : v + 3, u - 2 : u + 3].mean(axis=(0, 1))
            assert np.abs(one - other).max() < 14
    moved = np.stack([portrait.landmarks(number) for number in range(12)])
    step = np.linalg.norm(np.diff(moved, axis=0), axis=2)
    assert 0 < step.mean() < 2


def test_noise_is_new_in_every_frame_and_the_forged_face_has_none(portrait) -> None:
    clip = ClipToForge((1, 2), portrait.faces(), portrait.count, portrait=portrait)
    forger = PortraitForger(clip)
    left_real = []
    for number in range(3):
        image = portrait.image(number)
        face = [PersonLandmarks(0, portrait.landmarks(number))]
        forged, mask = forger.forge(image, number, face)
        np.testing.assert_array_equal(forged[mask == 0], image[mask == 0])
        inside = mask == 255
        assert inside.sum() > 1000
        left_real.append((image - portrait.clean(number))[inside])
        # The frame's noise does not reach the forged face.
        calm = np.clip(np.rint(portrait.clean(number)), 0, 255).astype(np.uint8)
        np.testing.assert_array_equal(forger.forge(calm, number, face)[0][inside], forged[inside])
    # Noise of one frame says nothing of the next.
    count = min(len(one) for one in left_real)
    first, second = (one[:count].ravel() for one in left_real[:2])
    assert first.std() > 0.4
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.1
    assert set(forger.described()) == {"0"}
    assert "noise" in forger.described()["0"]


def test_large_photographs_become_smaller(photograph, landmarks) -> None:
    large = np.repeat(np.repeat(photograph, 2, axis=0), 2, axis=1)
    portrait = MovingPortrait(large, landmarks * 2 + 0.5, [0], count=1)
    assert portrait.shape == (640, 640)
    assert portrait._landmarks[30] == pytest.approx((landmarks[30] + 0.5) * 1.25 - 0.5, abs=0.1)


@pytest.mark.parametrize("level", [20.0, 200.0])
def test_noise_is_shot_and_read_noise(level: float) -> None:
    noise = CameraNoise(gain=0.08, read=1.5, grain=0.0)
    flat = np.full((200, 200, 3), level)
    made = noise.add(flat, np.random.default_rng(0)) - level
    assert made.std() == pytest.approx(np.sqrt(0.08 * level + 1.5**2), rel=0.03)
    # Half of its variance is common to the colours.
    assert np.corrcoef(made[..., 0].ravel(), made[..., 1].ravel())[0, 1] == pytest.approx(
        0.5, abs=0.03
    )


def test_wrong_numbers(photograph, landmarks) -> None:
    with pytest.raises(ValueError, match="'count' must be at least 1"):
        MovingPortrait(photograph, landmarks, [0], count=0)
    with pytest.raises(ValueError, match="'read' must not be negative"):
        CameraNoise(0.1, -1)
    with pytest.raises(ValueError, match="'common' must be at most 1"):
        CameraNoise(0.1, 1, common=2)
