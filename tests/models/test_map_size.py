from __future__ import annotations

import pytest
import torch

from graphforensics.models.map_size import map_size
from graphforensics.nn.encoder import TimmEncoder


@pytest.mark.parametrize("name", ["resnet10t", "densenet121", "legacy_xception"])
@pytest.mark.parametrize("size", [160, 107])
def test_networks_round_as_they_do_when_they_see_an_image(name, size):
    with torch.device("meta"):
        encoder = TimmEncoder(name).eval()
        maps = encoder(torch.empty(1, 3, size, size))[-1]
    assert map_size(encoder.train(), size) == tuple(maps.shape[-2:])
    assert encoder.training


def test_a_network_with_content_keeps_it():
    encoder = TimmEncoder("resnet10t")
    before = {name: value.clone() for name, value in encoder.state_dict().items()}
    assert map_size(encoder, 96) == (3, 3)
    assert all(torch.equal(value, before[name]) for name, value in encoder.state_dict().items())
    assert encoder(torch.rand(1, 3, 96, 96))[-1].shape[-2:] == (3, 3)


def test_a_network_with_tied_weights_keeps_them():
    encoder = TimmEncoder("coat_tiny", img_size=32)
    before = dict(encoder.named_parameters(remove_duplicate=False))
    assert map_size(encoder, 32) == (1, 1)
    after = dict(encoder.named_parameters(remove_duplicate=False))
    assert all(after[name] is value for name, value in before.items())


def test_images_that_a_network_does_not_take():
    with pytest.raises(ValueError, match=r"'size' must suit 'inception_v3' \(got 20: "):
        map_size(TimmEncoder("inception_v3"), 20)
    patches = TimmEncoder("test_vit", img_size=107)
    with pytest.raises(ValueError, match=r"'size' must suit 'test_vit' \(got 107: .* divisible"):
        map_size(patches, 107)
    assert map_size(TimmEncoder("test_vit", img_size=96), 96) == (6, 6)
