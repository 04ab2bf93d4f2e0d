"""The autoencoder: against timm's encoder, the equations in NumPy, and hidden pixels."""

from __future__ import annotations

import numpy as np
import pytest
import timm
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

from graphforensics.errors import CheckpointError
from graphforensics.models import DeepfakeMAE
from graphforensics.models.masked_autoencoder import (
    SIZES,
    AutoencoderSize,
    MaskedAutoencoder,
    PatchEncoder,
    VisionBlock,
    load_public_weights,
    sincos_positions,
    to_patches,
)

SHAPE = AutoencoderSize(16, 2, 2, 8, 1, 2)


@pytest.fixture
def autoencoder() -> MaskedAutoencoder:
    torch.manual_seed(1)
    return MaskedAutoencoder(SHAPE, size=32, patch=8)


@pytest.fixture
def pictures() -> torch.Tensor:
    return torch.randn(3, 3, 32, 32)


@pytest.fixture
def mask() -> torch.Tensor:
    """Three pictures that hide 5, 9 and none of 16 patches."""
    hidden = torch.zeros(3, 16, dtype=torch.bool)
    hidden[0, [1, 2, 7, 8, 15]] = True
    hidden[1, torch.randperm(16)[:9]] = True
    return hidden


# --- Weights in the public layout. ---


