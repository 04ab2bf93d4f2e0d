from dataclasses import replace

import numpy as np
import pytest

from graphforensics.errors import MissingDataError
from graphforensics.tamper.partner import FacePose, FaceTraits, choose_partner

TARGET = FaceTraits("anna", FacePose(0.05, 0.5, 0.0, 0.3, 0.02), (60.0, 15.0, 18.0), 100.0)


def _other(identity: str, yaw: float = 0.05, light: float = 60.0, **changes: float) -> FaceTraits:
    pose = TARGET.pose._replace(yaw=yaw, **changes)
    return replace(TARGET, identity=identity, pose=pose, tone=(light, 15.0, 18.0))


def _draw(candidates: list[FaceTraits], seed: int = 0, **settings: float) -> int:
    return choose_partner(TARGET, candidates, np.random.default_rng(seed), **settings)


def test_never_the_same_person() -> None:
    faces = [TARGET, _other("anna"), _other("bert", 0.12, 70), _other("anna")]
    assert {_draw(faces, seed) for seed in range(20)} == {2}


def test_the_nearest_in_pose_and_tone() -> None:
    faces = [_other("bert", 0.15), _other("carl", light=80), _other("dora", 0.06, 61)]
    assert _draw(faces, nearest=1) == 2


@pytest.mark.parametrize(
    "worse",
    [_other("carl", mouth=0.2), _other("carl", eyes=0.1), replace(_other("carl"), width=30.0)],
    ids=["teeth", "closed eyes", "small"],
)
def test_what_cannot_be_pasted_well_comes_last(worse: FaceTraits) -> None:
    assert _draw([worse, _other("bert", 0.06, 63)], nearest=1) == 1


def test_a_larger_face_with_a_closed_mouth_is_no_worse() -> None:
    wide_open = replace(TARGET, pose=TARGET.pose._replace(mouth=0.4))
    faces = [_other("bert", 0.06), replace(_other("carl"), width=900.0)]
    assert choose_partner(wide_open, faces, np.random.default_rng(0), nearest=1) == 1


def test_one_of_the_best_is_drawn_by_seed() -> None:
    faces = [_other(f"other{number}", 0.05 + 0.005 * number) for number in range(10)]
    drawn = [_draw(faces, seed, nearest=3) for seed in range(40)]
    assert set(drawn) == {0, 1, 2}
    assert drawn == [_draw(faces, seed, nearest=3) for seed in range(40)]


def test_one_identity_only() -> None:
    for faces in ([], [TARGET, _other("anna")]):
        with pytest.raises(MissingDataError, match="faces of two people, and only 'anna'"):
            _draw(faces)


def test_opposite_pose_and_other_skin_are_refused() -> None:
    turned = replace(TARGET, pose=TARGET.pose._replace(yaw=0.12))
    for faces in ([_other("bert", -0.12)], [_other("bert", 0.12, 15.0)]):
        with pytest.raises(MissingDataError, match="looks the way of 'anna'"):
            choose_partner(turned, faces, np.random.default_rng(0))


def test_small_and_trembling_faces_are_refused() -> None:
    small, trembling = replace(_other("bert"), width=40.0), replace(_other("carl"), tremble=0.02)
    for face in (small, trembling):
        with pytest.raises(MissingDataError, match="large and steady enough"):
            _draw([face])
    # A generator's resolution is enough, whatever the target's.
    large = replace(TARGET, width=700.0)
    enough = replace(_other("bert"), width=100.0)
    assert choose_partner(large, [enough], np.random.default_rng(0)) == 0


def test_bad_input() -> None:
    for name in ("nearest", "max_pose", "max_tone"):
        with pytest.raises(ValueError, match=f"'{name}' must be positive"):
            _draw([_other("bert")], **{name: 0})
