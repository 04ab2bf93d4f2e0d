"""What AUNet learns from, and what it passes over."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from graphforensics.models import AUNet, AUNetOutput, PairMixing


@pytest.mark.parametrize(
    "branches",
    [{}, {"specific": False}, {"agnostic": False}, {"specific": False, "agnostic": False}],
)
def test_every_parameter_learns(branches, small, images, batch):
    aunet = AUNet(**small, **branches)
    aunet.loss(aunet(images), batch)["loss"].backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in aunet.parameters())


def test_training_lowers_every_part_on_a_repeated_batch(aunet, images, batch):
    optimizer = torch.optim.Adam(aunet.parameters(), 5e-3)
    parts = []
    for _ in range(50):
        optimizer.zero_grad()
        losses = aunet.loss(aunet(images), batch)
        losses["loss"].backward()
        optimizer.step()
        parts.append({name: value.item() for name, value in losses.items()})
    assert set(parts[0]) == {"loss", "classification", "token", "attention"}
    assert all(parts[-1][name] < 0.9 * parts[0][name] for name in parts[0]), (parts[0], parts[-1])


def test_samples_without_a_mask_or_a_face_count_for_the_class_alone(aunet, images, batch):
    aunet.eval()
    output = aunet(images)
    batch["mask"][1] = torch.nan
    batch["has_mask"] = torch.tensor([True, False])
    batch["landmarks"][1] = torch.nan
    mixed = aunet.loss(output, batch)
    first = aunet.loss(aunet(images[:1]), {name: value[:1] for name, value in batch.items()})
    for name in ("token", "attention"):
        torch.testing.assert_close(mixed[name], first[name], rtol=1e-4, atol=1e-6)
    mixed["loss"].backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in aunet.parameters())


@pytest.mark.parametrize("wrong", ["NaN", "infinite", "outside", "one point", "huge"])
def test_landmarks_without_a_face_skip_the_attention(aunet, images, batch, wrong):
    face = batch["landmarks"][0].clone()
    spoilt = {
        "NaN": face.clone().index_fill_(0, torch.tensor([30]), torch.nan),
        "infinite": face.clone().index_fill_(0, torch.tensor([30]), torch.inf),
        "outside": face + 1000,
        "one point": torch.full_like(face, 16),
        "huge": 1e30 * face,
    }[wrong]
    output = aunet(images)
    one = aunet.loss(output, {**batch, "landmarks": torch.stack([face, spoilt])})
    alone = {"landmarks": face[None], "label": batch["label"][:1]}
    part = AUNetOutput(
        output.logit[:1], output.class_logit[:1], output.features[:1], maps=output.maps[:1]
    )
    torch.testing.assert_close(one["attention"], aunet.loss(part, alone)["attention"])
    none = aunet.loss(output, {**batch, "landmarks": torch.stack([spoilt, spoilt])})
    assert none["attention"] == 0
    none["loss"].backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in aunet.parameters())


def test_without_masks_and_landmarks_the_loss_is_the_classification(aunet, images):
    loss = aunet.loss(aunet(images), {"label": torch.tensor([0.0, 1.0])})
    assert set(loss) == {"loss", "classification"}
    assert torch.equal(loss["loss"], loss["classification"])


def test_an_all_real_batch_and_a_batch_of_one(aunet, images, batch):
    real = {**batch, "label": torch.zeros(2), "mask": torch.zeros(2, 1, 32, 32)}
    loss = aunet.loss(aunet(images), real)
    assert loss["token"] > 0
    loss["loss"].backward()
    assert all(p.grad.isfinite().all() for p in aunet.parameters())
    one = aunet.loss(aunet(images[1:]), {name: value[1:] for name, value in batch.items()})
    one["loss"].backward()
    assert all(part.isfinite() for part in one.values())


def test_masks_of_any_legal_form_are_the_same(aunet, images, batch):
    output = aunet(images)
    wanted = aunet.loss(output, batch)["loss"]
    for mask in (batch["mask"][:, 0], batch["mask"].bool(), batch["mask"].double()):
        torch.testing.assert_close(aunet.loss(output, {**batch, "mask": mask})["loss"], wanted)


def test_mixing_changes_the_fakes_only(aunet, images, batch):
    mixing = PairMixing.draw(batch["mask"], aunet.stages)
    for stage in range(3):
        torch.manual_seed(0)
        for layer in aunet.modules():
            layer.training = layer is aunet.mix  # running statistics for all
        plain, mixed = aunet(images), aunet(images, mixing._replace(stage=stage))
        torch.testing.assert_close(mixed.logit[0], plain.logit[0])
        assert (mixed.patch_logits[1] - plain.patch_logits[1]).abs().max() > 1e-6
    aunet.eval()
    assert torch.equal(aunet(images, mixing).logit, aunet(images).logit)


def test_mixing_under_autocast(aunet, images, batch):
    for stage in range(3):
        mixing = PairMixing.draw(batch["mask"], 3)._replace(stage=stage)
        with torch.autocast("cpu", torch.bfloat16):
            output = aunet(images, mixing)
            loss = aunet.loss(output, batch)["loss"]
        aunet.zero_grad()
        loss.backward()
        assert loss.dtype == torch.float32
        assert all(p.grad.isfinite().all() for p in aunet.parameters())


def test_mixing_anywhere_draws_from_trunk_and_encoders_and_trains(small, images, batch):
    aunet = AUNet(**small, mixing="anywhere", patch_tokens="block")
    assert aunet.stages == 3 + len(aunet.mixed_blocks) > 3
    for stage in range(aunet.stages):
        mixing = PairMixing.draw(batch["mask"], aunet.stages)._replace(stage=stage)
        loss = aunet.loss(aunet(images, mixing), batch)["loss"]
        aunet.zero_grad()
        loss.backward()
        assert loss.isfinite()
    with pytest.raises(ValueError, match=f"'stage' must be from 0 to {aunet.stages - 1}"):
        aunet(images, mixing._replace(stage=aunet.stages))


def test_channels_last_networks_are_mixed_as_maps(images, batch):
    keywords = {"encoder_options": {"img_size": 64}, "width": 8, "hidden_channels": 8, "heads": 2}
    aunet = AUNet("swin_s3_tiny_224", encoder_stage=1, size=64, mixing="anywhere", **keywords)
    seen = []
    aunet.mix.register_forward_pre_hook(lambda _module, given: seen.append(given[0].shape))
    mask = torch.ones(2, 1, 64, 64)
    mixing = PairMixing.draw(mask, aunet.stages)._replace(stage=aunet.stages - 1)
    aunet(torch.rand(2, 3, 64, 64), mixing)
    assert seen == [(1, 96, 16, 16)]


def test_the_lambdas_and_stages_that_are_drawn():
    seeded = torch.Generator().manual_seed(1)
    drawn = [PairMixing.draw(torch.zeros(8, 1, 4, 4), 3, generator=seeded) for _ in range(600)]
    counts = np.bincount([one.stage for one in drawn], minlength=3)
    assert counts.min() > 150
    shares = torch.cat([one.shares for one in drawn]).flatten()
    assert 0 <= shares.min() <= shares.max() <= 1
    # Beta(1/2, 1/2): mean 1/2, variance 1/8.
    assert shares.mean().item() == pytest.approx(0.5, abs=0.02)
    assert shares.var().item() == pytest.approx(0.125, abs=0.01)
