from __future__ import annotations

from graphforensics.regions import LANDMARK_GROUPS, MIRRORED_LANDMARKS, NUM_LANDMARKS
from tests.regions.faces import PAIRS


def test_the_outlines_make_the_face():
    outlines = ("jaw", "left_brow", "right_brow", "nose_bridge", "nostrils")
    outlines += ("left_eye", "right_eye", "outer_lips", "inner_lips")
    every = [landmark for name in outlines for landmark in LANDMARK_GROUPS[name]]
    assert every == list(range(NUM_LANDMARKS))


def test_unions():
    groups = LANDMARK_GROUPS
    assert groups["brows"] == groups["left_brow"] + groups["right_brow"]
    assert groups["lids"] == groups["left_eye"] + groups["right_eye"]
    assert groups["nose"] == groups["nose_bridge"] + groups["nostrils"]
    assert groups["mouth"] == groups["outer_lips"] + groups["inner_lips"]


def test_mirrored_landmarks():
    wanted = {own: own for own in (8, 27, 28, 29, 30, 33, 51, 57, 62, 66)}
    wanted |= dict(PAIRS) | {b: a for a, b in PAIRS}
    assert list(MIRRORED_LANDMARKS) == [wanted[i] for i in range(68)]
