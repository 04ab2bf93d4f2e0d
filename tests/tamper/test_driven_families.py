import json

import numpy as np
import pytest

from graphforensics.errors import MissingDataError, NoFaceError
from graphforensics.tamper.driven.mouth import Mouth
from graphforensics.tamper.driven.reenact import Reenact
from graphforensics.tamper.partner import Partner

FAMILIES = [Reenact(), Mouth()]
NAMES = ["reenact", "mouth"]
both = pytest.mark.parametrize("family", FAMILIES, ids=NAMES)


def _rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.fixture
def target(drawn_clips):
    return drawn_clips[1]


@pytest.fixture
def driver(drawn_clips) -> Partner:
    return Partner("anna", motion=drawn_clips[0][1], name="anna.mp4")


@both
def test_a_still(target, driver, family) -> None:
    image, landmarks = target[0][0], target[1][0]
    given = image.copy()
    forged = family.forge_still(image, landmarks, driver, _rng())
    np.testing.assert_array_equal(image, given)
    np.testing.assert_array_equal(forged.image[forged.mask == 0], image[forged.mask == 0])
    assert forged.mask.dtype == np.float32
    assert forged.mask.max() == 1
    mouth = landmarks[48:68].mean(axis=0).round().astype(int)
    assert forged.mask[mouth[1], mouth[0]] == 1
    change = np.abs(forged.image.astype(int) - image).sum(axis=2)
    low, high = landmarks[48:68].min(0).astype(int), landmarks[48:68].max(0).astype(int)
    assert change[low[1] : high[1], low[0] : high[0]].mean() > 3
    recipe = json.loads(json.dumps(forged.recipe))
    assert recipe["family"] == family.name
    assert (recipe["partner"], recipe["partner_file"]) == ("anna", "anna.mp4")


def test_a_mouth_leaves_the_upper_face(target, driver) -> None:
    image, landmarks = target[0][0], target[1][0]
    lower = Mouth().forge_still(image, landmarks, driver, _rng())
    eyes = int(landmarks[36:48, 1].max())
    assert not lower.mask[: eyes + 1].any()
    assert Reenact().forge_still(image, landmarks, driver, _rng()).mask[: eyes + 1].any()


@both
def test_a_clip(target, driver, family) -> None:
    frames, landmarks = target
    clip = family.forge_clip(frames, landmarks, driver, _rng())
    forged = list(clip.frames)
    assert json.loads(json.dumps(clip.recipe))["untouched"] == 0
    assert len(forged) == len(frames)
    for image, (changed, mask) in zip(frames, forged, strict=True):
        np.testing.assert_array_equal(changed[mask == 0], image[mask == 0])
        assert mask.max() == 1
    again = list(family.forge_clip(frames, landmarks, driver, _rng()).frames)
    other = list(family.forge_clip(frames, landmarks, driver, _rng(1)).frames)
    for one, twin in zip(forged, again, strict=True):
        np.testing.assert_array_equal(one.image, twin.image)
    assert any((one.image != two.image).any() for one, two in zip(forged, other, strict=True))


@both
def test_a_clip_driven_by_one_at_rest_shows_a_closed_mouth(drawn_clips, family) -> None:
    """The inside of the mouth, which is drawn dark, shrinks when a still driver closes it."""
    frames, landmarks = drawn_clips[0]
    resting = Partner("bert", motion=[drawn_clips[1][1][0]] * 2)
    forged = list(family.forge_clip(frames, landmarks, resting, _rng()).frames)
    open_before, open_after = (
        _dark(images[0], landmarks[0]) for images in (frames, [one.image for one in forged])
    )
    assert open_after < 0.6 * open_before


def _dark(image: np.ndarray, landmarks: np.ndarray) -> int:
    """Count dark pixels in the mouth's box."""
    low, high = landmarks[48:68].min(0).astype(int), landmarks[48:68].max(0).astype(int) + 1
    box = image[low[1] : high[1], low[0] : high[0]].astype(int).sum(axis=2)
    return int((box < 0.5 * np.median(box)).sum())


