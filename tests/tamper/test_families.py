"""What every family does with clips that lack something."""

from __future__ import annotations

import numpy as np
import pytest

from graphforensics.errors import NoFaceError
from graphforensics.tamper import FAMILIES, ClipToForge
from graphforensics.tamper.partner import Partner
from graphforensics.tamper.recipe.autoencoder_settings import AutoencoderSettings
from graphforensics.tamper.sources.clip_landmarks import PersonLandmarks

CLIPS = sorted(name for name, family in FAMILIES.items() if not family.animates)
#: Those that forge the face that is seen most; the others forge all.
ONE_FACE = {"autoencoder", "mouth", "reenact", "swap"}
every = pytest.mark.parametrize("name", CLIPS)

Faces = dict[int, list[PersonLandmarks]]


@pytest.fixture
def partner(drawn_clips) -> Partner:
    return Partner.from_clip(*drawn_clips[1], "bert", name="bert.mp4")


def _clip(frames, faces: Faces, partner: Partner) -> ClipToForge:
    training = AutoencoderSettings(32, 1, 2)
    return ClipToForge((1,), faces, len(frames), frames, partner=partner, training=training)


def _forged(name: str, frames, faces: Faces, partner: Partner) -> list[np.ndarray]:
    """Forge a clip, and return the masks; where they are 0 nothing has changed."""
    forger = FAMILIES[name].start(_clip(frames, faces, partner))
    masks = []
    for number, frame in enumerate(frames):
        given = frame.copy()
        image, mask = forger.forge(frame, number, faces.get(number, ()))
        assert image.shape == frame.shape
        assert mask.shape == frame.shape[:2]
        assert mask.dtype == np.uint8
        np.testing.assert_array_equal(frame, given)
        np.testing.assert_array_equal(image[mask == 0], frame[mask == 0])
        masks.append(mask)
    return masks


def _of(landmarks, person: int = 0) -> Faces:
    return {number: [PersonLandmarks(person, points)] for number, points in enumerate(landmarks)}


@every
def test_frames_without_a_face(drawn_clips, partner, name: str) -> None:
    frames, landmarks = drawn_clips[0]
    frames, faces = frames * 2, _of(landmarks * 2)
    for number in (*range(7), 23):
        del faces[number]
    masks = _forged(name, frames, faces, partner)
    assert [bool(mask.any()) for mask in masks] == [False] * 7 + [True] * 16 + [False]


@every
def test_a_face_at_the_border(drawn_clips, partner, name: str) -> None:
    frames, landmarks = drawn_clips[0]
    cut = [np.ascontiguousarray(image[:, 55:]) for image in frames]
    moved = [(points - [55, 0]).astype(np.float32) for points in landmarks]
    assert all(mask.any() for mask in _forged(name, cut, _of(moved), partner))


@every
def test_two_people(drawn_clips, partner, name: str) -> None:
    frames, landmarks = drawn_clips[0]
    both = [np.concatenate([image, image], axis=1) for image in frames]
    width = frames[0].shape[1]
    faces = _of(landmarks)
    for number in range(10):
        right = (landmarks[number] + [width, 0]).astype(np.float32)
        faces[number].append(PersonLandmarks(1, right))
    masks = _forged(name, both, faces, partner)
    assert all(mask[:, :width].any() for mask in masks)
    shown = [bool(mask[:, width:].any()) for mask in masks]
    assert shown == [name not in ONE_FACE] * 10 + [False] * 2


@every
def test_nobody(drawn_clips, partner, name: str) -> None:
    frames, _ = drawn_clips[0]
    if name in ONE_FACE:
        with pytest.raises(NoFaceError, match="no face found"):
            _forged(name, frames, {}, partner)
    else:
        assert not any(mask.any() for mask in _forged(name, frames, {}, partner))


@every
def test_landmarks_that_show_no_face(drawn_clips, partner, name: str) -> None:
    """One frame whose landmarks lie far outside, and one whose landmarks are no numbers."""
    frames, landmarks = drawn_clips[0]
    gone = list(landmarks)
    gone[0] = gone[0] + 5000
    gone[11] = np.full_like(gone[11], np.nan)
    masks = _forged(name, frames, _of(gone), partner)
    assert [bool(mask.any()) for mask in masks] == [False] + [True] * 10 + [False]
