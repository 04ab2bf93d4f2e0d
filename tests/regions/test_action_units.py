from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter
from skimage.draw import ellipse
from skimage.transform import rotate
from torch import Tensor

from graphforensics.regions import (
    ACTION_UNIT_NAMES,
    ACTION_UNITS,
    action_unit_masks,
    mirror_landmarks,
    region_centers,
)
from graphforensics.regions._action_unit_rules import RULES
from tests.regions.faces import (
    PAIRS,
    check_compiles_and_exports,
    compiled_with_wrong_faces,
    turned,
)

AU = {name: number for number, name in enumerate(ACTION_UNITS)}


def test_the_fifteen_of_both_label_sets():
    bp4d, disfa = {1, 2, 4, 6, 7, 10, 12, 14, 15, 17, 23, 24}, {1, 2, 4, 6, 9, 12, 25, 26}
    assert [int(name[2:]) for name in ACTION_UNITS] == sorted(bp4d | disfa)
    assert len(ACTION_UNITS) == len(ACTION_UNIT_NAMES) == 15


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_shapes_and_types(face: Tensor, dtype: torch.dtype):
    face = face.to(dtype)
    assert action_unit_masks(face, 56).shape == (15, 56, 56)
    masks = action_unit_masks(torch.stack([face, face + 1]), (40, 56))
    assert masks.shape == (2, 15, 40, 56)
    assert masks.dtype == dtype
    assert action_unit_masks(face[None][:0], 56).shape == (0, 15, 56, 56)
    assert action_unit_masks(face.long(), 56).dtype == torch.float32


def test_values_reach_from_0_to_exactly_1(people: Tensor):
    masks = action_unit_masks(people * 64 / 224, 64)
    assert masks.min() >= 0
    assert bool((masks.amax((2, 3)) == 1).all())


def oracle(face: np.ndarray, rule, size: int, sigma: float) -> np.ndarray:
    """Fit by eigenvectors, draw with scikit-image, smooth with SciPy."""
    d = np.linalg.norm(face[42] - face[39])
    right = face[42:48].mean(0) - face[36:42].mean(0)
    right /= np.linalg.norm(right)
    down = np.array([-right[1], right[0]])
    other = dict(PAIRS) | {b: a for a, b in PAIRS}
    masks = []
    for sign in (-1, 1) if rule.paired else (-1,):
        cloud = []
        for landmark, outward, lower in rule.points:
            place = face[other.get(landmark, landmark) if sign > 0 else landmark]
            cloud.append(place + d * (sign * outward * right + lower * down))
        value, vector = np.linalg.eigh(np.cov(np.array(cloud).T, bias=True))
        short, long = np.sqrt(2 * value + (rule.margin * d) ** 2)
        x, y = np.mean(cloud, 0)
        angle = np.arctan2(vector[1, 1], vector[0, 1])
        picture = np.zeros((size, size))
        picture[ellipse(y, x, short, long, picture.shape, rotation=-angle)] = 1
        smooth = gaussian_filter(picture, sigma, mode="constant", truncate=4)
        masks.append(smooth / smooth.max())
    return np.max(masks, 0)


@pytest.mark.parametrize("rule", RULES, ids=ACTION_UNITS)
def test_against_another_way_to_draw(face: Tensor, rule):
    tilted = turned(face * 0.8 + torch.tensor([30.3, 25.7]), 17, (112, 112))
    wanted = oracle(tilted.numpy(), rule, 224, sigma=3.0)
    got = action_unit_masks(tilted, 224)[AU[f"AU{rule.number}"]].numpy()
    np.testing.assert_allclose(got, wanted, atol=1e-6)


