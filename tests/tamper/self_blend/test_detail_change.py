import numpy as np
import pytest
import torch
from PIL import Image
from scipy.ndimage import convolve

from graphforensics.tamper import SelfBlendRecipe, change_detail
from graphforensics.tamper.self_blend.detail_change import reduce, sharpen


@pytest.fixture
def faces(photograph) -> torch.Tensor:
    pixels = torch.from_numpy(photograph).permute(2, 0, 1).float()
    return torch.stack([pixels[:, y : y + 90, 180:260] for y in (20, 60, 100, 140)])


def test_sharpening_against_scipy(faces) -> None:
    kernel = np.array([[1, 1, 1], [1, 5, 1], [1, 1, 1]]) / 13
    strengths = [1.0, 2.0, 3.3, 4.0]
    sharp = sharpen(faces.clone(), torch.tensor(strengths), 255.0)
    for face, strength, met in zip(faces.double().numpy(), strengths, sharp, strict=True):
        smooth = np.stack([convolve(channel, kernel) for channel in face])
        wanted = face.copy()
        inner = np.s_[:, 1:-1, 1:-1]
        wanted[inner] = np.clip(face + (strength - 1) * (face - smooth), 0, 255)[inner]
        np.testing.assert_allclose(met.numpy(), wanted, atol=1e-3)


def test_reducing_against_pillow(faces) -> None:
    """Pillow's bilinear reduction filters in the same way; both of its passes keep floats."""
    factors = [1.5, 2.0, 2.0, 3.0]
    reduced = reduce(faces.clone(), factors)
    for face, factor, met in zip(faces.numpy(), factors, reduced, strict=True):
        size = (round(80 / factor), round(90 / factor))
        for channel, plane in zip(face, met, strict=True):
            small = Image.fromarray(channel).resize(size, Image.Resampling.BILINEAR)
            back = np.asarray(small.resize((80, 90), Image.Resampling.BILINEAR))
            np.testing.assert_allclose(plane.numpy(), back, atol=0.02)


@pytest.mark.parametrize("detail", ["sharpen", "downscale"])
def test_like_the_function_for_one_picture(faces, detail) -> None:
    strengths = [1.6, 1.6, 2.5, 3.9]
    given = faces / 255
    if detail == "sharpen":
        changed = sharpen(given.clone(), torch.tensor(strengths))
    else:
        changed = reduce(given.clone(), strengths)
    for face, strength, met in zip(given, strengths, changed, strict=True):
        wanted = change_detail(face, SelfBlendRecipe(detail=detail, strength=strength))
        torch.testing.assert_close(met, wanted, atol=1e-5, rtol=0)


def test_a_picture_is_reduced_alike_in_any_company(faces) -> None:
    together = reduce(faces.clone(), [1.5, 1.75, 2.5, 3.0])
    for number, factor in enumerate([1.5, 1.75, 2.5, 3.0]):
        alone = reduce(faces[number : number + 1].clone(), [factor])
        assert alone[0].equal(together[number])


def test_tiny_pictures() -> None:
    tiny = torch.rand(2, 3, 2, 3)
    assert sharpen(tiny.clone(), torch.tensor([2.0, 4.0])).equal(tiny)
    assert reduce(tiny.clone(), [3.0, 0.5]).shape == tiny.shape
