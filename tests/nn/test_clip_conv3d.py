from __future__ import annotations

import pytest
import torch
from torch import nn

from graphforensics.nn import ClipConv3d, TorchvisionVideoEncoder


@pytest.mark.parametrize("frames", [1, 2, 3, 5])
@pytest.mark.parametrize(
    "keywords",
    [
        {"kernel_size": 3, "padding": 1},
        {"kernel_size": (3, 1, 1), "padding": (1, 0, 0), "bias": False},
        {"kernel_size": 3, "padding": 2, "dilation": 2, "groups": 2},
        {"kernel_size": 3, "padding": 1, "stride": 2},
        {"kernel_size": 3, "padding": "same"},
        {"kernel_size": (1, 3, 3), "padding": (0, 1, 1)},
    ],
)
def test_numbers_and_gradients_are_torchs(frames, keywords):
    mine, other = ClipConv3d(4, 6, **keywords), nn.Conv3d(4, 6, **keywords)
    other.load_state_dict(mine.state_dict())
    x = torch.randn(2, 4, frames, 5, 5)
    out, wanted = mine(x), other(x)
    assert torch.allclose(out, wanted, atol=1e-6)
    out.square().sum().backward()
    wanted.square().sum().backward()
    assert torch.allclose(mine.weight.grad, other.weight.grad, atol=1e-3)


def test_the_gradient_of_two_frames_is_right_in_bfloat16():
    conv, x = ClipConv3d(32, 16, 3, padding=1, bias=False), torch.randn(3, 32, 2, 4, 4)
    conv(x).sum().backward()
    wanted = conv.weight.grad.clone()
    for _ in range(20):  # garbage differs from time to time
        conv.weight.grad = None
        torch.full((30_000,), float("nan"))  # what the memory held before
        with torch.autocast("cpu", torch.bfloat16):
            out = conv(x)
        out.sum().backward()
        assert torch.allclose(conv.weight.grad, wanted, atol=0.05 * wanted.abs().max().item())


def test_encoders_have_no_other():
    encoder = TorchvisionVideoEncoder("r3d_18")
    convolutions = [m for m in encoder.modules() if isinstance(m, nn.Conv3d)]
    assert len(convolutions) == 20
    assert all(type(m) is ClipConv3d for m in convolutions)
    assert all(not p.is_meta for p in encoder.parameters())
