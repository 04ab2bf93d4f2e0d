from __future__ import annotations

import json
import os
import pickle
import random
from pathlib import Path

import pytest
import timm
import torch
from safetensors.torch import save_model

from graphforensics.errors import CheckpointError
from graphforensics.models import MRL, LearningToMask, load_detector
from graphforensics.nn.encoder import TimmEncoder


class Trap:
    """Makes a folder when unpickled: what a malicious checkpoint would do."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return os.mkdir, (str(self.path),)


@pytest.fixture
def folder(mrl, tmp_path) -> Path:
    mrl.save_pretrained(tmp_path / "saved")
    return tmp_path / "saved"


@pytest.fixture
def training(mrl) -> dict:
    """The parts of a Lightning checkpoint that matter here, and some that do not."""
    return {
        "epoch": 3,
        "optimizer_states": [{"state": {}, "param_groups": [{"lr": 1e-4}]}],
        "hyper_parameters": {"detector": "mrl", "config": mrl.config, "learning_rate": 1e-4},
        "state_dict": {f"model.{k}": v for k, v in mrl.state_dict().items()}
        | {"other": torch.ones(1)},
    }


def edit(folder: Path, **changes: object) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **changes}))


def test_folder(mrl, clips, folder):
    again = load_detector(folder)
    assert isinstance(again, MRL)
    assert not again.training
    assert again.config == mrl.config
    assert torch.equal(again(clips).logit, mrl.eval()(clips).logit)
    assert torch.equal(load_detector(str(folder))(clips).logit, again(clips).logit)


def test_training_checkpoint(mrl, clips, training, tmp_path):
    torch.save(training, tmp_path / "last.ckpt")
    again = load_detector(tmp_path / "last.ckpt")
    assert torch.equal(again(clips).logit, mrl.eval()(clips).logit)
    assert again.config == mrl.config


def test_the_encoders_file_is_not_looked_for_again(training, folder, tmp_path):
    edit(folder, encoder_weights="/gone/encoder.pth")
    assert load_detector(folder).config["encoder_weights"] is None
    training["hyper_parameters"]["config"]["encoder_weights"] = "default"
    torch.save(training, tmp_path / "last.ckpt")
    assert load_detector(tmp_path / "last.ckpt").config["encoder_weights"] is None


@pytest.mark.parametrize("zipped", [True, False])
def test_a_malicious_checkpoint_does_not_run(training, tmp_path, zipped):
    marker, path = tmp_path / "pwned", tmp_path / "evil.ckpt"
    trapped = {**training, "callbacks": Trap(marker)}
    torch.save(trapped, path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(CheckpointError, match=r"evil.ckpt.*run code"):
        load_detector(path)
    assert not marker.exists()
    torch.load(path, weights_only=False)  # the trap itself works
    assert marker.exists()


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
def test_a_plain_pickle_does_not_run(tmp_path):
    marker, path = tmp_path / "pwned", tmp_path / "evil.ckpt"
    path.write_bytes(pickle.dumps(Trap(marker)))
    with pytest.raises(CheckpointError, match=r"evil.ckpt"):
        load_detector(path)
    assert not marker.exists()


def test_a_pickle_named_as_safetensors_does_not_run(folder, tmp_path):
    marker = tmp_path / "pwned"
    torch.save(Trap(marker), folder / "model.safetensors")
    with pytest.raises(CheckpointError, match=r"model.safetensors: damaged"):
        load_detector(folder)
    assert not marker.exists()


def test_newer_version(folder, training, tmp_path):
    edit(folder, graphforensics_version="99.1")
    with pytest.raises(CheckpointError, match=r"written by graphforensics 99.1, this is "):
        load_detector(folder)
    training["hyper_parameters"]["graphforensics_version"] = "99.1"
    torch.save(training, tmp_path / "last.ckpt")
    with pytest.raises(CheckpointError, match=r"written by graphforensics 99.1"):
        load_detector(tmp_path / "last.ckpt")
    edit(folder, graphforensics_version="soon")
    with pytest.raises(CheckpointError, match="'graphforensics_version' is 'soon'"):
        load_detector(folder)


def test_wrong_configuration(folder):
    edit(folder, hidden_channels=9)
    with pytest.raises(CheckpointError, match=r"is \[.*\], wanted \[.*another configuration"):
        load_detector(folder)
    edit(folder, hidden_channels=8, regions="many")
    with pytest.raises(CheckpointError, match="its configuration is wrong"):
        load_detector(folder)
    edit(folder, regions=4, colour="blue")
    with pytest.raises(CheckpointError, match=r"its configuration is wrong.*'colour'"):
        load_detector(folder)
    edit(folder, detector="xception")
    with pytest.raises(CheckpointError, match="holds the detector 'xception'; known are mrl"):
        load_detector(folder)
    edit(folder, detector=["mrl"])
    with pytest.raises(CheckpointError, match="holds the detector"):
        load_detector(folder)


def test_missing_and_left_over_weights(training, tmp_path):
    path = tmp_path / "last.ckpt"
    whole = dict(training["state_dict"])
    training["state_dict"] = {k: v for k, v in whole.items() if "edges" not in k}
    torch.save(training, path)
    with pytest.raises(CheckpointError, match=r"last.ckpt: 'learner.edges.weight' is missing$"):
        load_detector(path)
    training["state_dict"] = {**whole, "model.extra": torch.ones(1)}
    torch.save(training, path)
    with pytest.raises(CheckpointError, match="'extra' is not of this model"):
        load_detector(path)
    training["state_dict"] = {"model.learner.edges.weight": "words"}
    torch.save(training, path)
    with pytest.raises(CheckpointError, match="something else than tensors by name"):
        load_detector(path)


def test_damaged_folders(folder, tmp_path):
    (folder / "config.json").write_text("[]")
    with pytest.raises(CheckpointError, match="must hold names and values"):
        load_detector(folder)
    (folder / "config.json").write_bytes(b"\xff{")
    with pytest.raises(CheckpointError, match=r"config.json: damaged"):
        load_detector(folder)
    (folder / "config.json").unlink()
    with pytest.raises(CheckpointError, match=r"no config.json in it"):
        load_detector(folder)
    with pytest.raises(CheckpointError, match="no such file or folder"):
        load_detector(tmp_path / "nowhere")


def test_truncated_weights(folder):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(CheckpointError, match=r"model.safetensors: damaged"):
        load_detector(folder)
    path.unlink()
    with pytest.raises(CheckpointError, match=r"model.safetensors: no such file"):
        load_detector(folder)


@pytest.mark.parametrize("content", [b"", b"just text\n", b"PK\x03\x04 half a zip", b"\x80\x02"])
def test_files_that_are_no_checkpoint(tmp_path, content):
    path = tmp_path / "model.ckpt"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=r"model.ckpt"):
        load_detector(path)


def test_truncated_checkpoint(training, tmp_path):
    path = tmp_path / "last.ckpt"
    torch.save(training, path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(CheckpointError, match=r"last.ckpt"):
        load_detector(path)


@pytest.mark.parametrize("content", [{}, {"hyper_parameters": 3}, {"hyper_parameters": {}}, [1]])
def test_checkpoints_of_something_else(tmp_path, content):
    path = tmp_path / "other.ckpt"
    torch.save(content, path)
    with pytest.raises(CheckpointError, match=r"other.ckpt"):
        load_detector(path)


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
@pytest.mark.parametrize("zipped", [True, False])
def test_flipped_bytes_are_damage_not_a_crash(tmp_path, zipped):
    path = tmp_path / "flipped.ckpt"
    torch.save({"state_dict": {"a": torch.ones(3)}}, path, _use_new_zipfile_serialization=zipped)
    whole, rng = path.read_bytes(), random.Random(0)
    for _ in range(100):
        bytes_ = bytearray(whole)
        for _ in range(3):
            bytes_[rng.randrange(len(bytes_))] = rng.randrange(256)
        path.write_bytes(bytes_)
        with pytest.raises(CheckpointError, match=r"flipped.ckpt"):
            load_detector(path)


@pytest.mark.parametrize(
    "changes", [{"regions": 10**6}, {"cells": 10**9}, {"hidden_channels": 10**7}, {"size": "NaN"}]
)
def test_a_network_far_larger_than_its_weights_is_not_built(folder, changes):
    edit(folder, **changes)
    with pytest.raises(CheckpointError, match="its configuration is wrong"):
        load_detector(folder)


@pytest.mark.parametrize("changes", [{"size": 10**6}, {"snippets": 10**6, "frames": 10**6}])
def test_samples_too_large_to_be_meant(folder, changes):
    edit(folder, **changes)
    with pytest.raises(CheckpointError, match="takes samples of"):
        load_detector(folder)


@pytest.mark.parametrize("key", ["checkpoint_path", "cache_dir", "pretrained_cfg"])
def test_a_configuration_that_names_other_files_is_refused(folder, key):
    edit(folder, encoder_options={key: "/elsewhere"})
    with pytest.raises(CheckpointError, match=f"names another file .{key}"):
        load_detector(folder)


def test_json_that_is_nested_too_deep(folder):
    (folder / "config.json").write_text("[" * 100_000)
    with pytest.raises(CheckpointError, match=r"config.json: damaged"):
        load_detector(folder)


def test_weights_that_repeat_one_number_take_no_memory(training, tmp_path):
    training["hyper_parameters"]["config"]["hidden_channels"] = 10**6
    huge = torch.ones(1).expand(10**9)
    training["state_dict"] = dict.fromkeys(training["state_dict"], huge)
    torch.save(training, tmp_path / "last.ckpt")
    with pytest.raises(CheckpointError):
        load_detector(tmp_path / "last.ckpt")


@pytest.mark.parametrize("kind", ["meta", "sparse"])
def test_weights_without_all_their_numbers(training, tmp_path, kind):
    name = next(iter(training["state_dict"]))
    value = training["state_dict"][name]
    training["state_dict"][name] = value.to("meta") if kind == "meta" else value.to_sparse()
    torch.save(training, tmp_path / "last.ckpt")
    with pytest.raises(CheckpointError):
        load_detector(tmp_path / "last.ckpt")


@pytest.mark.slow
def test_an_encoder_with_tied_weights(tmp_path):
    """CoaT's blocks share positions: safetensors keeps one of their names."""
    small = {"size": 32, "blocks": 1, "heads": 2, "hidden_channels": 8}
    torch.manual_seed(1)
    model = LearningToMask("coat_tiny", encoder_options={"img_size": 32}, **small).eval()
    model.save_pretrained(tmp_path / "saved")
    training = {
        "hyper_parameters": {"detector": model.name, "config": model.config},
        "state_dict": {f"model.{name}": value for name, value in model.state_dict().items()},
    }
    torch.save(training, tmp_path / "last.ckpt")
    images = torch.rand(2, 3, 32, 32)
    with torch.no_grad():
        wanted = model(images).logit
        for again in (
            load_detector(tmp_path / "saved"),
            load_detector(tmp_path / "last.ckpt"),
            LearningToMask.from_pretrained(tmp_path / "saved"),
        ):
            assert torch.equal(again(images).logit, wanted)


def test_timms_own_file_of_an_encoder_with_tied_weights(tmp_path):
    whole = timm.create_model("coat_tiny", img_size=32)
    save_model(whole, str(tmp_path / "coat.safetensors"))
    file = str(tmp_path / "coat.safetensors")
    encoder = TimmEncoder("coat_tiny", file, img_size=32)
    state = whole.state_dict()
    found = {name.removeprefix("model."): v for name, v in encoder.network.state_dict().items()}
    assert found
    assert all(torch.equal(value, state[name]) for name, value in found.items())
