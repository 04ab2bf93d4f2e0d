"""AUNet as a whole against its equations in NumPy."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from graphforensics.models import AUNet, PairMixing
from graphforensics.regions import action_unit_masks
from tests.models.aunet import oracle

ROWS = {
    "all": {},
    "full convolutions, the trunk's own width": {"convolution": "full", "width": None},
    "without the AU-specific branch": {"specific": False},
    "without the AU-agnostic branch": {"agnostic": False},
    "backbone": {"specific": False, "agnostic": False},
    "without local supervision": {"token_weight": 0},
    "the backbone of table 4": {"specific": False, "agnostic": False, "token_weight": 0},
    "tokens of the last block": {"patch_tokens": "block"},
    "the paper's letter": {
        "patch_tokens": "block",
        "mixing": "anywhere",
        "convolution": "full",
        "width": None,
    },
}


def in_float64(**keywords) -> AUNet:
    torch.manual_seed(3)
    aunet = AUNet(**keywords).double().eval()
    for layer in aunet.modules():
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.uniform_(layer.running_mean)
            nn.init.uniform_(layer.running_var, 0.5, 2)
            nn.init.uniform_(layer.weight, 0.5, 2)
            nn.init.normal_(layer.bias)
        if isinstance(layer, nn.LayerNorm):
            nn.init.uniform_(layer.weight, 0.5, 2)
            nn.init.normal_(layer.bias)
    return aunet


def state_of(aunet: AUNet) -> dict[str, np.ndarray]:
    return {name: value.numpy() for name, value in aunet.state_dict().items()}


def verdict(aunet: AUNet, last: oracle.Found) -> tuple[float, float, np.ndarray]:
    """Probability, class logit and patch logits."""
    state, features = state_of(aunet), last.features
    token = features.mean((1, 2)) if last.token is None else last.token
    face = (state["read_face.weight"] @ token + state["read_face.bias"]).item()
    if aunet.read_patch is None:
        return oracle.sigmoid(face), face, np.empty(0)
    tokens = last.patches if aunet.patch_tokens == "block" else features
    patches = np.tensordot(state["read_patch.weight"][0], tokens, 1) + state["read_patch.bias"]
    return (oracle.sigmoid(face) + oracle.sigmoid(patches).mean()) / 2, face, patches


@pytest.mark.parametrize("row", ROWS)
def test_equations_2_to_7_and_the_verdict(small, images, row):
    aunet = in_float64(**{**small, "depth": 2, **ROWS[row]})
    state = state_of(aunet)
    with torch.no_grad():
        output = aunet(images.double())
        trunk = aunet.encoder(images.double())[-1].numpy()
    for sample in range(2):
        found = oracle.Found(oracle.neck(trunk[sample], state), None, None, None, None)
        for number in range(len(aunet.relate)):
            part = oracle.part(state, f"relate.{number}")
            found = oracle.encoder(found.features, found.token, part, heads=2)
            if found.maps is not None:
                met = output.maps[sample, number].numpy()
                np.testing.assert_allclose(met, found.maps, atol=1e-11)
        probability, face, patches = verdict(aunet, found)
        np.testing.assert_allclose(output.features[sample].numpy(), found.features, atol=1e-11)
        if found.relations is None:
            assert output.relations is None
        else:
            np.testing.assert_allclose(output.relations[sample].numpy(), found.relations, atol=1e-9)
            np.testing.assert_allclose(
                output.embeddings[sample].numpy(), found.embeddings, atol=1e-11
            )
            assert output.importance[sample].sum().item() == pytest.approx(1)
        assert output.class_logit[sample].item() == pytest.approx(face, abs=1e-11)
        if aunet.read_patch is not None:
            np.testing.assert_allclose(output.patch_logits[sample].numpy(), patches, atol=1e-11)
        logit = np.log(probability / (1 - probability))
        assert output.logit[sample].item() == pytest.approx(logit, abs=1e-10)


@pytest.mark.parametrize("stage", [0, 1])
def test_equations_10_to_17_between_the_encoders(small, images, stage):
    """The fake's map is mixed with its partner's where it goes into the chosen encoder."""
    aunet = in_float64(**small, depth=2).train()
    for layer in aunet.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.eval()
    mask = torch.zeros(1, 1, 32, 32, dtype=torch.float64)
    mask[..., 4:24, :16] = 0.8
    shares = torch.tensor([[0.2, 0.5, 0.9]], dtype=torch.float64)
    mixing = PairMixing(stage, torch.tensor([0]), torch.tensor([1]), mask, shares)
    state = state_of(aunet)
    with torch.no_grad():
        output = aunet(images.double(), mixing)
        trunk = aunet.encoder(images.double())[-1].numpy()
    coarse = mask[0, 0].numpy().reshape(4, 8, 4, 8).mean((1, 3))
    maps, tokens = [oracle.neck(one, state) for one in trunk], [None, None]
    for number in range(2):
        if number == stage:
            maps[1] = oracle.mixed(maps[0], maps[1], coarse, shares[0].numpy())
        part = oracle.part(state, f"relate.{number}")
        found = [oracle.encoder(f, t, part, heads=2) for f, t in zip(maps, tokens, strict=True)]
        maps, tokens = [one.features for one in found], [one.token for one in found]
    for sample in range(2):
        np.testing.assert_allclose(output.features[sample].numpy(), maps[sample], atol=1e-10)


@pytest.mark.parametrize("block", [0, 1])
def test_equations_10_to_17_inside_the_trunk(small, images, block):
    """The fake's map is mixed where the chosen block gives it; the rest goes on from there."""
    aunet = in_float64(**small, depth=2, mixing="anywhere").train()
    for layer in aunet.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.eval()
    assert aunet.mixed_blocks == ["conv1", "layer1"]
    mask = torch.zeros(1, 1, 32, 32, dtype=torch.float64)
    mask[..., 8:24, :16] = 0.8
    shares = torch.tensor([[0.2, 0.5, 0.9]], dtype=torch.float64)
    mixing = PairMixing(2 + block, torch.tensor([0]), torch.tensor([1]), mask, shares)
    seen: list[torch.Tensor] = []
    (stage,) = aunet.encoder.stages
    place = getattr(stage, aunet.mixed_blocks[block])
    handle = place.register_forward_hook(lambda _module, _given, out: seen.append(out.detach()))
    with torch.no_grad():
        aunet(images.double())
        handle.remove()
        plain = seen[0].numpy()
        side = 32 // plain.shape[-1]
        size = plain.shape[-1]
        coarse = mask[0, 0].numpy().reshape(size, side, size, side).mean((1, 3))
        wanted = oracle.mixed(plain[0], plain[1], coarse, shares[0].numpy())
        swapped = torch.stack([seen[0][0], torch.from_numpy(wanted)])
        handle = place.register_forward_hook(lambda *_: swapped)
        expected = aunet(images.double())
        handle.remove()
        output = aunet(images.double(), mixing)
    torch.testing.assert_close(output.features, expected.features, atol=1e-10, rtol=0)
    torch.testing.assert_close(output.logit, expected.logit, atol=1e-10, rtol=0)
    assert not torch.equal(output.features[1], aunet(images.double()).features[1])


