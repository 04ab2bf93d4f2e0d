from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from graphforensics.nn import MaskDecoder


@pytest.mark.parametrize("size", [(40, 40), (33, 47), None])
def test_sizes(size):
    decoder = MaskDecoder([4, 6, 8], hidden=8).eval()
    maps = torch.rand(2, 4, 10, 10), torch.rand(2, 6, 5, 5), torch.rand(2, 8, 3, 3)
    assert decoder(*maps, size=size).shape == (2, 1, *(size or (40, 40)))


def test_every_map_and_parameter_takes_part():
    decoder = MaskDecoder([4, 6], hidden=8)
    maps = [torch.rand(2, c, s, s, requires_grad=True) for c, s in ((4, 8), (6, 4))]
    decoder(*maps, size=(32, 32)).square().sum().backward()
    assert all(one.grad.abs().sum() > 0 for one in maps)
    assert all(p.grad is not None for p in decoder.parameters())


def test_it_learns_where_a_square_is():
    torch.manual_seed(0)
    mask = torch.zeros(2, 1, 32, 32)
    mask[0, :, 8:16, 16:24] = 1
    decoder = MaskDecoder([1, 1], hidden=8)
    maps = functional.avg_pool2d(mask, 4), functional.avg_pool2d(mask, 8)
    optimizer = torch.optim.Adam(decoder.parameters(), 0.02)
    for _ in range(150):
        optimizer.zero_grad()
        logit = decoder(*maps, size=(32, 32))
        functional.binary_cross_entropy_with_logits(logit, mask).backward()
        optimizer.step()
    assert ((logit > 0) == mask.bool()).float().mean() > 0.97


def test_wrong_maps():
    decoder = MaskDecoder([4, 6])
    with pytest.raises(ValueError, match=r"'maps' must be 2 \(got 1\)"):
        decoder(torch.rand(1, 4, 8, 8))
    with pytest.raises(ValueError, match=r"'maps' must be \[1, 6, H, W\]"):
        decoder(torch.rand(1, 4, 8, 8), torch.rand(1, 5, 4, 4))
    with pytest.raises(ValueError, match="'maps' must be positive"):
        MaskDecoder([])
    with pytest.raises(ValueError, match="'hidden' must be positive"):
        MaskDecoder([4], hidden=0)
