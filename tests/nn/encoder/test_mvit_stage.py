from __future__ import annotations

import pytest
import torch
from safetensors.torch import save_file
from torch import nn
from torchvision.models import get_model, get_model_weights

from graphforensics.errors import CheckpointError
from graphforensics.nn import TorchvisionVideoEncoder, build_encoder


def set_size(places: nn.Module, size: tuple[int, int, int]) -> None:
    """Make the positions those of smaller clips: a forward of whole ones is slow."""
    places.temporal_size, places.spatial_size = size[0] // 2, (size[1] // 4, size[2] // 4)
    if places.spatial_pos is not None:
        tokens = places.spatial_size[0] * places.spatial_size[1]
        places.spatial_pos = nn.Parameter(places.spatial_pos[:tokens])
        places.temporal_pos = nn.Parameter(places.temporal_pos[: places.temporal_size])


@pytest.mark.parametrize("name", ["mvit_v1_b", "mvit_v2_s"])
def test_numbers_channels_and_strides_are_torchvisions(name, tmp_path):
    torch.manual_seed(0)
    size = (4, 64, 96)
    network = get_model(name, weights=None, num_classes=7).eval()
    save_file(network.state_dict(), tmp_path / "weights.safetensors")
    encoder = build_encoder(name, str(tmp_path / "weights.safetensors"), range(4)).eval()
    # torchvision's own forward takes the size from here; the second one's weights do not.
    set_size(network.pos_encoding, size)
    set_size(encoder.stages[0][0].pos_encoding, size)
    clips = torch.rand(1, 3, *size)
    read = {}
    for number in (0, 2, 13):
        network.blocks[number].register_forward_hook(
            lambda _, __, out, number=number: read.update({number: out[0]})
        )
    network.norm.register_forward_hook(lambda _, __, out: read.update(norm=out))
    with torch.no_grad():
        maps = encoder(clips)
        network(clips)
    assert [m.size(1) for m in maps] == list(encoder.channels)
    assert [size[1] // m.size(3) for m in maps] == list(encoder.strides)
    assert [size[0] // m.size(2) for m in maps] == list(encoder.temporal_strides)
    for stage, tokens in zip(maps, read.values(), strict=True):
        raster = tokens[:, 1:].reshape(1, *stage.shape[2:], -1).permute(0, 4, 1, 2, 3)
        assert torch.allclose(stage, raster, atol=1e-5)


def test_learned_positions_take_one_size():
    with pytest.raises(ValueError, match=r"'clips' must be \[B, 3, 16, 224, 224\] .*mvit_v2_s"):
        TorchvisionVideoEncoder("mvit_v1_b", out_indices=(0,))(torch.rand(1, 3, 8, 64, 64))


def test_shallow_encoders_have_no_deep_stages(tmp_path):
    encoder = TorchvisionVideoEncoder("mvit_v2_s", out_indices=(1,))
    assert (encoder.channels, len(encoder.stages)) == ((192,), 2)
    state = get_model("mvit_v2_s", weights=None).state_dict()
    del state["blocks.3.norm1.weight"]
    save_file(state, tmp_path / "weights.safetensors")
    with pytest.raises(CheckpointError, match=r"'blocks.3.norm1.weight' is missing"):
        TorchvisionVideoEncoder("mvit_v2_s", str(tmp_path / "weights.safetensors"))


@pytest.mark.parametrize("name", TorchvisionVideoEncoder.names)
def test_colours_are_those_of_torchvisions_weights(name):
    with torch.device("meta"):
        encoder = TorchvisionVideoEncoder(name)
    wanted = get_model_weights(name).DEFAULT.transforms()
    assert (encoder.mean, encoder.std) == (tuple(wanted.mean), tuple(wanted.std))
