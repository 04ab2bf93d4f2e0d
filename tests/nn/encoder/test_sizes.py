"""Images that a network cannot take are a ValueError, whatever the library raises."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from graphforensics.nn import StagedEncoder, TimmEncoder, TorchvisionVideoEncoder
from graphforensics.nn.encoder.sizes import with_size_told


@pytest.mark.parametrize(
    ("name", "side"),
    [
        ("maxvit_rmlp_pico_rw_256", 100),  # an assertion on its windows
        ("coat_lite_tiny", 100),  # an assertion of its own patch embedding
        ("levit_128s", 100),  # tensors that do not match
        ("edgenext_xx_small", 10),  # a kernel larger than the map
        ("vit_tiny_patch16_224", 100),
    ],
)
def test_image_networks(name, side):
    with pytest.raises(ValueError, match=rf"'images' must .*'{name}'.*{side}"):
        TimmEncoder(name).eval()(torch.rand(1, 3, side, side))


def test_staged_networks_and_video_networks():
    staged = StagedEncoder("edgenext_xx_small").eval()
    with pytest.raises(ValueError, match=r"'images' must have a size .* \(got \[1, 3, 10, 10\]"):
        staged(torch.rand(1, 3, 10, 10))
    video = TorchvisionVideoEncoder("s3d").eval()
    with pytest.raises(ValueError, match=r"'clips' must have a size .* \(got \[1, 3, 1, 8, 8\]"):
        video(torch.rand(1, 3, 1, 8, 8))


def test_other_errors_stay_what_they_are():
    class Full(nn.Module):
        def forward(self, images: torch.Tensor) -> torch.Tensor:
            raise torch.OutOfMemoryError("out of memory: wanted 9 GiB")

    with pytest.raises(torch.OutOfMemoryError, match="9 GiB"):
        with_size_told(Full(), torch.rand(1), "full")