@pytest.mark.parametrize("size", ["tiny", "small", "base", "large"])
def test_timms_weights_give_timms_tokens(size, tmp_path):
    torch.manual_seed(2)
    # The large one with two of its 24 blocks: it is 1.2 GB.
    depth = 2 if size == "large" else SIZES[size].blocks
    name = f"vit_{size}_patch16_224"
    public = timm.create_model(name, weight_init="skip", depth=depth).eval()
    nn.init.normal_(public.pos_embed, std=0.5)  # learned positions, the class token's among them
    nn.init.normal_(public.cls_token)
    save_file(public.state_dict(), tmp_path / "vit.safetensors")
    with torch.device("meta"):
        mine = MaskedAutoencoder(SIZES[size]._replace(blocks=depth)).eval()
    # Only the file can give the encoder its numbers.
    mine.encoder.to_empty(device="cpu")
    for value in mine.encoder.state_dict().values():
        value.fill_(torch.nan)
    assert load_public_weights(mine, tmp_path / "vit.safetensors") is False
    picture = torch.randn(1, 3, 224, 224)
    with torch.no_grad():
        wanted = public.forward_features(picture)
        torch.testing.assert_close(mine.encoder(picture).tokens, wanted, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("pooled", [True, False])
def test_a_classifier_of_pooled_patches_gives_its_norm(pooled, tmp_path):
    """timm then has 'fc_norm' in place of 'norm'; beside one it is another layer."""
    public = timm.create_model("vit_tiny_patch16_224", global_pool="avg" if pooled else "token")
    state = public.state_dict()
    name = "fc_norm.weight" if pooled else "norm.weight"
    assert ("norm.weight" in state) is not pooled
    state[name] = torch.rand(192)
    if not pooled:
        state |= {"fc_norm.weight": torch.rand(192), "fc_norm.bias": torch.rand(192)}
    save_file(state, tmp_path / "vit.safetensors")
    mine = MaskedAutoencoder(SIZES["tiny"])
    assert load_public_weights(mine, tmp_path / "vit.safetensors") is False
    assert torch.equal(mine.encoder.norm.weight, state[name])
    assert torch.equal(mine.encoder.norm.bias, state[name.replace("weight", "bias")])
    assert torch.equal(mine.encoder.blocks[11].mlp["fc2"].weight, state["blocks.11.mlp.fc2.weight"])


def test_sizes_are_timms():
    for name, shape in SIZES.items():
        with torch.device("meta"):
            public = timm.create_model(f"vit_{name}_patch16_224", num_classes=0)
            mine = PatchEncoder(shape.channels, shape.blocks, shape.heads)
        assert {k: v.shape for k, v in mine.state_dict().items()} == {
            k: v.shape for k, v in public.state_dict().items()
        }
        assert mine.blocks[0].heads == public.blocks[0].attn.num_heads


def test_facebookresearchs_names_fill_encoder_and_decoder(autoencoder, tmp_path, mask, pictures):
    names = {"embed": "decoder_embed", "mask_token": "mask_token", "pos_embed": "decoder_pos_embed"}
    names |= {"blocks": "decoder_blocks", "norm": "decoder_norm", "pred": "decoder_pred"}
    public = dict(autoencoder.encoder.state_dict())
    for name, value in autoencoder.decoder.state_dict().items():
        first, _, rest = name.partition(".")
        public[names[first] + (f".{rest}" if rest else "")] = value
    torch.save({"model": public}, tmp_path / "mae.pth")
    other = MaskedAutoencoder(SHAPE, size=32, patch=8)
    assert load_public_weights(other, tmp_path / "mae.pth") is True
    assert torch.equal(other(pictures, mask), autoencoder(pictures, mask))
    del public["decoder_pred.bias"]
    torch.save(public, tmp_path / "part.pth")
    with pytest.raises(CheckpointError, match=r"part.pth, decoder: 'pred.bias' is missing"):
        load_public_weights(other, tmp_path / "part.pth")


def test_a_file_of_another_size_is_refused(tmp_path, small):
    save_file(timm.create_model("vit_tiny_patch16_224").state_dict(), tmp_path / "v.safetensors")
    with pytest.raises(CheckpointError, match=r"v.safetensors: .* wanted .*another configuration"):
        DeepfakeMAE(encoder_weights=str(tmp_path / "v.safetensors"), **small)
    with pytest.raises(CheckpointError, match="no such file"):
        DeepfakeMAE(encoder_weights=str(tmp_path / "absent"), **small)
    with pytest.raises(ValueError, match="local file"):
        DeepfakeMAE(encoder_weights="default", **small)
    with pytest.raises(ValueError, match=r"'encoder_weights' must be one or a pair \(got 3\)"):
        DeepfakeMAE(encoder_weights=["a", "b", "c"], **small)


def test_weights_reach_both_encoders_and_are_not_needed_again(tmp_path, small):
    torch.manual_seed(9)
    first = MaskedAutoencoder(SHAPE, size=64, patch=8).encoder
    save_file(first.state_dict(), tmp_path / "v.safetensors")
    model = DeepfakeMAE(encoder_weights=str(tmp_path / "v.safetensors"), **small)
    for encoder in (model.autoencoder.encoder, model.finetuning.encoder):
        assert torch.equal(encoder.norm.weight, first.norm.weight)
        assert torch.equal(encoder.blocks[1].mlp["fc1"].weight, first.blocks[1].mlp["fc1"].weight)
    model.save_pretrained(tmp_path / "saved")
    (tmp_path / "v.safetensors").unlink()
    again = DeepfakeMAE.from_pretrained(tmp_path / "saved")
    assert torch.equal(again.finetuning.encoder.cls_token, first.cls_token)


# --- Equations. ---


def test_positions_follow_the_equation():
    met = sincos_positions(8, 3)[0].double().numpy()
    assert (met[0] == 0).all()
    for row in range(3):
        for column in range(3):
            omega = np.array([1.0, 10000**-0.5])
            wanted = [np.sin(column * omega), np.cos(column * omega)]
            wanted += [np.sin(row * omega), np.cos(row * omega)]
            np.testing.assert_allclose(met[1 + 3 * row + column], np.concatenate(wanted), atol=1e-7)


def test_patches_have_the_public_order(pictures):
    met = to_patches(pictures, 8)
    for patch, row, column, colour in ((0, 0, 0, 0), (6, 3, 5, 2), (15, 7, 7, 1)):
        pixel = pictures[1, colour, 8 * (patch // 4) + row, 8 * (patch % 4) + column]
        assert met[1, patch, 3 * (8 * row + column) + colour] == pixel


@pytest.mark.parametrize("normalized", [False, True])
def test_loss_is_the_mean_over_hidden_patches(pictures, mask, normalized):
    autoencoder = MaskedAutoencoder(SHAPE, size=32, patch=8, normalize_targets=normalized)
    drawn = autoencoder(pictures, mask).detach().double().numpy()
    errors = []
    for picture, patch in mask.nonzero().tolist():
        row, column = divmod(patch, 4)
        pixels = pictures[picture, :, 8 * row : 8 * row + 8, 8 * column : 8 * column + 8]
        true = pixels.permute(1, 2, 0).double().numpy().ravel()
        if normalized:
            true = (true - true.mean()) / np.sqrt(true.var(ddof=1) + 1e-6)
        errors.append(((drawn[picture, patch] - true) ** 2).mean())
    assert len(errors) == 14
    assert autoencoder.loss(pictures, mask).item() == pytest.approx(np.mean(errors), rel=1e-5)


def test_a_block_agrees_with_torchs_transformer_layer():
    torch.manual_seed(7)
    mine = VisionBlock(8, heads=2)
    public = nn.TransformerEncoderLayer(
        8, 2, 32, 0.0, functional.gelu, 1e-6, batch_first=True, norm_first=True
    )
    names = {"norm1": mine.norm1, "norm2": mine.norm2, "linear1": mine.mlp["fc1"]}
    names |= {"linear2": mine.mlp["fc2"], "self_attn.out_proj": mine.attn["proj"]}
    for name, layer in names.items():
        public.get_submodule(name).load_state_dict(layer.state_dict())
    public.self_attn.in_proj_weight.data = mine.attn["qkv"].weight.data
    public.self_attn.in_proj_bias.data = mine.attn["qkv"].bias.data
    x, present = torch.randn(2, 5, 8), torch.tensor([[True] * 5, [True] * 3 + [False] * 2])
    wanted = public(x, src_key_padding_mask=~present)
    torch.testing.assert_close(mine(x, present)[present], wanted[present])
    rows = present.flatten().nonzero().squeeze(1)
    torch.testing.assert_close(mine(x[present], present, rows), wanted[present])


# --- What is hidden stays hidden, and what is padded changes nothing. ---


def test_a_hidden_pixel_moves_nothing_before_the_loss(autoencoder, pictures, mask):
    other = pictures.clone()
    hidden = autoencoder.pixel_mask(mask).expand_as(other)
    other[hidden] = torch.randn(int(hidden.sum()))
    assert torch.equal(autoencoder(other, mask), autoencoder(pictures, mask))
    assert torch.equal(
        autoencoder.encoder(other, mask).tokens, autoencoder.encoder(pictures, mask).tokens
    )
    assert autoencoder.loss(other, mask) != autoencoder.loss(pictures, mask)
    other[hidden] = torch.nan
    assert torch.equal(autoencoder(other, mask), autoencoder(pictures, mask))
    inputs = pictures.requires_grad_()
    autoencoder(inputs, mask).square().sum().backward()
    assert (inputs.grad[hidden] == 0).all()
    assert (inputs.grad[~hidden] != 0).any()


def test_a_padded_batch_is_its_pictures_alone(autoencoder, pictures, mask):
    together = autoencoder(pictures, mask)
    encoded = autoencoder.encoder(pictures, mask)
    assert encoded.present.sum(1).tolist() == [11, 7, 16]
    for number in range(3):
        one = slice(number, number + 1)
        alone = autoencoder(pictures[one], mask[one])
        torch.testing.assert_close(together[one], alone, atol=1e-6, rtol=1e-5)
        # The patches that show, by themselves, without any padding.
        tokens = autoencoder.encoder(pictures[one], mask[one]).tokens
        count = tokens.size(1)
        torch.testing.assert_close(encoded.tokens[one, :count], tokens, atol=1e-6, rtol=1e-5)


def test_the_encoder_sees_as_many_tokens_as_show(autoencoder, pictures):
    mask = torch.ones(3, 16, dtype=torch.bool)
    mask[:, [3, 4]] = False
    assert autoencoder.encoder(pictures, mask).tokens.shape == (3, 3, 16)


def test_nothing_hidden_is_the_whole_picture(autoencoder, pictures):
    none = torch.zeros(3, 16, dtype=torch.bool)
    torch.testing.assert_close(autoencoder(pictures), autoencoder(pictures, none))
    assert autoencoder.loss(pictures, none) == 0
    assert torch.equal(autoencoder.restore(pictures, none), pictures)


def test_everything_hidden_leaves_the_class_token(autoencoder, pictures):
    every = torch.ones(3, 16, dtype=torch.bool)
    assert autoencoder.encoder(pictures, every).tokens.shape == (3, 1, 16)
    drawn = autoencoder(pictures, every)
    assert torch.isfinite(drawn).all()
    assert torch.equal(drawn[0], drawn[1])


def test_gradients_of_the_parameters(autoencoder, pictures, mask):
    autoencoder.loss(pictures, mask).backward()
    for name, weight in autoencoder.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.abs().sum() > 0, name


def test_normalised_targets_are_drawn_in_the_pictures_scale(pictures):
    autoencoder = MaskedAutoencoder(SHAPE, size=32, patch=8, normalize_targets=True)
    autoencoder.decoder.pred.weight.data.zero_()  # draws each patch's mean
    drawn = to_patches(autoencoder.draw(100 + 5 * pictures), 8)
    wanted = to_patches(100 + 5 * pictures, 8).mean(2, keepdim=True).expand_as(drawn)
    torch.testing.assert_close(drawn, wanted)


def test_exported_with_a_fixed_length(autoencoder, pictures, mask):
    class Fixed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = autoencoder

        def forward(self, images: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
            return self.inner(images, hidden, length=16)

    exported = torch.export.export(Fixed(), (pictures, mask)).module(check_guards=False)
    torch.testing.assert_close(
        exported(pictures, mask), autoencoder(pictures, mask), atol=1e-6, rtol=1e-5
    )


def test_bad_shapes(autoencoder, pictures, mask):
    with pytest.raises(ValueError, match=r"'images' must be \[B, 3, 32, 32\]"):
        autoencoder(pictures[..., :24], mask)
    with pytest.raises(ValueError, match="'mask'"):
        autoencoder(pictures, mask[:, :9])
    with pytest.raises(ValueError, match=r"'size' must be a multiple of 'patch' = 16 \(got 225\)"):
        DeepfakeMAE("tiny", size=225)
    with pytest.raises(ValueError, match="'channels' must be a multiple of 4"):
        DeepfakeMAE("tiny", channels=18, heads=2)
    with pytest.raises(ValueError, match="'heads' must divide"):
        DeepfakeMAE("tiny", heads=5)
    with pytest.raises(ValueError, match="'encoder'"):
        DeepfakeMAE("huge")