@both
def test_drivers_shorter_longer_and_of_another_rate(target, drawn_clips, family) -> None:
    frames, landmarks = target
    track = drawn_clips[0][1]
    for motion, rate in ((track[:2], 25.0), (track * 4, 25.0), (track, 50.0)):
        driver = Partner("anna", motion=motion, rate=rate)
        forged = list(family.forge_clip(frames, landmarks, driver, _rng()).frames)
        assert len(forged) == 12
        assert all(mask.any() for _, mask in forged)


@both
def test_the_driver_s_longest_stretch_is_taken(target, drawn_clips, family) -> None:
    track = list(drawn_clips[0][1])
    gaps: list = [track[0], *[None] * 9, *track]
    plain, gappy = (
        list(family.forge_clip(*target, Partner("anna", motion=motion), _rng()).frames)
        for motion in (track, gaps)
    )
    for one, other in zip(plain, gappy, strict=True):
        np.testing.assert_array_equal(one.image, other.image)


@both
def test_frames_without_landmarks_stay(target, driver, family) -> None:
    frames, landmarks = target
    gone: list = list(landmarks)
    gone[0] = gone[4] = None
    clip = family.forge_clip(frames, gone, driver, _rng())
    assert clip.recipe["untouched"] == 1
    shown = [bool(mask.any()) for _, mask in clip.frames]
    assert shown == [False, *[True] * 11]


@both
def test_a_face_at_the_border(target, driver, family) -> None:
    frames, landmarks = target
    cut = [np.ascontiguousarray(image[:, 55:]) for image in frames]
    moved = [points - [55, 0] for points in landmarks]
    for image, (changed, mask) in zip(
        cut, family.forge_clip(cut, moved, driver, _rng()).frames, strict=True
    ):
        assert mask.any()
        np.testing.assert_array_equal(changed[mask == 0], image[mask == 0])


@both
def test_noise_is_lost_in_the_face_and_kept_around_it(target, driver, family) -> None:
    rng = _rng(7)
    noisy = np.clip(target[0][0] + rng.normal(0, 10, target[0][0].shape), 0, 255).astype(np.uint8)
    found = []
    for one in (family, type(family)(bottleneck=None)):
        forged = one.forge_still(noisy, target[1][0], driver, _rng())
        grey = forged.image.astype(float).mean(axis=2)
        fine = np.abs(np.diff(grey, axis=0))[:, 1:] + np.abs(np.diff(grey, axis=1))[1:]
        found.append(fine[forged.mask[1:, 1:] == 1].mean())
        np.testing.assert_array_equal(forged.image[forged.mask == 0], noisy[forged.mask == 0])
    assert found[0] < 0.7 * found[1]


def test_a_lower_face_outside_the_picture_stays(target, driver) -> None:
    frames, landmarks = target
    height = int(min(points[27:36, 1].min() for points in landmarks))
    cut = [np.ascontiguousarray(image[:height]) for image in frames]
    for image, (changed, mask) in zip(
        cut, Mouth().forge_clip(cut, landmarks, driver, _rng()).frames, strict=True
    ):
        assert not mask.any()
        np.testing.assert_array_equal(changed, image)


@both
def test_bad_input(target, driver, family) -> None:
    frames, landmarks = target
    for partner in (Partner("bert"), Partner("bert", motion=[landmarks[0], None, landmarks[0]])):
        quiet = Partner("bert", frames[0], landmarks[0], partner.motion, rate=1.0)
        with pytest.raises(MissingDataError, match="at least 2 frames in a row"):
            family.forge_clip(frames, landmarks, quiet, _rng())
        with pytest.raises(MissingDataError, match="give a clip, not a photograph"):
            family.forge_still(frames[0], landmarks[0], quiet, _rng())
    with pytest.raises(NoFaceError, match="none of 12 frames"):
        family.forge_clip(frames, [None] * 12, driver, _rng())
    with pytest.raises(NoFaceError, match="no face in the picture"):
        family.forge_still(frames[0], landmarks[0] - 900, driver, _rng())
    with pytest.raises(ValueError, match="each time it is iterated"):
        family.forge_clip(iter(frames), landmarks, driver, _rng())
    with pytest.raises(ValueError, match="'bottleneck' must be at least 8"):
        type(family)(bottleneck=0)
    with pytest.raises(ValueError, match="'smoothing' must not be negative"):
        type(family)(smoothing=-0.1)
