from __future__ import annotations

import json

import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from graphforensics.explain import grad_cam
from graphforensics.models import AUNet, AUNetOutput, PairMixing, take_encoder
from graphforensics.models.aunet.output import averaged_logit, spot_centre

#: The rows of the paper's table 4 that are the detector's keywords.
ROWS = {
    "all": {},
    "backbone": {"specific": False, "agnostic": False},
    "w/o SPB": {"specific": False},
    "w/o AGB": {"agnostic": False},
    "w/o IT": {"tampering": "features"},
    "w/o FM": {"tampering": "image"},
    "w/o LS": {"token_weight": 0},
    "the paper's convolutions": {"convolution": "full", "width": None},
}


def test_the_papers_defaults():
    with torch.device("meta"):
        aunet = AUNet()
    assert aunet.input_spec.shape == (3, 224, 224)
    assert (aunet.encoder.name, aunet.encoder.strides) == ("legacy_xception", (16,))
    assert aunet.encoder.channels == (728,)
    assert [name for name, _ in aunet.encoder.stages[0].named_children()][-1] == "block11"
    assert [(one.num_aus, one.agnostic.hidden_channels) for one in aunet.relate] == [(15, 256)] * 3
    assert all(one.agnostic.heads == 8 for one in aunet.relate)
    assert aunet.weights == {"classification": 1, "token": 30, "attention": 0.5}
    assert (aunet.token_threshold, aunet.mix.concentration) == (0.5, 0.5)
    assert aunet.tampering == "both"
    assert aunet.reads_masks
    assert aunet.reads_landmarks


@pytest.mark.parametrize("size", [224, 256, 299, 380])
@pytest.mark.parametrize("encoder", ["legacy_xception", "resnet10t"])
def test_shapes_at_every_stage(encoder, size):
    """Without numbers, which shapes do not need."""
    side = {224: 14, 256: 16, 299: 19, 380: 24}[size]
    aunet = AUNet(encoder=encoder, size=size).eval()
    with FakeTensorMode(allow_non_fake_inputs=True):
        images = torch.empty(2, 3, size, size)
        channels = aunet.encoder.channels[0]
        assert aunet.encoder(images)[-1].shape == (2, channels, side, side)
        seen = aunet.encode(images)
        assert [tuple(one.features.shape) for one in seen] == [(2, 256, side, side)] * 3
        assert [tuple(one.class_token.shape) for one in seen] == [(2, 256)] * 3
        assert [tuple(one.patch_tokens.shape) for one in seen] == [(2, side**2, 256)] * 3
        output = aunet(images)
    assert output.maps.shape == (2, 3, 15, side, side)
    assert output.embeddings.shape == (2, 15, 256)
    assert output.relations.shape == (2, 15, 15)
    assert output.patch_logits.shape == (2, side, side)
    assert output.logit.shape == output.class_logit.shape == (2,)


def test_the_papers_network():
    """Smaller images, the network itself."""
    aunet = AUNet(size=96).eval()
    output = aunet(torch.rand(1, 3, 96, 96))
    assert isinstance(output, AUNetOutput)
    assert output.logit.isfinite().all()
    assert output.graph[0].x.shape == (15, 256)


# --- What it gives. ---


@pytest.mark.parametrize("scale", [1.0, 60.0, 1000.0])
def test_the_logit_is_that_of_the_averaged_probability(scale):
    face, patches = scale * torch.randn(4).double(), scale * torch.randn(4, 9).double()
    met = averaged_logit(face, patches)
    assert met.isfinite().all()
    wanted = (face.sigmoid() + patches.sigmoid().mean(1)) / 2
    torch.testing.assert_close(met.sigmoid(), wanted)
    torch.testing.assert_close(averaged_logit(-face, -patches), -met)
    same = torch.full((1,), scale)
    torch.testing.assert_close(averaged_logit(same, same.expand(1, 5)), same)


