from __future__ import annotations

import pytest
import torch
from safetensors.torch import save_file
from torchvision.models import get_model, get_model_weights

from graphforensics.errors import CheckpointError, MissingDataError
from graphforensics.nn import TorchvisionVideoEncoder, build_encoder


@pytest.fixture(scope="module")
def network() -> torch.nn.Module:
    torch.manual_seed(1)
    return get_model("mc3_18", weights=None, num_classes=7).eval()


@pytest.mark.parametrize("name", ["mc3_18", "r3d_18", "r2plus1d_18", "s3d"])
def test_channels_and_strides_are_those_of_the_maps(name):
    encoder = TorchvisionVideoEncoder(name, out_indices=range(5)).eval()
    with torch.no_grad():
        maps = encoder(torch.rand(1, 3, 16, 32, 32))
    assert [m.size(1) for m in maps] == list(encoder.channels)
    assert [16 // m.size(2) for m in maps] == list(encoder.temporal_strides)
    assert [32 // m.size(3) for m in maps] == list(encoder.strides)


def test_the_papers_maps():
    # D = 20 frames of 112 x 112 give 512 x 20 x 7 x 7: no stride in time.
    encoder = TorchvisionVideoEncoder().eval()
    with torch.no_grad():
        (maps,) = encoder(torch.rand(1, 3, 20, 112, 112))
    assert maps.shape == (1, 512, 20, 7, 7)


@pytest.mark.parametrize("suffix", [".pth", ".safetensors", ".ckpt"])
def test_numbers_are_torchvisions(network, tmp_path, suffix):
    path = tmp_path / f"weights{suffix}"
    state = network.state_dict()
    if suffix == ".safetensors":
        save_file(state, path)
    else:
        torch.save({"state_dict": state} if suffix == ".ckpt" else state, path)
    encoder = TorchvisionVideoEncoder("mc3_18", str(path)).eval()
    clips = torch.rand(2, 3, 4, 32, 32)
    (maps,) = encoder(clips)
    assert torch.allclose(network.fc(maps.mean((2, 3, 4))), network(clips), atol=1e-5)


def test_s3d_numbers_are_torchvisions(tmp_path):
    network = get_model("s3d", weights=None).eval()
    save_file(network.state_dict(), tmp_path / "s3d.safetensors")
    encoder = TorchvisionVideoEncoder("s3d", str(tmp_path / "s3d.safetensors")).eval()
    clips = torch.rand(1, 3, 16, 32, 32)
    assert torch.allclose(encoder(clips)[0], network.features(clips), atol=1e-5)


def test_stages_that_nobody_asked_for_are_not_there():
    shallow = TorchvisionVideoEncoder("mc3_18", out_indices=(-3,))
    assert (shallow.channels, shallow.strides) == ((128,), (4,))
    assert len(shallow.stages) == 3
    assert [m.size(1) for m in shallow(torch.rand(1, 3, 2, 16, 16))] == [128]


def test_default_weights_come_by_torchvisions_own_way(network, no_network, monkeypatch):
    """Torchvision finds its file in its cache; nothing else says what is in it."""
    url = get_model_weights("mc3_18").DEFAULT.url
    cache = no_network / "torch" / "hub" / "checkpoints"
    cache.mkdir(parents=True)
    whole = get_model("mc3_18", weights=None)
    torch.save(whole.state_dict(), cache / url.rsplit("/", 1)[1])
    encoder = TorchvisionVideoEncoder("mc3_18", "default")
    assert torch.equal(encoder.stages[0][0].weight, whole.stem[0].weight)
    assert encoder.mean == tuple(get_model_weights("mc3_18").DEFAULT.transforms().mean)
    assert encoder.std == tuple(get_model_weights("mc3_18").DEFAULT.transforms().std)


def test_default_weights_without_a_network(no_network):
    with pytest.raises(
        MissingDataError, match=r"weights of 'mc3_18' cannot be fetched.*local file"
    ):
        TorchvisionVideoEncoder("mc3_18", "default")


def test_none_is_random_and_options_reach_torchvision():
    one, two = TorchvisionVideoEncoder(), TorchvisionVideoEncoder()
    assert not torch.equal(one.stages[0][0].weight, two.stages[0][0].weight)
    still = TorchvisionVideoEncoder(zero_init_residual=True)
    assert repr(still) == "TorchvisionVideoEncoder('mc3_18', channels=[512])"


def test_files_that_are_not_the_networks_weights(network, tmp_path, trap):
    path = tmp_path / "weights.pth"
    with pytest.raises(CheckpointError, match=r"weights.pth: no such file"):
        TorchvisionVideoEncoder("mc3_18", str(path))
    path.write_text("not weights at all")
    with pytest.raises(CheckpointError, match=r"weights.pth"):
        TorchvisionVideoEncoder("mc3_18", str(path))
    path.write_bytes(b"")
    with pytest.raises(CheckpointError, match=r"weights.pth"):
        TorchvisionVideoEncoder("mc3_18", str(path))
    torch.save([1, 2], path)
    with pytest.raises(CheckpointError, match="holds a list"):
        TorchvisionVideoEncoder("mc3_18", str(path))
    torch.save({"stem": "words"}, path)
    with pytest.raises(CheckpointError, match="something else than tensors"):
        TorchvisionVideoEncoder("mc3_18", str(path))
    torch.save({"stem.0.weight": trap}, path)
    with pytest.raises(CheckpointError, match="run code"):
        TorchvisionVideoEncoder("mc3_18", str(path))
    assert not trap.path.exists()
    torch.save(network.state_dict(), path)
    with pytest.raises(CheckpointError, match=r"'.*' is "):
        TorchvisionVideoEncoder("r3d_18", str(path))
    state = network.state_dict()
    del state["layer1.0.conv1.0.weight"]
    torch.save(state, path)
    with pytest.raises(CheckpointError, match=r"'layer1.0.conv1.0.weight' is missing$"):
        TorchvisionVideoEncoder("mc3_18", str(path))
    broken = tmp_path / "weights.safetensors"
    broken.write_bytes(b"\x00" * 30)
    with pytest.raises(CheckpointError, match="damaged"):
        TorchvisionVideoEncoder("mc3_18", str(broken))


def test_build_encoder_finds_either_library():
    assert isinstance(build_encoder("r3d_18"), TorchvisionVideoEncoder)
    with pytest.raises(ValueError, match=r"'name' must be one of mc3_18, .* or a network of timm"):
        build_encoder("nonesuch")


def test_wrong_arguments():
    with pytest.raises(ValueError, match="'name' must be one of mc3_18"):
        TorchvisionVideoEncoder("resnet18")
    with pytest.raises(ValueError, match=r"'out_indices' must be from -5 to 4 \(got \[5\]\)"):
        TorchvisionVideoEncoder("mc3_18", out_indices=[5])
    with pytest.raises(ValueError, match="'out_indices'"):
        TorchvisionVideoEncoder("mc3_18", out_indices=[])
    with pytest.raises(
        ValueError, match=r"'clips' must be \[B, 3, D, H, W\] \(got \[1, 3, 8, 8\]\)"
    ):
        TorchvisionVideoEncoder()(torch.rand(1, 3, 8, 8))