def test_sigma_belongs_to_224_pixels(face: Tensor):
    wanted = oracle(face.numpy() * 2, RULES[0], 448, sigma=2.0)
    got = action_unit_masks(face * 2, 448, sigma=1.0)[0].numpy()
    np.testing.assert_allclose(got, wanted, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("AU1", [(92, 60), (132, 60)]),  # above the inner brows
        ("AU2", [(57, 60), (167, 60)]),  # above the outer brows
        ("AU4", [(112, 78), (92, 76), (132, 76)]),  # between the brows and below
        ("AU6", [(72, 132), (152, 132)]),  # one d below the eyes
        ("AU7", [(60, 90), (93, 91), (75, 89), (164, 90), (131, 91)]),  # corners of the eyes
        ("AU9", [(112, 95), (100, 112), (124, 112)]),  # the nose's root and sides
        ("AU10", [(112, 148), (105, 155), (119, 155)]),  # upper lip and what is above it
        ("AU12", [(84, 161), (140, 161), (76, 152), (148, 152)]),  # corners and up
        ("AU14", [(84, 161), (140, 161), (76, 161), (148, 161)]),  # corners and outward
        ("AU15", [(84, 161), (140, 161), (84, 172), (140, 172)]),  # corners and down
        ("AU17", [(112, 186), (112, 192)]),  # half a d below the lip
        ("AU23", [(112, 155), (112, 173), (92, 161), (132, 161)]),  # both lips
        ("AU24", [(112, 155), (112, 173)]),
        ("AU25", [(112, 160), (112, 164), (95, 161), (129, 161)]),  # where they part
        ("AU26", [(112, 173), (112, 190), (100, 195), (124, 195)]),  # from the lip to the jaw
    ],
)
def test_where_an_action_unit_lies(face: Tensor, name: str, inside: list[tuple[int, int]]):
    mask = action_unit_masks(face, 224)[AU[name]]
    for x, y in inside:
        assert mask[y, x] > 0.5, (x, y, mask[y, x])
    # Nothing of it on the other half of the face.
    upper = name in ("AU1", "AU2", "AU4", "AU7")
    assert mask[150:].max() < 0.01 if upper else mask[:70].max() < 0.1
    assert 0.003 < (mask > 0.5).float().mean() < 0.08


def at(masks: Tensor, faces: Tensor, name: str, landmark: int) -> Tensor:
    x, y = faces[:, landmark].round().long().unbind(1)
    return masks[torch.arange(len(faces)), AU[name], y, x]


@pytest.mark.data
def test_on_hand_placed_landmarks(people: Tensor):
    masks = action_unit_masks(people, 224)
    unit = (people[:, 42] - people[:, 39]).norm(dim=1)
    for corner in (48, 54):
        for name in ("AU12", "AU14", "AU15"):
            assert at(masks, people, name, corner).min() > 0.5
    for lid in range(36, 48):
        assert at(masks, people, "AU7", lid).min() > 0.35
    for root in (28, 29):
        assert at(masks, people, "AU9", root).min() > 0.5
    for lip in (50, 51, 52):
        assert at(masks, people, "AU10", lip).min() > 0.5
    # The outline of the lips passes in and out of the ellipse, their inner edges do not.
    for lip, least in ((51, 0.35), (57, 0.35), (62, 0.9), (66, 0.9)):
        assert at(masks, people, "AU23", lip).min() > least
        assert at(masks, people, "AU24", lip).min() > least
    centers = region_centers(masks) * 224 - 0.5
    chin = centers[:, AU["AU17"]]
    lower, jaw = people[:, 57], people[:, 8]
    assert bool((chin[:, 1] > lower[:, 1] + 0.25 * unit).all())
    assert bool((chin[:, 1] < jaw[:, 1]).all())
    brows = people[:, [20, 21, 22, 23]].mean(1)
    rise = (brows - centers[:, AU["AU1"]])[:, 1] / unit
    assert rise.min() > 0.4
    assert rise.max() < 0.6


def test_masks_turn_with_the_face(face: Tensor):
    upright = action_unit_masks(face, 225)
    tilted = action_unit_masks(turned(face, 20, (112, 112)), 225)
    for straight, got in zip(upright.numpy(), tilted.numpy(), strict=True):
        wanted = rotate(straight, -20, order=1)
        # What differs are the steps of the outlines, on the scale of a pixel.
        assert np.abs(got - wanted).max() < 0.1
        assert np.abs(got - wanted).mean() < 2e-3


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.parametrize("degrees", [-25, 25])
def test_masks_turn_with_hand_placed_landmarks(people: Tensor, degrees: int):
    people = people.double()
    tilted = torch.stack([turned(face, degrees, (112, 112)) for face in people])
    straight = region_centers(action_unit_masks(people, 224)) * 224 - 0.5
    wanted = torch.stack([turned(face, degrees, (112, 112)) for face in straight])
    got = region_centers(action_unit_masks(tilted, 224)) * 224 - 0.5
    # An ellipse is drawn in whole pixels before it is smoothed.
    assert (got - wanted).norm(dim=-1).max() < 1
    assert (got - wanted).norm(dim=-1).mean() < 0.15
    assert (got - straight).norm(dim=-1).median() > 5


@pytest.mark.data
def test_both_halves_of_people_s_faces_have_as_much(people: Tensor):
    """Split at the bridge of the nose and the chin, also of heads that are turned a little."""
    masks = action_unit_masks(people, 224)
    rows, columns = torch.meshgrid(torch.arange(224), torch.arange(224), indexing="ij")
    (x, y), down = people[:, 27].unbind(1), people[:, 8] - people[:, 27]
    side = (columns - x.view(-1, 1, 1)) * down[:, 1].view(-1, 1, 1)
    side = side - (rows - y.view(-1, 1, 1)) * down[:, 0].view(-1, 1, 1)
    right = (masks * (side > 0).unsqueeze(1)).sum((2, 3)) / masks.sum((2, 3))
    assert right.min() > 0.35
    assert right.max() < 0.65
    assert (right.mean(0) - 0.5).abs().max() < 0.05


