import itertools
import json
from dataclasses import replace

import numpy as np
import pytest

from graphforensics.errors import MissingDataError, NoFaceError
from graphforensics.tamper.partner import Partner
from graphforensics.tamper.paste import skin_mask
from graphforensics.tamper.swap.swap import Swap

WAYS = list(
    itertools.product(("affine", "thin_plate"), ("statistics", "histogram"), ("feather", "poisson"))
)


def _rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.fixture
def target(drawn_clips):
    return drawn_clips[0]


@pytest.fixture
def partner(drawn_clips) -> Partner:
    frames, landmarks = drawn_clips[1]
    return Partner.from_clip(frames, landmarks, "bert", 25.0, "bert.mp4")


@pytest.mark.parametrize(("warp", "colour", "blend"), WAYS)
def test_a_still(target, partner, warp: str, colour: str, blend: str) -> None:
    image, landmarks = target[0][0], target[1][0]
    given = image.copy()
    forged = Swap(warp, colour, blend).forge_still(image, landmarks, partner, _rng())
    np.testing.assert_array_equal(image, given)
    np.testing.assert_array_equal(forged.image[forged.mask == 0], image[forged.mask == 0])
    assert forged.image.dtype == np.uint8
    assert forged.mask.dtype == np.float32
    assert forged.mask.max() == 1
    # The mask lies on the face, and another person's face is another picture there.
    assert forged.mask[skin_mask(landmarks, image.shape[:2])].mean() > 0.8
    assert np.abs(forged.image.astype(int) - image)[forged.mask == 1].mean() > 3
    # Skin of like colour: the mean is the target's within a few levels.
    away = forged.image[forged.mask == 1].mean(axis=0) - image[forged.mask == 1].mean(axis=0)
    assert np.abs(away).max() < 25
    recipe = json.loads(json.dumps(forged.recipe))
    assert recipe["family"] == "swap"
    assert (recipe["partner"], recipe["partner_file"]) == ("bert", "bert.mp4")
    assert (recipe["warp"], recipe["colour"], recipe["blend"]) == (warp, colour, blend)


def test_seeds_decide(target, partner) -> None:
    def forge(seed: int):
        return Swap().forge_still(target[0][0], target[1][0], partner, _rng(seed))

    first, again = forge(3), forge(3)
    np.testing.assert_array_equal(first.image, again.image)
    np.testing.assert_array_equal(first.mask, again.mask)
    assert first.recipe == again.recipe
    drawn = {
        tuple(forge(seed).recipe[name] for name in ("warp", "colour", "blend"))
        for seed in range(12)
    }
    assert len(drawn) > 3


def test_a_setting_does_not_change_the_other_draws(target, partner) -> None:
    image, landmarks = target[0][0], target[1][0]
    free = Swap().forge_still(image, landmarks, partner, _rng(1)).recipe
    bound = Swap(blend="feather").forge_still(image, landmarks, partner, _rng(1)).recipe
    assert {**free, "blend": "feather"} == bound


def test_one_s_own_face_changes_nothing(photograph, landmarks) -> None:
    self = Partner("eileen", photograph, landmarks)
    swap = Swap("affine", "statistics", "feather", bottleneck=None)
    forged = swap.forge_still(photograph, landmarks, self, _rng())
    change = np.abs(forged.image.astype(int) - photograph)
    assert change[forged.mask > 0].mean() < 1


def test_a_bottleneck_takes_the_noise_away(photograph, landmarks) -> None:
    noisy = np.clip(photograph + _rng().normal(0, 8, photograph.shape), 0, 255).astype(np.uint8)
    partner = Partner("eileen", noisy, landmarks)
    found = []
    for size in (None, 32):
        swap = Swap("affine", "statistics", "feather", bottleneck=size)
        forged = swap.forge_still(photograph, landmarks, partner, _rng())
        grey = forged.image.astype(float).mean(axis=2)
        fine = np.abs(np.diff(grey, axis=0))[:, 1:] + np.abs(np.diff(grey, axis=1))[1:]
        found.append(fine[forged.mask[1:, 1:] == 1].mean())
    assert found[1] < 0.7 * found[0]


def test_a_clip(target, partner) -> None:
    frames, landmarks = target
    clip = Swap().forge_clip(frames, landmarks, partner, _rng())
    assert json.loads(json.dumps(clip.recipe))["untouched"] == 0
    forged = list(clip.frames)
    assert len(forged) == len(frames)
    for image, (changed, mask) in zip(frames, forged, strict=True):
        np.testing.assert_array_equal(changed[mask == 0], image[mask == 0])
        assert mask.max() == 1
    again = list(Swap().forge_clip(frames, landmarks, partner, _rng()).frames)
    for one, other in zip(forged, again, strict=True):
        np.testing.assert_array_equal(one.image, other.image)


