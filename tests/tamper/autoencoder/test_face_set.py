import numpy as np
import pytest
import torch

from graphforensics.errors import MissingDataError
from graphforensics.tamper.autoencoder.face_set import FaceSet


def test_faces_of_a_clip(drawn_clips) -> None:
    frames, landmarks = drawn_clips[0]
    people = FaceSet.of(frames, landmarks, 32, "ann")
    assert people.faces.shape == (12, 3, 32, 32)
    assert people.faces.dtype == torch.uint8
    assert people.masks.shape == (12, 1, 32, 32)
    assert people.masks[:, 0, 16, 16].all()
    assert people.digest() == FaceSet.of(frames, landmarks, 32, "other name").digest()
    assert people.digest() != FaceSet.of(frames[1:], landmarks[1:], 32, "ann").digest()


def test_frames_without_a_face_are_left_out(drawn_clips) -> None:
    frames, landmarks = drawn_clips[0]
    gone: list = list(landmarks)
    gone[2] = None
    gone[5] = landmarks[5] + 3000
    assert len(FaceSet.of(frames, gone, 32, "ann").faces) == 10


def test_long_clips_are_thinned_out(drawn_clips) -> None:
    frames, landmarks = drawn_clips[0]
    people = FaceSet.of(frames * 100, landmarks * 100, 32, "ann")
    assert len(people.faces) == 600


def test_too_few_faces(drawn_clips) -> None:
    frames, landmarks = drawn_clips[0]
    with pytest.raises(MissingDataError, match=r"ann: an autoencoder needs 8 faces .* \(got 7\)"):
        FaceSet.of(frames[:7], landmarks[:7], 32, "ann")
    with pytest.raises(MissingDataError, match="got 0"):
        FaceSet.of(frames, [None] * len(frames), 32, "ann")


def test_pixels_are_those_of_the_frames(drawn_clips) -> None:
    """A frame of one colour gives crops of that colour."""
    _, landmarks = drawn_clips[0]
    plain = [np.full((128, 128, 3), (10, 120, 200), np.uint8)] * 12
    faces = FaceSet.of(plain, landmarks, 32, "ann").faces
    assert (faces == torch.tensor([10, 120, 200], dtype=torch.uint8).view(1, 3, 1, 1)).all()
