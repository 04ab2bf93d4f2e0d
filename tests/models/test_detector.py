from __future__ import annotations

import json
import os

import pytest
import timm
import torch

from graphforensics import __version__
from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence
from graphforensics.errors import CheckpointError
from graphforensics.models import (
    DETECTORS,
    LRL,
    MRL,
    AUNet,
    Baseline,
    DeepfakeMAE,
    Detector,
    LearningToMask,
)


def test_save_and_from_pretrained(mrl, clips, tmp_path):
    mrl.save_pretrained(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "README.md",
        "config.json",
        "model.safetensors",
    ]
    config = json.loads((tmp_path / "config.json").read_text())
    assert config["detector"] == "mrl"
    assert config["graphforensics_version"] == __version__
    assert config["regions"] == 4
    again = MRL.from_pretrained(tmp_path)
    assert not again.training
    assert again.config == mrl.config
    assert torch.equal(again(clips).logit, mrl.eval()(clips).logit)
    assert again.input_spec == mrl.input_spec


def test_saved_detectors_no_longer_need_the_encoders_file(small, clips, tmp_path):
    path = tmp_path / "encoder.pth"
    torch.save(timm.create_model("resnet10t").state_dict(), path)
    mrl = MRL(**small, encoder_weights=str(path)).eval()
    mrl.save_pretrained(tmp_path / "saved")
    path.unlink()
    again = MRL.from_pretrained(tmp_path / "saved")
    assert torch.equal(again(clips).logit, mrl(clips).logit)


def test_from_pretrained_refuses_other_weights(mrl, small, tmp_path):
    mrl.save_pretrained(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, "hidden_channels": 9}))
    with pytest.raises(CheckpointError, match=r"'learner.* is .*, wanted"):
        MRL.from_pretrained(tmp_path)


@pytest.mark.parametrize("kind", [MRL, Detector])
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"encoder_options": {"checkpoint_path": "/etc/passwd"}}, "names another file"),
        ({"hidden_channels": 10**9}, "far larger than its weights"),
        ({"size": 10**6}, "too large to be meant"),
        ({"graphforensics_version": "99.1"}, "written by graphforensics 99.1"),
        ({"detector": "xception"}, "holds the detector 'xception'; known are mrl"),
        ({"regions": "many"}, "its configuration is wrong"),
    ],
)
def test_from_pretrained_takes_the_care_of_load_detector(mrl, tmp_path, kind, changes, message):
    mrl.save_pretrained(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, **changes}))
    with pytest.raises(CheckpointError, match=message):
        kind.from_pretrained(tmp_path)


def test_from_pretrained_of_the_base_finds_the_class(mrl, clips, tmp_path):
    mrl.save_pretrained(tmp_path)
    again = Detector.from_pretrained(tmp_path, dropout=0.25)
    assert isinstance(again, MRL)
    assert again.config["dropout"] == 0.25
    assert torch.equal(again(clips).logit, mrl.eval()(clips).logit)
    with pytest.raises(CheckpointError, match="holds the detector 'mrl', not 'lrl'"):
        LRL.from_pretrained(tmp_path)


def test_from_pretrained_of_the_wrong_place_says_so(mrl, tmp_path):
    with pytest.raises(CheckpointError, match=r"no config\.json in it, so it is not a saved"):
        MRL.from_pretrained(tmp_path)
    (tmp_path / "last.ckpt").write_bytes(b"x")
    with pytest.raises(CheckpointError, match=r"last\.ckpt: a file, not the folder"):
        MRL.from_pretrained(tmp_path / "last.ckpt")
    for place in (tmp_path / "none", "./none", "runs/none/best", "../none"):
        with pytest.raises(CheckpointError, match=r"none.*: no such folder$"):
            MRL.from_pretrained(place)
    (tmp_path / "config.json").write_text(" " * (1 << 21))
    with pytest.raises(CheckpointError, match=r"config\.json: damaged .*too many"):
        MRL.from_pretrained(tmp_path)


