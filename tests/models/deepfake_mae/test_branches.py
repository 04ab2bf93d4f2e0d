"""Stage 2: the two branches, their mean, and which of them counts."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from graphforensics.errors import CheckpointError, MissingDataError
from graphforensics.explain import grad_cam
from graphforensics.models import DETECTORS, DeepfakeMAE, load_detector
from graphforensics.models.deepfake_mae.mapping_network import MappingNetwork
from graphforensics.models.deepfake_mae.output import mean_logit


def sigmoid(x: torch.Tensor) -> np.ndarray:
    return 1 / (1 + np.exp(-x.detach().double().numpy()))


def test_is_registered():
    assert DETECTORS["deepfake_mae"] is DeepfakeMAE


def test_the_score_is_the_mean_of_both_probabilities(model, frames):
    output = model.eval()(frames)
    tokens = [model.finetuning.encoder(frames[:, f]).tokens[:, 1:].mean(1) for f in range(3)]
    finetune = model.finetuning.classifier(torch.stack(tokens).mean(0)).squeeze(1)
    torch.testing.assert_close(output.finetune_logit, finetune, atol=1e-5, rtol=1e-5)
    by_frame = torch.stack([model.mapping(frames[:, f]).logit for f in range(3)], 1)
    torch.testing.assert_close(output.frame_logits, by_frame, atol=1e-5, rtol=1e-5)
    by_map = sigmoid(by_frame).mean(1)
    np.testing.assert_allclose(sigmoid(output.map_logit), by_map, atol=1e-6)
    wanted = (sigmoid(finetune) + by_map) / 2
    np.testing.assert_allclose(output.probability.detach().numpy(), wanted, atol=1e-6)


def test_mean_logit_keeps_what_probabilities_cannot_tell():
    logits = torch.tensor([[40.0, 45.0], [-60.0, -60.0], [-3.0, 2.0]], dtype=torch.float64)
    met = mean_logit(logits, 1)
    assert met[0].item() == pytest.approx(-math.log((math.exp(-40) + math.exp(-45)) / 2))
    assert met[1].item() == pytest.approx(-60)
    mean = sigmoid(logits[2]).mean()
    assert met[2].item() == pytest.approx(math.log(mean / (1 - mean)))
    assert torch.autograd.gradcheck(
        lambda given: mean_logit(given, 1), (logits.requires_grad_(),), eps=1e-6
    )


def test_branches_by_keyword(small, frames):
    torch.manual_seed(3)
    both = DeepfakeMAE(**small).eval()(frames)
    for branch in ("finetune", "map"):
        torch.manual_seed(3)
        output = DeepfakeMAE(**small, branches=branch).eval()(frames)
        assert torch.equal(output.logit, getattr(both, f"{branch}_logit"))
    with pytest.raises(ValueError, match="'branches'"):
        DeepfakeMAE(**small, branches="neither")


def test_a_branch_counts_from_when_it_is_trained(model, frames):
    model.eval()
    both = model(frames)
    model.begin("pretrain")
    with pytest.raises(MissingDataError, match="no branch that gives a verdict was trained"):
        model(frames)
    assert model.reconstruct(frames.flatten(0, 1), "lips").mask.any()
    assert model.graph(frames).num_graphs == 2
    model.begin("finetune")
    output = model(frames)
    assert torch.equal(output.logit, both.finetune_logit)
    assert output.map_logit is None
    assert output.mapped is None
    model.begin("map")
    assert torch.equal(model(frames).logit, both.logit)
    model.begin("pretrain")  # what stood on the old one is worth nothing now
    assert model.stages.names == ("pretrain",)


def test_mapping_alone_after_pretraining(model, frames):
    model.eval()
    both = model(frames)
    model.begin("pretrain")
    model.begin("map")
    assert torch.equal(model(frames).logit, both.map_logit)
    model.branches = "finetune"
    with pytest.raises(MissingDataError, match="wanted is finetune"):
        model(frames)


@pytest.mark.parametrize("stage", ["finetune", "map"])
def test_a_stage_needs_the_one_before(model, stage):
    with pytest.raises(MissingDataError, match=f"stage '{stage}' starts from an autoencoder"):
        model.begin(stage)
    with pytest.raises(ValueError, match="'stage'"):
        model.begin("teach")


def test_the_encoder_is_handed_over_once(model):
    model.begin("pretrain")
    with torch.no_grad():
        model.autoencoder.encoder.cls_token.fill_(7)
    model.begin("finetune")
    assert (model.finetuning.encoder.cls_token == 7).all()
    with torch.no_grad():
        model.finetuning.encoder.cls_token.fill_(8)
    assert (model.autoencoder.encoder.cls_token == 7).all()
    model.begin("finetune")  # goes on from where it was
    assert (model.finetuning.encoder.cls_token == 8).all()


@pytest.mark.parametrize("stage", ["pretrain", "finetune", "map"])
def test_only_the_stages_network_takes_gradients(model, frames, images, stage):
    model.begin("pretrain")
    model.begin(stage)
    if stage == "pretrain":
        loss = model.autoencoder.reconstruction_loss(images)
    else:
        output = model.judge(frames, ("finetune", "map"))
        loss = model.loss(output, {"label": torch.tensor([0.0, 1.0])})["loss"]
        drawn = model.drawn(images)
        assert not drawn.requires_grad
        loss = loss + model.mapping_losses(model.mapping(images), torch.ones(6), drawn)["loss"]
    loss.backward()
    for name in ("pretrain", "finetune", "map"):
        touched = [weight.grad is not None for weight in model.network(name).parameters()]
        assert all(touched) if name == stage else not any(touched)


# --- The mapping network. ---


def test_mapped_faces_are_56_pixels_at_224():
    torch.manual_seed(0)
    network = MappingNetwork().eval()
    said = network(torch.randn(1, 3, 224, 224))
    assert said.mapped.shape == (1, 3, 56, 56)
    assert [maps.shape[1:] for maps in network.encoder(torch.randn(1, 3, 224, 224))] == [
        (64, 56, 56),
        (128, 28, 28),
        (256, 14, 14),
    ]
    assert sum(isinstance(part, torch.nn.Conv2d) for part in network.draw) == 3
    numbers = said.mapped.detach().double().numpy().ravel()
    weight = network.classifier.weight.detach().double().numpy()[0]
    assert -1 <= weight.min() < -0.99
    assert 0.99 < weight.max() <= 1
    wanted = weight @ numbers / 9408**0.5 + network.classifier.bias.item()
    assert said.logit.item() == pytest.approx(wanted, abs=1e-5)
    with pytest.raises(ValueError, match="strides 4, 8 and 16"):
        MappingNetwork("convnext_atto")


@pytest.mark.slow
def test_mapping_learns_with_the_papers_step():
    """A step of 0.1; where the layer reads plain numbers the loss goes to tens and hundreds."""
    torch.manual_seed(0)
    network = MappingNetwork("resnet10t", channels=16, size=112)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)
    images, label = torch.randn(16, 3, 112, 112), torch.arange(16.0) % 2
    images[label == 1] += 0.5
    wanted = functional.interpolate(images, (28, 28), mode="bilinear", antialias=True)
    losses = []
    for _ in range(40):
        said = network(images)
        losses.append(
            functional.binary_cross_entropy_with_logits(said.logit, label)
            + functional.mse_loss(said.mapped, wanted)
        )
        optimizer.zero_grad()
        losses[-1].backward()
        optimizer.step()
    assert max(losses) < 3
    assert losses[-1] < 0.5 * losses[0]
    network.eval()  # And the running statistics are those of what was learned.
    with torch.no_grad():
        said = network(images)
    assert functional.binary_cross_entropy_with_logits(said.logit, label) < 0.3


def test_eq_1s_halves_by_hand(small, images):
    model = DeepfakeMAE(**small, classification_weight=0.5, mapping_weight=3.0).eval()
    said, label = model.mapping(images), torch.tensor([0.0, 1, 1, 0, 0, 1])
    wanted = model.drawn(images)
    losses = model.mapping_losses(said, label, wanted)
    probability = sigmoid(said.logit)
    entropy = -np.mean(np.where(label.numpy() > 0, np.log(probability), np.log(1 - probability)))
    error = np.mean((said.mapped.detach().double().numpy() - wanted.double().numpy()) ** 2)
    assert losses["classification"].item() == pytest.approx(entropy, rel=1e-5)
    assert losses["mapping"].item() == pytest.approx(error, rel=1e-5)
    assert losses["loss"].item() == pytest.approx(0.5 * entropy + 3 * error, rel=1e-5)


def test_what_is_to_be_drawn(small, images, landmarks):
    torch.manual_seed(3)
    model = DeepfakeMAE(**small)
    whole = model.autoencoder.draw(images)
    met = model.drawn(images, landmarks)
    assert met.shape == (6, 3, 16, 16)
    blocks = whole.unflatten(3, (16, 4)).unflatten(2, (16, 4)).mean((3, 5))
    torch.testing.assert_close(met, blocks)
    torch.manual_seed(3)
    by_parts = DeepfakeMAE(**small, drawing="parts")
    parts = model.autoencoder.parts(images, landmarks)
    wanted = images.clone()
    for number in range(3):
        for face in range(6):
            alone = model.autoencoder.draw(images[face, None], parts[face, number, None])
            pixels = model.autoencoder.pixel_mask(parts[face, number, None]).expand_as(alone)[0]
            wanted[face][pixels] = alone[0][pixels]
    wanted = functional.avg_pool2d(wanted, 4)
    torch.testing.assert_close(by_parts.drawn(images, landmarks), wanted, atol=1e-5, rtol=1e-4)
    with pytest.raises(ValueError, match="'drawing'"):
        DeepfakeMAE(**small, drawing="nothing")


# --- As every detector. ---


def test_loss_is_the_sum_of_the_branches(model, frames):
    output, label = model(frames), torch.tensor([0.0, 1.0])
    losses = model.loss(output, {"label": label})
    finetune = functional.binary_cross_entropy_with_logits(output.finetune_logit, label)
    every = functional.binary_cross_entropy_with_logits(
        output.frame_logits, label[:, None].expand(2, 3)
    )
    torch.testing.assert_close(losses["loss"], finetune + every)
    with pytest.raises(ValueError, match="'label'"):
        model.loss(output, {"label": torch.zeros(2, 1)})


def test_saved_and_loaded_with_its_stages(model, frames, tmp_path):
    for stage in ("pretrain", "finetune", "map"):
        model.begin(stage)
    model.eval().save_pretrained(tmp_path)
    again = load_detector(tmp_path)
    assert again.stages.names == ("pretrain", "finetune", "map")
    assert torch.equal(again(frames).logit, model(frames).logit)
    assert again.config == model.config
    other = DeepfakeMAE.from_pretrained(tmp_path)
    assert other.stages.names == again.stages.names
    twin = copy.deepcopy(again)
    twin.begin("pretrain")
    assert again.stages.names == ("pretrain", "finetune", "map")
    assert twin.stages.finished.tolist() == [True, False, False]


def test_a_checkpoint_of_another_size_is_refused(model, tmp_path):
    import json

    model.save_pretrained(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, "size": 72}))
    with pytest.raises(CheckpointError, match=r"'.*pos_embed' is .*, wanted"):
        load_detector(tmp_path)


def test_exported_and_compiled(small, frames):
    # Of networks that are traced fast.
    model = DeepfakeMAE(**{**small, "blocks": 1, "mapping_encoder": "test_resnet"}).eval()
    with torch.no_grad():
        wanted = model(frames).logit
        exported = torch.export.export(model, (frames,)).module(check_guards=False)
        torch.testing.assert_close(exported(frames).logit, wanted, atol=1e-5, rtol=1e-5)
        compiled = torch.compile(model, backend="eager", fullgraph=True)
        torch.testing.assert_close(compiled(frames).logit, wanted, atol=1e-5, rtol=1e-5)


def test_bfloat16(model, frames, images):
    model.eval()
    wanted = model(frames)
    with torch.autocast("cpu", torch.bfloat16):
        met = model(frames)
        loss = model.autoencoder.reconstruction_loss(images, None, torch.Generator().manual_seed(1))
    assert met.logit.dtype == torch.float32
    torch.testing.assert_close(met.probability, wanted.probability, atol=0.02, rtol=0)
    full = model.autoencoder.reconstruction_loss(images, None, torch.Generator().manual_seed(1))
    torch.testing.assert_close(loss, full, atol=0.02, rtol=0.02)
    torch.testing.assert_close(model.probability(frames), wanted.probability, atol=0.02, rtol=0)
    half = copy.deepcopy(model).to(torch.bfloat16)
    assert torch.isfinite(half(frames.bfloat16()).logit).all()


def test_grad_cam_of_either_branch(small, frames):
    for branches in ("both", "finetune", "map"):
        model = DeepfakeMAE(**small, branches=branches)
        heat = grad_cam(model, frames)
        assert heat.shape == (2, 3, 64, 64)
        assert heat.max() == 1


def test_inputs_of_another_shape(model, frames):
    with pytest.raises(ValueError, match=r"'inputs' must be \[B, 3, 3, 64, 64\]"):
        model(frames[:, :2])
    with pytest.raises(ValueError, match="floating point"):
        model((frames * 50).byte())


def test_defaults_are_the_papers():
    with torch.device("meta"):
        model = DeepfakeMAE()
    assert model.input_spec.shape == (5, 3, 224, 224)
    encoder, decoder = model.autoencoder.encoder, model.autoencoder.decoder
    assert (encoder.channels, len(encoder.blocks), encoder.patch) == (768, 12, 16)
    assert (decoder.channels, len(decoder.blocks)) == (512, 8)
    assert model.autoencoder.mask.ratio == 0.5
    assert model.autoencoder.mask.strategy == "random_part"
    assert model.autoencoder.partition == "algorithm1"
