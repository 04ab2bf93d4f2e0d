from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from graphforensics.tamper import difference_mask


def pair() -> tuple[torch.Tensor, torch.Tensor]:
    draw = torch.Generator().manual_seed(1)
    real = torch.randint(0, 256, (2, 3, 9, 7), generator=draw).byte()
    change = torch.randint(-80, 81, real.shape, generator=draw)
    return real, (real.long() + change).clamp(0, 255).byte()


def test_against_numpy_and_pillows_grey():
    real, forged = pair()
    mask = difference_mask(real, forged)
    off = np.abs(real.numpy().astype(int) - forged.numpy().astype(int)).astype(np.uint8)
    for sample in range(2):
        grey = np.asarray(Image.fromarray(off[sample].transpose(1, 2, 0)).convert("L"))
        clear = np.abs(grey - 0.15 * 255) > 1  # Pillow rounds its grey
        assert 0.2 < mask[sample].mean() < 0.8
        assert np.array_equal(mask[sample, 0].numpy()[clear] == 1, (grey / 255 > 0.15)[clear])


def test_bytes_and_floats_agree_and_order_does_not_matter():
    real, forged = pair()
    mask = difference_mask(real, forged)
    assert torch.equal(difference_mask(real / 255, forged / 255), mask)
    assert torch.equal(difference_mask(forged, real), mask)
    assert torch.equal(difference_mask(real[0], forged[0]), mask[0])
    assert mask.shape == (2, 1, 9, 7)
    assert mask.dtype == torch.float32


def test_a_picture_and_itself():
    real, forged = pair()
    assert difference_mask(real, real).sum() == 0
    assert difference_mask(real, forged, threshold=1).sum() == 0
    everything = difference_mask(torch.zeros(3, 2, 2), torch.ones(3, 2, 2), threshold=0.99)
    assert everything.eq(1).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((torch.rand(3, 4, 4), torch.rand(3, 4, 4), 1.5), r"'threshold' must be in \[0, 1\]"),
        ((torch.rand(1, 4, 4), torch.rand(1, 4, 4)), r"'real' must be \[..., 3, H, W\]"),
        ((torch.rand(3, 4, 4), torch.rand(3, 4, 5)), r"'forged' must be \[3, 4, 4\]"),
        ((torch.rand(3, 4, 4), torch.rand(3, 4, 4).byte()), "of torch.float32"),
        ((torch.ones(3, 4, 4).int(), torch.ones(3, 4, 4).int()), "uint8 or floating point"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        difference_mask(*arguments)