@pytest.mark.parametrize("umask", [0o022, 0o027])
def test_what_is_saved_follows_the_umask(mrl, tmp_path, umask):
    before = os.umask(umask)
    try:
        mrl.save_pretrained(tmp_path / "saved")
        mrl.save_pretrained(tmp_path / "saved")
    finally:
        os.umask(before)
    modes = {file.name: file.stat().st_mode & 0o777 for file in (tmp_path / "saved").iterdir()}
    assert len(modes) == 3
    assert set(modes.values()) == {0o666 & ~umask}


def test_probability_is_that_of_the_plain_forward(mrl, clips):
    probability = mrl.probability(clips)
    assert probability.shape == (2,)
    assert probability.dtype == torch.float32
    assert not probability.is_inference()  # can be used in autograd afterwards
    assert torch.allclose(probability, mrl.eval()(clips).probability, atol=0.01)


def test_prediction_of_every_layout(small):
    for kind in ("clip", "image"):
        mrl = MRL(**{**small, "kind": kind})
        inputs = torch.randn(2, *mrl.input_spec.shape)
        output = mrl.predict(inputs)
        assert torch.allclose(output.probability, mrl.eval()(inputs).probability, atol=0.01)


def test_every_part_gets_its_own_mode_back(mrl, clips):
    mrl.train()
    mrl.encoder.eval()  # frozen normalisation, as in fine-tuning
    modes = [part.training for part in mrl.modules()]
    before = {name: value.clone() for name, value in mrl.state_dict().items()}
    mrl.probability(clips)
    mrl.graph(clips)
    assert [part.training for part in mrl.modules()] == modes
    assert all(torch.equal(value, before[name]) for name, value in mrl.state_dict().items())
    with pytest.raises(ValueError, match="'inputs'"):
        mrl.probability(clips[0])
    assert [part.training for part in mrl.modules()] == modes


def test_graph_of_clips(mrl, clips):
    output = mrl.eval()(clips)
    batch = mrl.train().graph(clips)
    assert mrl.training
    assert batch.validate()
    assert batch.num_graphs == 2
    sequence = batch.get_example(1)
    assert isinstance(sequence, FaceGraphSequence)
    assert len(sequence) == 3
    assert sequence.x.shape == (4, 3, 128)
    assert torch.allclose(sequence.x[2, 0], output.features[1, 0, 2])
    edges = mrl.learner.edges()
    for e in range(16):  # j to i carries E[i, j]
        j, i = sequence.edge_index[:, e]
        assert sequence.edge_weight[e] == edges[i, j]
        middle = (edges.min() + edges.max()) / 2
        assert sequence.edge_kept[e] == (edges[i, j] >= middle)
    assert sequence.pos.shape == (4, 3, 2)
    assert ((sequence.pos >= 0) & (sequence.pos <= 1)).all()
    assert torch.equal(sequence.attention, output.attention[1].transpose(0, 1))
    assert not sequence.x.requires_grad
    assert sequence.kind == "region"


def test_pos_is_where_the_attention_lies(mrl, clips):
    """An attention made to look at one place gives that place as every region's centre."""

    class Corner(torch.nn.Module):
        def forward(self, maps: torch.Tensor) -> torch.Tensor:
            maps = maps.new_zeros(maps.size(0), 4, *maps.shape[3:])
            maps[..., 0, -1] = 2  # first row, last column
            return maps

    mrl.attention = Corner()
    pos = mrl.graph(clips).pos
    assert torch.allclose(pos, torch.tensor([0.875, 0.125]).expand_as(pos))


def test_graph_of_images(small):
    mrl = MRL(**{**small, "kind": "image", "relation": "gcn", "attention": "spatial"})
    batch = mrl.graph(torch.rand(3, 3, 32, 32))
    graph = batch.get_example(0)
    assert isinstance(graph, FaceGraph)
    assert graph.x.shape == (4, 128)
    assert graph.pos.shape == (4, 2)
    assert graph.attention.shape == (4, 4, 4)


def test_output_graph_carries_the_gradient(mrl, clips):
    mrl(clips).graph.x.sum().backward()
    assert next(mrl.encoder.parameters()).grad is not None


def test_every_detector_is_registered_under_its_name():
    assert set(DETECTORS.values()) == {AUNet, Baseline, DeepfakeMAE, LRL, LearningToMask, MRL}
    assert all(issubclass(cls, Detector) and cls.name == name for name, cls in DETECTORS.items())
