from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.fft import dctn, idctn
from skimage.data import astronaut

from graphforensics.nn import HighPassDCT, high_pass_dct
from graphforensics.nn.high_pass_dct import dct_matrix
from tests.nn.properties import (
    check_batch_is_singles,
    check_compile_and_export,
    check_gradients,
    check_half,
    check_nan_shows,
    check_onnx,
    places,
    refused,
)


def oracle(image: np.ndarray, alpha: float) -> np.ndarray:
    """Eqs. 1 to 3 with SciPy's transform, coefficient by coefficient."""
    grey = np.tensordot([0.299, 0.587, 0.114], image, axes=1) if image.shape[0] == 3 else image[0]
    spectrum = dctn(grey, type=2, norm="ortho")
    height, width = grey.shape
    for row, column in places(height, width):
        if row / height + column / width < alpha:
            spectrum[row, column] = 0
    return idctn(spectrum, type=2, norm="ortho")


@pytest.mark.parametrize("alpha", [0.0, 0.1, 0.33, 0.7, 1.0])
@pytest.mark.parametrize("shape", [(3, 20, 20), (1, 9, 14), (3, 31, 7)])
def test_against_scipy(shape, alpha):
    image = torch.rand(2, *shape, dtype=torch.float64)
    met = high_pass_dct(image, alpha, rescale=False).numpy()
    for face in range(2):
        np.testing.assert_allclose(met[face, 0], oracle(image[face].numpy(), alpha), atol=1e-12)


def test_paper_size_in_single_precision():
    image = torch.from_numpy(astronaut()[:299, :299].transpose(2, 0, 1) / 255.0).unsqueeze(0)
    high = high_pass_dct(image.float(), rescale=False)[0, 0].numpy()
    np.testing.assert_allclose(high, oracle(image[0].numpy(), 0.33), atol=2e-5)


def test_matrix_is_orthonormal_and_scipys():
    matrix = dct_matrix(300, torch.zeros(1))
    torch.testing.assert_close(matrix @ matrix.T, torch.eye(300), atol=1e-5, rtol=0)
    np.testing.assert_allclose(matrix.numpy(), dctn(np.eye(300), axes=0, norm="ortho"), atol=1e-6)


@pytest.mark.parametrize(("side", "kept"), [(10, 90), (299, 84451), (224, 47401)])
def test_kept_coefficients_counted(side, kept):
    """Of the legs 0.33 N the triangle holds 1 + 2 + ... + ceil(0.33 N)."""
    removed = int(np.ceil(0.33 * side))
    assert kept == side**2 - removed * (removed + 1) // 2
    noise = torch.rand(1, 1, side, side, dtype=torch.float64) + 0.1
    spectrum = dctn(high_pass_dct(noise, rescale=False)[0, 0].numpy(), norm="ortho")
    before = dctn(noise[0, 0].numpy(), norm="ortho")
    there = np.abs(spectrum) > 1e-10
    assert there.sum() == kept
    np.testing.assert_allclose(spectrum[there], before[there], atol=1e-10)


@pytest.mark.parametrize("size", [(224, 224), (299, 299), (37, 52)])
def test_the_round_trip_is_exact(size):
    image = torch.rand(2, 1, *size, dtype=torch.float64)
    met = high_pass_dct(image, alpha=0, rescale=False)
    torch.testing.assert_close(met, image, atol=1e-12, rtol=0)
    met = high_pass_dct(image.float(), alpha=0, rescale=False)
    torch.testing.assert_close(met, image.float(), atol=1e-5, rtol=0)


def test_centred_in_unit_range_whatever_the_normalisation():
    image = torch.rand(2, 3, 16, 16)
    high = high_pass_dct(image)
    torch.testing.assert_close(high.mean((1, 2, 3)), torch.zeros(2), atol=1e-6, rtol=0)
    torch.testing.assert_close(high.abs().amax((1, 2, 3)), torch.ones(2))
    torch.testing.assert_close(high_pass_dct((image - 0.5) / 0.25), high, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("level", [0.0, 0.1, 1.0, 250.0])
def test_flat_image_gives_zeros_not_rounding(level):
    assert (high_pass_dct(torch.full((1, 3, 33, 17), level)) == 0).all()


def test_one_pixel():
    assert high_pass_dct(torch.ones(1, 1, 1, 1)).item() == 0
    assert high_pass_dct(torch.full((1, 1, 1, 1), 3.0), alpha=0).item() == 1


def test_layer_properties():
    layer = HighPassDCT()
    assert repr(layer) == "HighPassDCT(alpha=0.33)"
    assert repr(HighPassDCT(0.5, rescale=False)) == "HighPassDCT(alpha=0.5, rescale=False)"
    image = torch.rand(2, 3, 12, 10)
    check_batch_is_singles(layer, image)
    check_compile_and_export(layer, image)
    check_half(layer, image, scale=255)
    check_nan_shows(layer, image)
    check_gradients(layer, image[:1, :, :6, :5])


def test_onnx():
    check_onnx(HighPassDCT(), torch.rand(2, 3, 12, 10))


def test_wrong_arguments():
    assert "alpha" in refused(HighPassDCT, alpha=1.5)
    assert "(got [1, 4, 8, 8])" in refused(high_pass_dct, torch.rand(1, 4, 8, 8))
    assert "torch.uint8" in refused(high_pass_dct, torch.zeros(1, 3, 8, 8, dtype=torch.uint8))
