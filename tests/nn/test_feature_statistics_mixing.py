from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from graphforensics.nn import FeatureStatisticsMixing, mix_feature_statistics
from graphforensics.nn.random_draw import draw_beta
from tests.nn.properties import (
    check_batch_is_singles,
    check_compile_and_export,
    check_gradients,
    check_half,
    check_nan_shows,
    check_onnx,
    refused,
)


class Mix(nn.Module):
    """The function as a module, for the checks that want one."""

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        return mix_feature_statistics(*inputs)


def sample(faces: int = 2, dtype: torch.dtype = torch.float32) -> tuple[torch.Tensor, ...]:
    real, fake = torch.randn(2, faces, 3, 5, 4, dtype=dtype)
    return real, 2 + 3 * fake, torch.rand(faces, 1, 5, 4, dtype=dtype), torch.rand(faces, 3)


def oracle(
    real: np.ndarray, fake: np.ndarray, mask: np.ndarray, shares: np.ndarray, eps: float = 1e-5
) -> np.ndarray:
    """Eqs. 10 to 17, channel by channel."""
    out = np.empty_like(fake)
    for channel in range(len(fake)):
        means, spreads, shapes = [], [], []
        for feature in (real[channel], fake[channel]):
            mean = (feature * mask).sum() / mask.sum()
            spread = np.sqrt(((feature - mean) ** 2 * mask).sum() / mask.sum() + eps)
            means.append(mean)
            spreads.append(spread)
            shapes.append((feature - mean) * mask / spread)
        mean = shares[0] * means[1] + (1 - shares[0]) * means[0]
        spread = shares[1] * spreads[1] + (1 - shares[1]) * spreads[0]
        shape = shares[2] * shapes[1] + (1 - shares[2]) * shapes[0]
        out[channel] = fake[channel] * (1 - mask) + spread * shape + mean * mask
    return out


def test_against_oracle():
    real, fake, mask, shares = sample(3, torch.float64)
    met = mix_feature_statistics(real, fake, mask, shares)
    for face in range(3):
        numbers = (real[face], fake[face], mask[face, 0], shares[face].double())
        wanted = oracle(*(tensor.numpy() for tensor in numbers))
        np.testing.assert_allclose(met[face].numpy(), wanted, atol=1e-12)


def test_all_fake_changes_nothing():
    real, fake, mask, _ = sample()
    met = mix_feature_statistics(real, fake, mask, torch.ones(2, 3))
    torch.testing.assert_close(met, fake)


def test_all_real_takes_the_region_over():
    real, fake, _, _ = sample()
    mask = torch.zeros(2, 1, 5, 4)
    mask[:, :, :3, :2] = 1
    met = mix_feature_statistics(real, fake, mask, torch.zeros(2, 3))
    torch.testing.assert_close(met[:, :, :3, :2], real[:, :, :3, :2], atol=1e-5, rtol=1e-4)
    assert torch.equal(met[:, :, 3:], fake[:, :, 3:])
    assert torch.equal(met[:, :, :, 2:], fake[:, :, :, 2:])


def test_empty_mask_and_constant_region():
    real, fake, mask, shares = sample()
    assert torch.equal(mix_feature_statistics(real, fake, torch.zeros_like(mask), shares), fake)
    flat = torch.full_like(fake, 4.0)
    met = mix_feature_statistics(flat, flat, torch.ones_like(mask), shares)
    torch.testing.assert_close(met, flat)


def test_mask_of_the_image_is_resized_by_area():
    real, fake, _, shares = sample()
    large = (torch.rand(2, 1, 20, 16) > 0.5).float()
    small = large.view(2, 1, 5, 4, 4, 4).mean((3, 5))
    wanted = mix_feature_statistics(real, fake, small, shares)
    torch.testing.assert_close(mix_feature_statistics(real, fake, large, shares), wanted)


def test_channels_permute():
    (real, fake, mask, shares), order = sample(), torch.randperm(3)
    wanted = mix_feature_statistics(real, fake, mask, shares)[:, order]
    met = mix_feature_statistics(real[:, order], fake[:, order], mask, shares)
    torch.testing.assert_close(met, wanted)


def test_layer_draws_for_each_face_from_its_generator():
    layer = FeatureStatisticsMixing()
    real, fake, mask, _ = sample()
    first = layer(real, fake, mask, generator=torch.Generator().manual_seed(1))
    torch.rand(3)  # the global state does not matter
    again = layer(real, fake, mask, generator=torch.Generator().manual_seed(1))
    other = layer(real, fake, mask, generator=torch.Generator().manual_seed(2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    shares = draw_beta(0.5, (2, 3), real.device, torch.Generator().manual_seed(1))
    assert torch.equal(first, layer(real, fake, mask, shares))
    assert torch.equal(layer.eval()(real, fake, mask), fake)


@pytest.mark.parametrize("concentration", [0.5, 1.0, 4.0])
def test_beta_law(concentration):
    drawn = draw_beta(concentration, (20000,), torch.device("cpu"))
    assert drawn.min() >= 0
    assert drawn.max() <= 1
    assert drawn.mean().item() == pytest.approx(0.5, abs=0.01)
    # the variance of Beta(a, a) is 1 / (4 (2 a + 1))
    assert drawn.var().item() == pytest.approx(1 / (8 * concentration + 4), rel=0.05)


def test_layer_properties():
    assert repr(FeatureStatisticsMixing()) == "FeatureStatisticsMixing(concentration=0.5)"
    inputs = sample()
    check_batch_is_singles(mix_feature_statistics, *inputs)
    check_compile_and_export(FeatureStatisticsMixing(), *inputs)
    check_half(Mix(), *inputs[:3], inputs[3])
    check_nan_shows(mix_feature_statistics, *inputs)
    check_gradients(Mix(), *(tensor[:1] for tensor in inputs))


def test_half_precision_holds_large_features():
    real, fake, mask, shares = sample()
    met = mix_feature_statistics((real * 3000).half(), (fake * 3000).half(), mask.half(), shares)
    assert met.dtype == torch.float16
    assert met.isfinite().all()


def test_onnx():
    check_onnx(Mix(), *sample())


def test_wrong_arguments():
    real, fake, mask, shares = sample()
    assert "concentration" in refused(FeatureStatisticsMixing, concentration=0)
    assert "eps" in refused(FeatureStatisticsMixing, eps=-1.0)
    assert "'real'" in refused(mix_feature_statistics, real[:, :2], fake, mask, shares)
    assert "[2, 1, h, w] (got [2, 5, 4])" in refused(
        mix_feature_statistics, real, fake, mask[:, 0], shares
    )
    assert "[2, 3] (got [3])" in refused(mix_feature_statistics, real, fake, mask, shares[0])
    assert "'fake'" in refused(FeatureStatisticsMixing(), real[0], fake[0], mask)
    assert "torch.bool" in refused(mix_feature_statistics, real, fake, mask > 0, shares)
