import numpy as np

from graphforensics.tamper.self_blend.self_blend_forger import SelfBlendForger
from graphforensics.tamper.sources.clip_landmarks import PersonLandmarks


def test_a_frame_does_not_depend_on_the_frames_before_it(photograph, landmarks) -> None:
    face = [PersonLandmarks(0, landmarks)]
    first, second = SelfBlendForger([0, 1]), SelfBlendForger([0, 1])
    for number in range(4):
        first.forge(photograph, number, face)
    for one, other in zip(
        first.forge(photograph, 4, face), second.forge(photograph, 4, face), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_frames_differ_by_a_little(photograph, landmarks) -> None:
    forger = SelfBlendForger([0, 1])
    face = [PersonLandmarks(0, landmarks)]
    frames = [forger.forge(photograph, number, face)[0].astype(int) for number in range(3)]
    real_change = np.abs(frames[0] - photograph).sum()
    for one, other in ((0, 1), (1, 2)):
        assert 0 < np.abs(frames[one] - frames[other]).sum() < real_change


def test_every_person_has_a_recipe_and_all_are_forged(photograph, landmarks) -> None:
    forger = SelfBlendForger([0, 1])
    away = landmarks + np.float32([150, 200])
    image, mask = forger.forge(
        photograph, 0, [PersonLandmarks(0, landmarks), PersonLandmarks(3, away)]
    )
    assert set(forger.recipes) == {0, 3}
    assert forger.recipes[0] != forger.recipes[3]
    for points in (landmarks, away):
        x, y = points.mean(axis=0).astype(int)
        assert mask[y, x] == 255
    np.testing.assert_array_equal(image[mask == 0], photograph[mask == 0])


def test_no_face_and_a_face_outside_the_frame(photograph, landmarks) -> None:
    forger = SelfBlendForger([0])
    for faces in ([], [PersonLandmarks(0, landmarks + np.float32(5000))]):
        image, mask = forger.forge(photograph, 0, faces)
        np.testing.assert_array_equal(image, photograph)
        assert not mask.any()
