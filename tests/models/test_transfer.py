from pathlib import Path

import pytest
import torch

from graphforensics.errors import CheckpointError
from graphforensics.models import MRL, take_encoder

SMALL = {"regions": 2, "snippets": 1, "frames": 1, "size": 32, "attention_channels": 8}


def test_the_encoder_is_taken_and_nothing_else(tmp_path: Path) -> None:
    bare = MRL(encoder="resnet10t", attention="none", relation="none", **SMALL)
    bare.save_pretrained(tmp_path)
    whole = MRL(encoder="resnet10t", **SMALL)
    before = {name: value.clone() for name, value in whole.state_dict().items()}
    take_encoder(whole, tmp_path)
    taught = bare.state_dict()
    for name, value in whole.state_dict().items():
        assert torch.equal(value, (taught if name.startswith("encoder.") else before)[name])


def test_another_network_is_refused(tmp_path: Path) -> None:
    MRL(encoder="resnet10t", attention="none", relation="none", **SMALL).save_pretrained(tmp_path)
    with pytest.raises(CheckpointError, match="encoder"):
        take_encoder(MRL(encoder="resnet18", **SMALL), tmp_path)
    with pytest.raises(CheckpointError, match="none"):
        take_encoder(MRL(encoder="resnet10t", **SMALL), tmp_path / "none")