def test_spot_centres_of_maps_drawn_by_hand():
    maps = torch.zeros(4, 5, 7)
    maps[0, 1, 2] = 1  # one spot
    maps[1, 3, 1], maps[1, 3, 5] = 1.0, 0.9  # two: the stronger
    maps[2] = 0.3  # everywhere
    maps[3, 2, 2:5] = torch.tensor([0.8, 1.0, 0.8])  # one, broad
    wanted = [[2.5 / 7, 1.5 / 5], [1.5 / 7, 3.5 / 5], [0.5, 0.5], [0.5, 0.5]]
    torch.testing.assert_close(spot_centre(maps), torch.tensor(wanted))
    assert spot_centre(torch.zeros(2, 3, 3)).tolist() == [[0.5, 0.5]] * 2


def test_graph(aunet, images):
    aunet.eval()
    graph, output = aunet.graph(images), aunet(images)
    assert graph.num_graphs == 2
    face = graph[1]
    assert face.validate()
    assert face.kind == "au"
    assert face.num_nodes == 15
    assert torch.equal(face.x, output.embeddings[1])
    assert torch.equal(face.adjacency(), output.relations[1])
    assert torch.equal(face.attention, output.maps[1, -1])
    assert ((face.pos > 0) & (face.pos < 1)).all()


def test_localise(aunet, images):
    where, coarse = aunet.localise(images), aunet.token_map(images)
    assert aunet.training
    assert where.shape == (2, 32, 32)
    assert coarse.shape == (2, 4, 4)
    assert torch.equal(coarse, aunet.eval()(images).patch_logits.sigmoid())
    torch.testing.assert_close(where.mean(), coarse.mean(), atol=0.02, rtol=0)
    assert 0 <= where.min() <= where.max() <= 1


def test_grad_cam_looks_at_the_map_all_encoders_start_from(aunet, images):
    for target in ("fake", "real"):
        assert grad_cam(aunet, images, target).isfinite().all()


def test_a_batch_equals_its_images(aunet, images):
    aunet.eval()
    together = aunet(images)
    for sample in range(2):
        alone = aunet(images[sample : sample + 1])
        for name in ("logit", "patch_logits", "maps", "relations"):
            whole = getattr(together, name)[sample : sample + 1]
            torch.testing.assert_close(getattr(alone, name), whole, atol=1e-5, rtol=1e-4)


def test_the_order_of_the_action_units_changes_nothing_but_their_order(small, images):
    """Every encoder's last convolution gives the maps; its rows in another order move them."""
    aunet, moved = AUNet(**small).eval(), AUNet(**small).eval()
    moved.load_state_dict(aunet.state_dict())
    order = torch.randperm(15)
    with torch.no_grad():
        for one in moved.relate:
            one.specific.locate[4].weight.copy_(one.specific.locate[4].weight[order].clone())
            one.specific.locate[4].bias.copy_(one.specific.locate[4].bias[order].clone())
    before, after = aunet(images), moved(images)
    torch.testing.assert_close(after.logit, before.logit, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(after.maps, before.maps[:, :, order])
    torch.testing.assert_close(after.relations, before.relations[:, order][:, :, order])


# --- Keywords. ---


@pytest.mark.parametrize("row", ROWS)
def test_ablations_train_judge_and_round_trip_as_json(row, small, images, batch):
    aunet = AUNet(**{**small, "depth": 2, **ROWS[row]})
    loss = aunet.loss(aunet(images), batch)
    loss["loss"].backward()
    assert ("token" in loss) == (row != "w/o LS")
    assert ("attention" in loss) == (row not in ("backbone", "w/o SPB"))
    graph = aunet.graph(images)
    assert graph.validate()
    assert graph[0].num_edges == (225 if "attention" in loss else 0)
    again = AUNet(**json.loads(json.dumps(aunet.config)))
    again.load_state_dict(aunet.state_dict())
    assert torch.equal(again.eval()(images).logit, aunet.eval()(images).logit)


def test_without_local_supervision_the_class_token_alone_judges(small, images):
    aunet = AUNet(**small, token_weight=0).eval()
    output = aunet(images)
    assert output.patch_logits is None
    assert torch.equal(output.logit, output.class_logit)
    with pytest.raises(ValueError, match="'token_weight' must be positive"):
        aunet.localise(images)


@pytest.mark.parametrize(
    ("encoder", "keywords"),
    [
        ("mobilenetv3_small_050", {}),
        ("test_convnext", {}),
        ("test_vit", {"encoder_options": {"img_size": 64}, "encoder_stage": -1}),
    ],
)
def test_other_encoders(encoder, keywords):
    aunet = AUNet(**{"encoder": encoder, "size": 64, "width": 16, **keywords})
    loss = aunet.loss(aunet(torch.randn(2, 3, 64, 64)), {"label": torch.tensor([0.0, 1.0])})
    loss["loss"].backward()
    assert loss["loss"].isfinite()


def test_the_encoder_of_the_bare_backbone_is_taken_over(small, tmp_path):
    bare = AUNet(**small, **ROWS["backbone"])
    bare.save_pretrained(tmp_path)
    aunet = AUNet(**small)
    take_encoder(aunet, tmp_path)
    pairs = zip(bare.encoder.parameters(), aunet.encoder.parameters(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)


# --- Bad input. ---


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"depth": 0}, "'depth' must be positive"),
        ({"width": 0}, "'width' must be positive"),
        ({"heads": 3}, "'heads' must divide 'channels' = 16"),
        ({"convolution": "deep"}, "'convolution' must be one of full, separable"),
        ({"tampering": "none"}, "'tampering' must be one of both, image, features"),
        ({"mixing": "nowhere"}, "'mixing' must be one of encoders, anywhere"),
        ({"patch_tokens": "face"}, "'patch_tokens' must be one of map, block"),
        ({"patch_tokens": "block", "agnostic": False}, "'patch_tokens' \"block\" wants 'agnostic'"),
        (
            {"mixing": "anywhere", "encoder": "test_vit", "encoder_stage": -1},
            "'mixing' \"anywhere\" wants an encoder of stages",
        ),
        ({"token_threshold": 1.5}, r"'token_threshold' must be in \[0, 1\]"),
        ({"token_weight": -1}, "'token_weight' must not be negative"),
        ({"class_weight": float("nan")}, "'class_weight' must not be negative"),
        ({"encoder": "nonesuch"}, "'encoder' must be a network of timm"),
        ({"encoder_stage": 7}, "'encoder_stage'"),
        ({"size": 0}, "'size' must be positive"),
    ],
)
def test_wrong_keywords(small, keywords, message):
    with pytest.raises(ValueError, match=message):
        AUNet(**{**small, **keywords})