@pytest.mark.parametrize("blend", ["feather", "poisson"])
def test_colours_do_not_flicker(target, partner, blend: str) -> None:
    """Landmarks that jitter and light that flickers in the target leave the inserted face calm."""
    frames, landmarks = target
    rng = _rng(4)
    still = [
        np.clip(frames[0] * (1 + 0.02 * rng.normal()), 0, 255).astype(np.uint8) for _ in range(24)
    ]
    shaken = [landmarks[0] + rng.normal(0, 0.4, (68, 2)) for _ in still]
    swap = Swap("affine", "statistics", blend)
    forged = [one.image for one in swap.forge_clip(still, shaken, partner, _rng()).frames]
    skin = skin_mask(landmarks[0], still[0].shape[:2])

    def flicker(images: list[np.ndarray]) -> float:
        return float(np.diff([image[skin].mean() for image in images]).std())

    assert flicker(forged) < 0.35 * flicker(still)


def test_frames_without_landmarks_stay_and_short_gaps_are_filled(target, partner) -> None:
    frames, landmarks = target
    gone: list = list(landmarks)
    gone[0] = gone[5] = gone[6] = gone[11] = None
    clip = Swap().forge_clip(frames, gone, partner, _rng())
    assert clip.recipe["untouched"] == 2
    masks = []
    for image, (changed, mask) in zip(frames, clip.frames, strict=True):
        masks.append(bool(mask.any()))
        if not mask.any():
            np.testing.assert_array_equal(changed, image)
    assert masks == [False, *[True] * 10, False]


def test_a_face_at_the_border(target, partner) -> None:
    frames, landmarks = target
    cut = [np.ascontiguousarray(image[:, 50:]) for image in frames]
    moved = [points - [50, 0] for points in landmarks]
    for blend in ("feather", "poisson"):
        forged = list(Swap(blend=blend).forge_clip(cut, moved, partner, _rng()).frames)
        for image, (changed, mask) in zip(cut, forged, strict=True):
            assert mask[:, 0].any()
            np.testing.assert_array_equal(changed[mask == 0], image[mask == 0])


def test_of_two_people_the_one_whose_landmarks_are_given(target, partner) -> None:
    frames, landmarks = target
    both = [np.concatenate([image, image], axis=1) for image in frames[:3]]
    width = frames[0].shape[1]
    right = [points + np.array([width, 0]) for points in landmarks[:3]]
    for image, (changed, mask) in zip(
        both, Swap().forge_clip(both, right, partner, _rng()).frames, strict=True
    ):
        np.testing.assert_array_equal(changed[:, :width], image[:, :width])
        assert mask[:, width:].any()


def test_a_clip_of_one_frame(target, partner) -> None:
    [only] = Swap().forge_clip(target[0][:1], target[1][:1], partner, _rng()).frames
    assert only.mask.any()


def test_clips_are_forged_while_they_are_drawn(target, partner) -> None:
    class Reel:
        drawn = 0

        def __iter__(self):
            for image in target[0] * 10:
                self.drawn += 1
                yield image

    reel = Reel()
    clip = Swap(smoothing=0).forge_clip(reel, target[1] * 10, partner, _rng())
    before = reel.drawn
    next(clip.frames)
    # Once through to measure, then no more ahead than half a second.
    assert reel.drawn - before <= 120 + 14


def test_bad_input(target, partner) -> None:
    frames, landmarks = target
    with pytest.raises(MissingDataError, match="needs a picture of 'bert'"):
        Swap().forge_still(frames[0], landmarks[0], Partner("bert", motion=landmarks), _rng())
    with pytest.raises(NoFaceError, match="no face in the picture"):
        Swap().forge_still(frames[0], landmarks[0] + 900, partner, _rng())
    with pytest.raises(NoFaceError, match="none of 12 frames"):
        Swap().forge_clip(frames, [None] * 12, partner, _rng())
    with pytest.raises(ValueError, match="each time it is iterated"):
        Swap().forge_clip(iter(frames), landmarks, partner, _rng())
    with pytest.raises(ValueError, match="'image' must be uint8"):
        Swap().forge_still(frames[0] / 255, landmarks[0], partner, _rng())
    with pytest.raises(ValueError, match="'warp' must be one of"):
        Swap(warp="rigid")
    with pytest.raises(ValueError, match="'bottleneck' must be at least 8"):
        Swap(bottleneck=2)
    with pytest.raises(ValueError, match="'smoothing' must not be negative"):
        replace(Swap(), smoothing=-1.0)