def test_the_mirrored_face_has_mirrored_masks(people: Tensor):
    people = people[:2].double()
    masks = action_unit_masks(people, (224, 200))
    mirrored = action_unit_masks(mirror_landmarks(people, 200), (224, 200))
    torch.testing.assert_close(mirrored, masks.flip(-1), atol=1e-9, rtol=0)


def test_a_symmetric_face_has_symmetric_masks(face: Tensor):
    masks = action_unit_masks(face, (224, 225))
    torch.testing.assert_close(masks, masks.flip(-1), atol=1e-9, rtol=0)


def test_a_batch_is_its_faces(people: Tensor):
    people = people[:3]
    singles = torch.stack([action_unit_masks(face, 64) for face in people])
    torch.testing.assert_close(action_unit_masks(people, 64), singles)


def test_small_masks_are_those_of_the_large_picture(face: Tensor):
    large = action_unit_masks(face, 224)
    small = action_unit_masks((face + 0.5) / 16 - 0.5, 14)
    mean = torch.nn.functional.avg_pool2d(large, 16)
    assert bool((small.amax((1, 2)) == 1).all())
    wanted = mean / mean.amax((1, 2), keepdim=True)
    assert (small - wanted).abs().max() < 0.15
    assert (region_centers(small) - region_centers(large)).abs().max() < 0.01


def test_a_tiny_face_still_has_every_mask(face: Tensor):
    masks = action_unit_masks(face / 40 + 7, 14)
    assert bool((masks.amax((1, 2)) == 1).all())


def test_a_face_beyond_the_border(face: Tensor):
    face = face + 0.123  # no outline may meet a pixel's centre exactly
    wide = action_unit_masks(face + 100, 424, sigma=3.0 * 224 / 424)
    cut = action_unit_masks(face, 224)
    torch.testing.assert_close(cut, wide[:, 100:324, 100:324])
    # Half of the face is to the left of the picture: the right half is where it was.
    half = action_unit_masks(face - torch.tensor([112.0, 0]), 224)
    assert (half[AU["AU12"], :, 20:112] - cut[AU["AU12"], :, 132:]).abs().max() < 1e-6
    outside = action_unit_masks(face + 1000, 224)
    assert outside.abs().max() == 0


def test_what_reaches_in_from_outside_is_not_blown_up(face: Tensor):
    masks = action_unit_masks(face - torch.tensor([0.0, 62.0]), 224)
    assert 0.05 < masks[AU["AU1"]].max() < 1
    masks = action_unit_masks(face - torch.tensor([0.0, 80.0]), 224)
    assert masks[AU["AU1"]].max() < 0.5


def test_without_smoothing_the_ellipses_have_sharp_edges(face: Tensor):
    assert set(action_unit_masks(face, 224, sigma=0).unique().tolist()) == {0.0, 1.0}


def test_wrong_arguments(face: Tensor):
    for shape in ((67, 2), (68, 3), (2, 2, 68, 2), (68,)):
        with pytest.raises(ValueError, match=r"\[68, 2\] or \[B, 68, 2\] \(got "):
            action_unit_masks(torch.zeros(shape), 224)
    with pytest.raises(ValueError, match="'size'"):
        action_unit_masks(face, 0)
    with pytest.raises(ValueError, match="'sigma'"):
        action_unit_masks(face, 224, sigma=-1)
    with pytest.raises(ValueError, match="got ndarray"):
        action_unit_masks(face.numpy(), 224)
    with pytest.raises(ValueError, match=r"torch\.bool"):
        action_unit_masks(face > 0, 224)


def test_degenerate_faces_are_named(face: Tensor):
    broken = face.clone()
    broken[30, 0] = torch.nan
    with pytest.raises(ValueError, match=r"finite .* face 1, 2 of 3"):
        action_unit_masks(torch.stack([face, broken, broken]), 224)
    with pytest.raises(ValueError, match=r"eyes apart .* face 1 of 2"):
        action_unit_masks(torch.stack([face, torch.full_like(face, 50.0)]), 224)


def test_compiled_and_exported(face: Tensor):
    check_compiles_and_exports(
        lambda x: action_unit_masks(x, 28), torch.stack([face, face + 3]) / 8
    )


def test_compiled_a_degenerate_face_gives_nan(face: Tensor):
    good, broken, point = compiled_with_wrong_faces(lambda x: action_unit_masks(x / 8, 28), face)
    assert bool(good.isfinite().all())
    assert bool(broken.isnan().all())
    assert bool(point.isnan().all())
