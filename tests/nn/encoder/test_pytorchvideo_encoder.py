from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec

import pytest
import torch
from safetensors.torch import save_file

from graphforensics.errors import CheckpointError, MissingDataError, MissingExtraError
from graphforensics.nn import PyTorchVideoEncoder, build_encoder

needs_pytorchvideo = pytest.mark.skipif(
    find_spec("pytorchvideo") is None,
    reason="the extra 'pytorchvideo' is not installed",
)


@needs_pytorchvideo
@pytest.mark.parametrize(
    "name", ["x3d_xs", "x3d_s", "x3d_m", "x3d_l", "slow_r50", "csn_r101", "r2plus1d_r50"]
)
def test_channels_and_strides_are_those_of_the_maps(name):
    with torch.device("meta"):
        encoder = PyTorchVideoEncoder(name, out_indices=range(5))
        maps = encoder(torch.empty(2, 3, 8, 64, 64))
    assert [m.size(1) for m in maps] == list(encoder.channels)
    assert [64 // m.size(4) for m in maps] == list(encoder.strides)
    assert [8 // m.size(2) for m in maps] == list(encoder.temporal_strides)


@pytest.fixture(scope="module")
def network() -> torch.nn.Module:
    pytest.importorskip("pytorchvideo", reason="the extra 'pytorchvideo' is not installed")
    torch.manual_seed(1)
    module = import_module("pytorchvideo.models.hub.x3d")
    return module.x3d_xs(model_num_class=7).eval()


@pytest.mark.parametrize("suffix", [".pyth", ".safetensors"])
def test_numbers_are_pytorchvideos_also_from_a_file(tmp_path, network, suffix):
    path = tmp_path / f"weights{suffix}"
    if suffix == ".safetensors":
        save_file(network.state_dict(), path)
    else:
        torch.save({"model_state": network.state_dict(), "cfg": "text"}, path)
    encoder = build_encoder("x3d_xs", str(path), out_indices=(1, -1)).eval()
    clips = torch.rand(1, 3, 4, 32, 32)
    with torch.no_grad():
        maps, deepest = encoder(clips)
        wanted = network.blocks[1](network.blocks[0](clips))
        torch.testing.assert_close(maps, wanted)
        for block in network.blocks[2:-1]:
            wanted = block(wanted)
        torch.testing.assert_close(deepest, wanted)


@needs_pytorchvideo
def test_only_the_stages_that_are_needed():
    encoder = PyTorchVideoEncoder("x3d_xs", out_indices=(0,))
    assert len(list(encoder.stages)) == 1
    assert repr(encoder) == "PyTorchVideoEncoder('x3d_xs', channels=[24])"


@needs_pytorchvideo
def test_default_weights_without_a_network(no_network):
    with pytest.raises(MissingDataError, match="weights of 'x3d_xs' cannot be fetched"):
        PyTorchVideoEncoder("x3d_xs", "default")


def test_files_that_are_not_the_networks_weights(tmp_path, network, trap):
    path = tmp_path / "weights.pyth"
    with pytest.raises(CheckpointError, match="no such file"):
        PyTorchVideoEncoder("x3d_xs", str(path))
    torch.save({"model_state": trap}, path)
    with pytest.raises(CheckpointError, match="run code"):
        PyTorchVideoEncoder("x3d_xs", str(path))
    assert not trap.path.exists()
    torch.save({"model_state": [1]}, path)
    with pytest.raises(CheckpointError, match="something else than tensors"):
        PyTorchVideoEncoder("x3d_xs", str(path))
    state = network.state_dict()
    del state["blocks.0.conv.conv_t.weight"]
    torch.save({"model_state": state}, path)
    with pytest.raises(CheckpointError, match=r"'blocks.0.conv.conv_t.weight' is missing"):
        PyTorchVideoEncoder("x3d_xs", str(path))


def test_without_the_package(monkeypatch):
    for name in [key for key in sys.modules if key.startswith("pytorchvideo")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pytorchvideo", None)
    with pytest.raises(MissingExtraError, match=r"graphforensics\[pytorchvideo\]"):
        PyTorchVideoEncoder("x3d_xs")


def test_wrong_arguments():
    with pytest.raises(ValueError, match=r"'name' must be one of x3d_xs, .* \(got 'x3d'\)"):
        PyTorchVideoEncoder("x3d")


@needs_pytorchvideo
def test_wrong_inputs():
    with pytest.raises(ValueError, match=r"'out_indices' must be from -5 to 4 \(got \[5\]\)"):
        PyTorchVideoEncoder("x3d_xs", out_indices=[5])
    with pytest.raises(ValueError, match=r"'clips' must be .* \(got \[2, 3, 8, 8\]\)"):
        PyTorchVideoEncoder("x3d_xs")(torch.rand(2, 3, 8, 8))