@pytest.mark.parametrize("channels", [1, 4])
def test_grey_and_alpha_images_are_refused(aunet, channels):
    with pytest.raises(ValueError, match=rf"\[B, 3, 32, 32\] \(got \[2, {channels}, 32, 32\]\)"):
        aunet(torch.rand(2, channels, 32, 32))


def test_wrong_batches(aunet, images, batch):
    output = aunet(images)
    for change, message in [
        ({"mask": torch.zeros(2, 1, 30, 32)}, r"'mask' must be \[2, 1, 32, 32\] or \[2, 32, 32\]"),
        ({"mask": torch.zeros(2, 3, 32, 32)}, r"\(got \[2, 3, 32, 32\]\)"),
        ({"mask": torch.zeros(2, 1, 32, 32).byte()}, "'mask' must be bool or floating point"),
        ({"has_mask": torch.ones(2)}, "'has_mask' must be bool"),
        ({"has_mask": torch.ones(3).bool()}, r"'has_mask' must be \[2\]"),
        ({"landmarks": torch.zeros(2, 5, 2)}, r"'landmarks' must be \[2, 68, 2\]"),
        ({"landmarks": torch.zeros(3, 68, 2)}, r"'landmarks' must be \[2, 68, 2\]"),
        ({"label": torch.zeros(2, 1)}, r"'label' must be \[2\] \(got \[2, 1\]\)"),
    ]:
        with pytest.raises(ValueError, match=message):
            aunet.loss(output, {**batch, **change})


def test_wrong_mixing(aunet, images, batch):
    mixing = PairMixing.draw(batch["mask"], 3)
    with pytest.raises(ValueError, match=r"'stage' must be from 0 to 2 \(got 3\)"):
        aunet(images, mixing._replace(stage=3))
    with pytest.raises(ValueError, match=r"'mask' must be of pairs \(got 3 rows\)"):
        PairMixing.draw(torch.zeros(3, 1, 8, 8), 3)
    with pytest.raises(ValueError, match="'mask' must be"):
        PairMixing.draw(torch.zeros(2, 8, 8), 3)
