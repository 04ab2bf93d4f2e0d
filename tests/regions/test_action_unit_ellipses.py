import torch

from graphforensics.regions import ACTION_UNITS, action_unit_masks
from graphforensics.regions.action_unit_ellipses import ELLIPSE_UNITS, fit_ellipses, invert
from tests.regions.faces import SIDE


def test_every_unit_has_an_ellipse_and_pairs_have_two() -> None:
    assert ELLIPSE_UNITS[: len(ACTION_UNITS)] == tuple(range(len(ACTION_UNITS)))
    paired = {ACTION_UNITS[unit] for unit in ELLIPSE_UNITS[len(ACTION_UNITS) :]}
    assert paired == {"AU1", "AU2", "AU4", "AU6", "AU7", "AU9", "AU12", "AU14", "AU15"}


def test_masks_are_high_in_the_ellipses_and_low_away_from_them(face) -> None:
    center, matrix = fit_ellipses(face[None])
    masks = action_unit_masks(face, SIDE)
    y, x = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    away = torch.stack([x, y], dim=-1) - center[0, :, None, None]
    q = torch.einsum("lhwi,lij,lhwj->lhw", away, invert(matrix[0]), away)
    for unit, mask in enumerate(masks):
        nearest = q[[number == unit for number in ELLIPSE_UNITS]].amin(0)
        assert mask[nearest < 0.25].min() > 0.5
        assert mask[nearest > 6].max() < 0.5


def test_inverse() -> None:
    matrix = torch.eye(2) + 0.3 * torch.rand(5, 2, 2)
    torch.testing.assert_close(invert(matrix), torch.linalg.inv(matrix))
