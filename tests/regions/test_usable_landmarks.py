import pytest
import torch

from graphforensics.regions.usable_landmarks import replace_unusable, usable_landmarks
from tests.tamper.conftest import schematic_face

SIZE = (512, 512)


@pytest.fixture
def face() -> torch.Tensor:
    return torch.from_numpy(schematic_face(centre=(222.0, 115.0), width=96.0))


def spoilt(face: torch.Tensor, how: str) -> torch.Tensor:
    bad = face.clone()
    if how == "nan":
        bad[30, 1] = torch.nan
    elif how == "infinite":
        bad[3] = torch.inf
    elif how == "in one place":
        bad[:] = 100.0
    elif how == "on a line":
        bad[:, 1] = bad[:, 0]
    elif how == "a speck":
        bad = (bad - bad.mean(0)) * 0.05 + 100
    elif how == "left of the picture":
        bad -= torch.tensor([400.0, 0.0])
    elif how == "below the picture":
        bad += torch.tensor([0.0, 600.0])
    elif how == "far away":
        bad += 1e9
    elif how == "one eye on the other":
        bad[42:48] = bad[36:42]
        bad[42] = bad[39]
    return bad


HOW = ["nan", "infinite", "in one place", "on a line", "a speck", "left of the picture"]
HOW += ["below the picture", "far away", "one eye on the other"]


@pytest.mark.parametrize("how", HOW)
def test_each_way_to_show_no_face(face, how: str) -> None:
    both = torch.stack([face, spoilt(face, how)])
    assert usable_landmarks(both, SIZE).tolist() == [True, False]
    assert usable_landmarks(both.double(), SIZE).tolist() == [True, False]
    mended = replace_unusable(both, torch.tensor([True, False]), SIZE)
    assert usable_landmarks(mended, SIZE).tolist() == [True, True]
    assert mended[0].equal(face)


@pytest.mark.parametrize("shift", [(-200, 0), (0, -100), (280, 380)])
def test_a_face_cut_off_by_the_edge_is_one(face, shift) -> None:
    assert bool(usable_landmarks(face + torch.tensor(shift), SIZE))


def test_turned_upside_down_and_small_faces_count(face) -> None:
    middle = face.mean(0)
    assert bool(usable_landmarks(2 * middle - face, SIZE))
    assert bool(usable_landmarks((face - middle).flip(1) + middle, SIZE))
    assert bool(usable_landmarks((face - middle) * 0.1 + middle, SIZE))


def test_leading_axes_and_wrong_shapes(face) -> None:
    assert usable_landmarks(face.expand(2, 3, -1, -1), SIZE).shape == (2, 3)
    with pytest.raises(ValueError, match=r"\[..., 68, 2\] .got \[5, 2\]"):
        usable_landmarks(face[:5], SIZE)
    with pytest.raises(ValueError, match=r"floating point .got torch.int64"):
        usable_landmarks(face.long(), SIZE)
