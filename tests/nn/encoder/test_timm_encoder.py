from __future__ import annotations

import logging

import pytest
import timm
import torch
from safetensors.torch import save_file

from graphforensics.errors import CheckpointError, MissingDataError
from graphforensics.nn import RGBFrequencyEncoder, StagedEncoder, TimmEncoder, build_encoder


@pytest.mark.parametrize("name", ["resnet10t", "mobilenetv3_small_050", "vit_tiny_patch16_224"])
def test_channels_strides_and_colours(name):
    encoder = TimmEncoder(name, out_indices=(-2, -1)).eval()
    with torch.no_grad():
        maps = encoder(torch.rand(1, 3, 224, 224))
    assert [m.size(1) for m in maps] == list(encoder.channels)
    assert [224 // m.size(2) for m in maps] == list(encoder.strides)
    wanted = timm.create_model(name).pretrained_cfg
    assert (encoder.mean, encoder.std) == (tuple(wanted["mean"]), tuple(wanted["std"]))
    assert encoder.temporal_strides == (1, 1)


@pytest.mark.parametrize(
    ("name", "suffix"), [("resnet10t", ".pth"), ("convnext_atto", ".safetensors")]
)
def test_numbers_are_timms_also_from_a_file(tmp_path, name, suffix):
    # convnext's maps have other names inside than its checkpoints, and are not normalised.
    network = timm.create_model(name, num_classes=5).eval()
    path = tmp_path / f"weights{suffix}"
    if suffix == ".safetensors":
        save_file(network.state_dict(), path)
    else:
        torch.save(network.state_dict(), path)
    encoder = build_encoder(name, str(path)).eval()
    images = torch.rand(2, 3, 64, 64)
    wanted = network.forward_features(images)
    if name == "convnext_atto":
        wanted = network.stages(network.stem(images))
    assert torch.allclose(encoder(images)[0], wanted, atol=1e-5)


def test_a_clip_is_its_frames():
    encoder = TimmEncoder("resnet10t", out_indices=(1, -1)).eval()
    clips = torch.rand(2, 3, 4, 64, 64)
    for maps, *frames in zip(
        encoder(clips), *[encoder(clips[:, :, d]) for d in range(4)], strict=True
    ):
        assert maps.shape[:3] == (2, frames[0].size(1), 4)
        assert torch.allclose(maps, torch.stack(frames, 2), atol=1e-5)


def test_options_reach_timm():
    encoder = TimmEncoder("resnet10t", output_stride=8)
    assert encoder.strides == (8,)
    assert encoder(torch.rand(2, 3, 64, 64))[0].shape == (2, 512, 8, 8)
    assert repr(encoder) == "TimmEncoder('resnet10t', channels=[512])"


def test_default_weights_without_a_network(no_network):
    with pytest.raises(MissingDataError, match="weights of 'resnet18' cannot be fetched"):
        TimmEncoder("resnet18", "default")


def test_files_that_are_not_the_networks_weights(tmp_path, trap):
    path = tmp_path / "weights.pth"
    with pytest.raises(CheckpointError, match="no such file"):
        TimmEncoder("resnet10t", str(path))
    torch.save({"conv1.weight": trap}, path)
    with pytest.raises(CheckpointError, match="run code"):
        TimmEncoder("resnet10t", str(path))
    assert not trap.path.exists()
    state = timm.create_model("resnet10t").state_dict()
    torch.save({**state, "layer4.0.conv1.weight": torch.zeros(3)}, path)
    with pytest.raises(CheckpointError, match=r"weights.pth"):
        TimmEncoder("resnet10t", str(path))
    del state["layer4.0.conv1.weight"]
    torch.save(state, path)
    with pytest.raises(CheckpointError, match=r"'layer4.0.conv1.weight' of 'resnet10t' is missing"):
        TimmEncoder("resnet10t", str(path))


@pytest.mark.parametrize(
    ("name", "stages"), [("resnet10t", (1,)), ("mobilenetv3_small_050", (-1,))]
)
@pytest.mark.parametrize("classes", [0, 3, 1000])
def test_heads_and_deeper_stages_in_a_file_are_left_out_quietly(
    tmp_path, capfd, caplog, name, stages, classes
):
    whole = timm.create_model(name, num_classes=classes)
    torch.save(whole.state_dict(), tmp_path / "weights.pth")
    encoder = TimmEncoder(name, str(tmp_path / "weights.pth"), stages).eval()
    assert caplog.messages == []
    assert capfd.readouterr() == ("", "")
    apart = timm.create_model(name, features_only=True, out_indices=stages).eval()
    apart.load_state_dict(whole.state_dict(), strict=False)
    images = torch.rand(1, 3, 64, 64)
    assert torch.equal(encoder(images)[0], apart(images)[0])
    # timm's own warnings are as they were.
    logging.getLogger("timm.models._builder").warning("Unexpected keys (a) found")
    assert caplog.messages == ["Unexpected keys (a) found"]


def test_tensors_of_another_network_are_one_error(tmp_path):
    # All that resnet18 wants is there, in its shapes, with a deeper network's blocks between.
    path = tmp_path / "resnet34.pth"
    torch.save(timm.create_model("resnet34").state_dict(), path)
    with pytest.raises(CheckpointError, match=r"'layer1.2.conv1.weight' is not of 'resnet18' \(9"):
        TimmEncoder("resnet18", str(path))


def test_tables_that_older_files_hold_are_left_out(tmp_path, caplog):
    name, small = "swin_tiny_patch4_window7_224", {"img_size": 64, "window_size": 2}
    small["depths"] = (1, 1, 1, 1)
    whole = timm.create_model(name, **small)
    tables = {key: value for key, value in whole.named_buffers() if value is not None}
    assert set(tables) - set(whole.state_dict())
    torch.save({**whole.state_dict(), **tables}, tmp_path / "swin.pth")
    encoder = TimmEncoder(name, str(tmp_path / "swin.pth"), **small)
    wanted = whole.state_dict()["layers.0.blocks.0.attn.qkv.weight"]
    met = encoder.network.state_dict()["layers_0.blocks.0.attn.qkv.weight"]
    assert torch.equal(met, wanted)
    assert caplog.messages == []


def test_wrong_arguments():
    with pytest.raises(ValueError, match=r"'name' must be a network of timm \(got 'nonesuch'\)"):
        TimmEncoder("nonesuch")
    with pytest.raises(ValueError, match=r"'out_indices' \[9\] are not stages of 'resnet10t'"):
        TimmEncoder("resnet10t", out_indices=[9])
    with pytest.raises(ValueError, match=r"'images' must be .* \(got \[2, 1, 8, 8\]\)"):
        TimmEncoder("resnet10t")(torch.rand(2, 1, 8, 8))


@pytest.mark.parametrize(
    ("name", "prefix"), [("vit_tiny_patch16_224", 1), ("deit_tiny_distilled_patch16_224", 2)]
)
def test_tokens_are_timms_with_the_class_token_first(name, prefix):
    encoder = TimmEncoder(name, out_indices=(3, -1), img_size=64).eval()
    network = timm.create_model(name, img_size=64, num_classes=0).eval()
    network.load_state_dict(encoder.network.model.state_dict(), strict=False)
    images = torch.rand(2, 3, 64, 64)
    (early, tokens), maps = encoder.tokens(images), encoder(images)
    blocks = network._pos_embed(network.patch_embed(images))
    for number, block in enumerate(network.blocks):
        blocks = block(blocks)
        if number == 3:
            assert torch.allclose(torch.cat(early, 1), blocks, atol=1e-5)
    last = network.norm(blocks) if encoder.network.norm else blocks
    assert torch.allclose(torch.cat(tokens, 1), last, atol=1e-5)
    for (head, body), stage in zip((early, tokens), maps, strict=True):
        assert head.shape == (2, prefix, 192)
        assert torch.equal(body.transpose(1, 2).unflatten(2, (4, 4)), stage)


def test_networks_without_a_class_token_have_no_tokens_apart():
    with pytest.raises(ValueError, match="'resnet10t' has no class token"):
        TimmEncoder("resnet10t").tokens(torch.rand(1, 3, 32, 32))
    with pytest.raises(ValueError, match=r"'images' must be \[B, 3, H, W\] \(got \[3, 64, 64\]\)"):
        TimmEncoder("vit_tiny_patch16_224", img_size=64).tokens(torch.rand(3, 64, 64))


def test_no_clips_give_no_maps():
    assert TimmEncoder("resnet10t")(torch.rand(0, 3, 4, 32, 32))[0].shape == (0, 512, 4, 1, 1)


def test_channels_last_networks_give_channels_first():
    small = {"img_size": 64, "window_size": 2, "depths": (1, 1, 1, 1)}
    name = "swin_tiny_patch4_window7_224"
    encoder = TimmEncoder(name, out_indices=(-2, -1), **small).eval()
    network = timm.create_model(name, features_only=True, out_indices=(-2, -1), **small).eval()
    network.load_state_dict(encoder.network.state_dict())
    images = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        maps, wanted, clip = encoder(images), network(images), encoder(images.unsqueeze(2))
    assert [m.shape[1:] for m in maps] == [(384, 4, 4), (768, 2, 2)]
    for one, other, of_clip in zip(maps, wanted, clip, strict=True):
        assert torch.equal(one, other.permute(0, 3, 1, 2))
        assert torch.allclose(of_clip.squeeze(2), one, atol=1e-5)


@pytest.mark.parametrize("name", ["vit_tiny_patch16_224", "swin_tiny_patch4_window7_224"])
def test_networks_of_one_size_refuse_images_of_another(name):
    with torch.device("meta"):
        encoder = TimmEncoder(name)
        images = torch.empty(1, 3, 96, 224)
        with pytest.raises(ValueError, match=r"'images' must be \[B, 3, 224, 224\], .*'img_size'"):
            encoder(images)
    with pytest.raises(ValueError, match=r"'images' must be .* \(got \[4, 3, 32, 32\]\)"):
        TimmEncoder("vit_tiny_patch16_224", img_size=64)(torch.rand(2, 3, 2, 32, 32))


def test_networks_that_take_any_size_do():
    encoder = TimmEncoder("vit_tiny_patch16_224", dynamic_img_size=True)
    assert encoder(torch.rand(1, 3, 32, 48))[0].shape == (1, 192, 2, 3)


@pytest.mark.parametrize(
    ("name", "channels", "stride"),
    [
        ("legacy_xception", 2048, 32),
        ("resnet18", 512, 32),
        ("efficientnet_b0", 320, 32),
        ("deit_tiny_patch16_224", 192, 16),
        ("swin_tiny_patch4_window7_224", 768, 32),
    ],
)
def test_networks_that_papers_name(name, channels, stride):
    with torch.device("meta"):
        encoder = TimmEncoder(name).eval()
        maps = encoder(torch.empty(2, 3, 224, 224))
    assert (encoder.channels, encoder.strides) == ((channels,), (stride,))
    assert maps[0].shape == (2, channels, 224 // stride, 224 // stride)


@pytest.mark.parametrize("kind", [TimmEncoder, StagedEncoder, RGBFrequencyEncoder])
def test_no_stage_is_no_encoder(kind):
    with pytest.raises(ValueError, match="'out_indices' must name a stage of 'resnet10t'"):
        kind("resnet10t", out_indices=())


def test_grey_images():
    encoder = TimmEncoder("resnet10t", out_indices=(0,), in_chans=1).eval()
    channels, side = encoder.channels[0], 16 // encoder.strides[0]
    assert encoder(torch.rand(2, 1, 16, 16))[0].shape == (2, channels, side, side)
    assert encoder(torch.rand(2, 1, 3, 16, 16))[0].shape == (2, channels, 3, side, side)
    with pytest.raises(ValueError, match=r"'images' must be \[B, 1, H, W\] or \[B, 1, D, H, W\]"):
        encoder(torch.rand(2, 3, 16, 16))
    with pytest.raises(ValueError, match=r"'in_chans' must be 3, the colours \(got 1\)"):
        RGBFrequencyEncoder("resnet10t", in_chans=1)
