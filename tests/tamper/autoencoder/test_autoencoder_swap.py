import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from graphforensics.errors import MissingDataError, NoFaceError
from graphforensics.tamper.autoencoder.autoencoder_swap import AutoencoderSwap
from graphforensics.tamper.partner import Partner
from graphforensics.tamper.paste.skin_mask import skin_mask


def _rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.fixture
def target(drawn_clips):
    return drawn_clips[0]


@pytest.fixture
def partner(drawn_clips) -> Partner:
    return Partner.from_clip(*drawn_clips[1], "bert", 25.0, "bert.mp4")


@pytest.fixture
def swap(few_steps) -> AutoencoderSwap:
    return AutoencoderSwap(few_steps)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_clip(target, partner, swap, seed: int) -> None:
    frames, landmarks = target
    clip = swap.forge_clip(frames, landmarks, partner, _rng(seed))
    forged = list(clip.frames)
    assert len(forged) == len(frames)
    for image, points, (changed, mask) in zip(frames, landmarks, forged, strict=True):
        np.testing.assert_array_equal(changed[mask == 0], image[mask == 0])
        assert mask.max() == 1
        assert mask[skin_mask(points, image.shape[:2])].mean() > 0.7
        away = changed[mask == 1].mean(axis=0) - image[mask == 1].mean(axis=0)
        assert np.abs(away).max() < 25
    recipe = json.loads(json.dumps(clip.recipe))
    assert (recipe["family"], recipe["partner"], recipe["untouched"]) == ("autoencoder", "bert", 0)
    assert recipe["training"]["steps"] == 6
    again = list(swap.forge_clip(frames, landmarks, partner, _rng(seed)).frames)
    for one, same in zip(forged, again, strict=True):
        np.testing.assert_array_equal(one.image, same.image)


def test_more_training_draws_the_partner_better(target, partner, swap) -> None:
    """The face comes closer to the partner's, who has the same landmarks in a test of oneself."""
    frames, landmarks = target
    oneself = Partner.from_clip(frames, landmarks, "twin")
    errors = []
    for steps in (2, 40):
        trained = replace(swap, settings=replace(swap.settings, steps=steps))
        forged = trained.forge_clip(frames, landmarks, oneself, _rng()).frames
        change = [
            np.abs(one.image.astype(int) - image)[one.mask == 1].mean()
            for one, image in zip(forged, frames, strict=True)
        ]
        errors.append(np.mean(change))
    assert errors[1] < 0.9 * errors[0]


def test_both_ways_share_a_network(drawn_clips, few_steps, tmp_path: Path) -> None:
    swap = AutoencoderSwap(few_steps, tmp_path)
    for one, other in ((0, 1), (1, 0)):
        partner = Partner.from_clip(*drawn_clips[other], "somebody")
        list(swap.forge_clip(*drawn_clips[one], partner, _rng()).frames)
    assert len(list(tmp_path.iterdir())) == 1


def test_frames_without_landmarks_stay(target, partner, swap) -> None:
    frames, landmarks = target
    gone: list = list(landmarks)
    gone[0] = gone[1] = gone[6] = None
    clip = swap.forge_clip(frames, gone, partner, _rng())
    assert clip.recipe["untouched"] == 2
    shown = [bool(mask.any()) for _, mask in clip.frames]
    assert shown == [False, False, *[True] * 10]


def test_a_face_at_the_border(target, partner, swap) -> None:
    frames, landmarks = target
    cut = [np.ascontiguousarray(image[:, 55:]) for image in frames]
    moved = [points - [55, 0] for points in landmarks]
    for seed in (1, 2):
        forged = swap.forge_clip(cut, moved, partner, _rng(seed)).frames
        for image, (changed, mask) in zip(cut, forged, strict=True):
            assert mask.any()
            np.testing.assert_array_equal(changed[mask == 0], image[mask == 0])


def test_bad_input(target, partner, swap) -> None:
    frames, landmarks = target
    with pytest.raises(MissingDataError, match="this is a photograph: give a clip"):
        swap.forge_still(frames[0], landmarks[0], partner, _rng())
    photograph = Partner("bert", frames[0], landmarks[0])
    with pytest.raises(MissingDataError, match="a clip of 'bert' to learn from"):
        swap.forge_clip(frames, landmarks, photograph, _rng())
    with pytest.raises(MissingDataError, match=r"this clip: .* needs 8 faces .* \(got 5\)"):
        swap.forge_clip(frames[:5], landmarks[:5], partner, _rng())
    short = Partner.from_clip(frames[:3], landmarks[:3], "eve", name="eve.mp4")
    with pytest.raises(MissingDataError, match=r"eve.mp4: .* \(got 3\)"):
        swap.forge_clip(frames, landmarks, short, _rng())
    with pytest.raises(NoFaceError, match="none of 12 frames"):
        swap.forge_clip(frames, [None] * 12, partner, _rng())
    with pytest.raises(ValueError, match="each time it is iterated"):
        swap.forge_clip(iter(frames), landmarks, partner, _rng())
    with pytest.raises(ValueError, match="'smoothing' must not be negative"):
        AutoencoderSwap(smoothing=-1.0)
