from __future__ import annotations

import pytest
import torch
from scipy.fft import dctn

from graphforensics.nn import RGBFrequencyEncoder


def build(**keywords: object) -> RGBFrequencyEncoder:
    torch.manual_seed(0)
    return RGBFrequencyEncoder("resnet10t", **keywords).eval()


@pytest.fixture
def images() -> torch.Tensor:
    return torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(1))


def test_gated_maps_go_on_into_the_next_stage(images):
    encoder = build()
    with torch.no_grad():
        met = encoder(images)
        rgb, frequency = images, encoder.high_frequencies(images)
        for number in range(3):
            rgb = encoder.rgb.stages[number](rgb)
            frequency = encoder.frequency.stages[number](frequency)
            maps = encoder.gates[number].attention(rgb, frequency)
            rgb, frequency = maps[:, :1] * rgb, maps[:, 1:] * frequency
            torch.testing.assert_close(met[number], rgb + frequency)
    assert encoder.channels == (128, 256, 512)


def test_without_attention_the_streams_do_not_meet(images):
    encoder = build(attention=False)
    with torch.no_grad():
        met = encoder(images)
        high = encoder.high_frequencies(images)
        pairs = zip(encoder.rgb(images), encoder.frequency(high), strict=True)
        for one, pair in zip(met, pairs, strict=True):
            torch.testing.assert_close(one, torch.cat(pair, 1))
    assert encoder.channels == (256, 512, 1024)
    assert encoder.gates is None


def test_without_frequency_it_is_the_one_network(images):
    encoder = build(frequency=False)
    with torch.no_grad():
        for one, other in zip(encoder(images), encoder.rgb(images), strict=True):
            assert torch.equal(one, other)
    assert encoder.gates is None
    assert sum(p.numel() for p in encoder.parameters()) == sum(
        p.numel() for p in encoder.rgb.parameters()
    )


def test_networks_that_cannot_be_cut_are_gated_at_their_ends():
    encoder = RGBFrequencyEncoder("test_vit", img_size=64).eval()
    images = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        met = encoder(images)
        high = encoder.high_frequencies(images)
        pairs = zip(encoder.gates, encoder.rgb(images), encoder.frequency(high), strict=True)
        for one, (gate, rgb, frequency) in zip(met, pairs, strict=True):
            torch.testing.assert_close(one, sum(gate(rgb, frequency)))


def test_the_frequencies_are_those_of_the_image_however_it_was_normalised(images):
    encoder = build()
    pixels = torch.rand(1, 3, 64, 64)
    std, mean = torch.tensor(encoder.rgb.std).view(3, 1, 1), 0.4
    high = encoder.high_frequencies((pixels - mean) / std)[0, 0]
    grey = (0.299 * pixels[0, 0] + 0.587 * pixels[0, 1] + 0.114 * pixels[0, 2]).double().numpy()
    wanted, met = dctn(grey, norm="ortho"), dctn(high.double().numpy(), norm="ortho")
    row, column = torch.meshgrid(torch.arange(64), torch.arange(64), indexing="ij")
    kept = (row + column >= 0.33 * 64).numpy()
    assert abs(met[~kept]).max() < 1e-4
    ratio = met[kept] / wanted[kept]
    assert abs(ratio / ratio.mean() - 1).max() < 1e-2
    assert high.abs().max().item() == pytest.approx(1)


def test_autocast_leaves_the_spectrum_in_full_precision(images):
    encoder = build()
    wanted = encoder.high_frequencies(images)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(encoder.high_frequencies(images), wanted)


def test_wrong_images():
    with pytest.raises(
        ValueError, match=r"'images' must be \[B, 3, H, W\] \(got \[1, 4, 64, 64\]\)"
    ):
        build()(torch.rand(1, 4, 64, 64))
    with pytest.raises(ValueError, match=r"'alpha' must be in \[0, 1\]"):
        build(alpha=2.0)
