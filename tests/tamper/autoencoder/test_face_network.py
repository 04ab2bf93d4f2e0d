import pytest
import torch

from graphforensics.tamper.autoencoder.face_network import FaceNetwork, new_network


@pytest.mark.parametrize("size", [32, 48, 64])
def test_shapes(size: int) -> None:
    network = FaceNetwork(size, width=4, code=8)
    drawn = network(torch.rand(2, 3, size, size), 1)
    assert drawn.shape == (2, 3, size, size)
    assert 0 <= drawn.min() <= drawn.max() <= 1
    assert repr(network) == f"FaceNetwork({size}, width=4, code=8)"


def test_the_encoder_is_shared_and_the_decoders_are_not() -> None:
    network = FaceNetwork(32, width=4, code=8)
    network(torch.rand(1, 3, 32, 32), 1).sum().backward()
    touched = {name for name, one in network.named_parameters() if one.grad is not None}
    assert {name.rsplit(".", 1)[0][:10] for name in touched} >= {"encoder.0.", "decoders.1"}
    assert not any(name.startswith("decoders.0") for name in touched)


def test_a_seed_decides_the_weights_and_leaves_torch_s_generator() -> None:
    before = torch.random.get_rng_state()
    one, same, other = (new_network(32, seed).state_dict() for seed in (1, 1, 2))
    assert torch.equal(before, torch.random.get_rng_state())
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert any(not torch.equal(one[name], other[name]) for name in one)


def test_wrong_sizes() -> None:
    with pytest.raises(ValueError, match="'size' must be a multiple of 16"):
        FaceNetwork(40)
    with pytest.raises(ValueError, match="'width' and 'code' must be positive"):
        FaceNetwork(32, code=0)