def test_equations_1_and_18_to_20(aunet, images, batch):
    output = aunet(images)
    batch["mask"][1, :, 8:16, 8:16] = 0.5  # t is not exceeded
    loss = aunet.loss(output, batch)
    label = batch["label"].double().numpy()
    cls = oracle.cross_entropy(output.class_logit.detach().double().numpy(), label)
    wanted = np.stack(
        [oracle.token_labels(one[0].double().numpy(), 4, 0.5) for one in batch["mask"]]
    )
    assert wanted.sum() == 3
    token = oracle.cross_entropy(output.patch_logits.detach().double().numpy(), wanted)
    # In pixels of the maps, whose places are 8 pixels of the image.
    shown = action_unit_masks(((batch["landmarks"] + 0.5) / 8 - 0.5).double(), 4).numpy()
    maps = output.maps.detach().double().numpy()
    attention = np.mean([oracle.huber(maps[:, number] - shown) for number in range(3)])
    assert loss["classification"].item() == pytest.approx(cls, rel=1e-5)
    assert loss["token"].item() == pytest.approx(token, rel=1e-5)
    assert loss["attention"].item() == pytest.approx(attention, rel=1e-5)
    assert loss["loss"].item() == pytest.approx(cls + 30 * token + 0.5 * attention, rel=1e-5)


def test_weights_and_threshold_are_keywords(small, images, batch):
    weights = {"class_weight": 2.0, "token_weight": 3.0, "attention_weight": 4.0}
    aunet = AUNet(**small, **weights, token_threshold=0.7)
    batch["mask"] *= 0.6
    output = aunet(images)
    loss = aunet.loss(output, batch)
    none = oracle.cross_entropy(output.patch_logits.detach().double().numpy(), np.zeros((2, 4, 4)))
    assert loss["token"].item() == pytest.approx(none, rel=1e-5)
    parts = [weights[f"{word}_weight"] for word in ("class", "token", "attention")]
    values = [loss[name] for name in ("classification", "token", "attention")]
    total = sum(part * value for part, value in zip(parts, values, strict=True))
    torch.testing.assert_close(loss["loss"], total)
