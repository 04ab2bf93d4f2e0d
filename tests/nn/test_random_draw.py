from __future__ import annotations

import pytest
import torch

from graphforensics.nn.random_draw import draw_beta, draw_order, draw_uniform

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    "draw",
    [
        lambda generator: draw_uniform((50,), CPU, generator),
        lambda generator: draw_beta(0.5, (50,), CPU, generator),
        lambda generator: draw_order(50, CPU, generator),
    ],
)
def test_the_generator_decides_and_without_one_the_global_seed(draw):
    first = draw(torch.Generator().manual_seed(3))
    torch.rand(1)
    assert torch.equal(draw(torch.Generator().manual_seed(3)), first)
    assert not torch.equal(draw(torch.Generator().manual_seed(4)), first)
    torch.manual_seed(8)
    free = draw(None)
    torch.manual_seed(8)
    assert torch.equal(draw(None), free)


def test_ranges():
    uniform = draw_uniform((3, 1000), CPU)
    assert uniform.shape == (3, 1000)
    assert 0 <= uniform.min() < 0.01
    assert 0.99 < uniform.max() < 1
    assert sorted(draw_order(9, CPU).tolist()) == list(range(9))
