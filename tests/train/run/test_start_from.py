"""An earlier stage's weights and configuration, carried on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from graphforensics.errors import CheckpointError
from graphforensics.models import MRL
from graphforensics.train.run.start_from import start_from, transfer_weights


def test_weights_and_configuration_are_those_of_the_folder(
    tmp_path: Path, tiny_model: MRL, tiny_keywords: dict[str, Any]
) -> None:
    tiny_model.save_pretrained(tmp_path)
    for keywords in ({}, {"dropout": 0.5}):
        again = start_from(tmp_path, "mrl", keywords)
        assert again.training
        assert again.config == {**tiny_model.config, **keywords}
        for name, value in tiny_model.state_dict().items():
            assert torch.equal(again.state_dict()[name], value)
    other = MRL(**tiny_keywords)
    transfer_weights(other, tmp_path)
    assert torch.equal(next(other.parameters()), next(tiny_model.parameters()))


def test_what_does_not_fit_is_refused(
    tmp_path: Path, tiny_model: MRL, tiny_keywords: dict[str, Any]
) -> None:
    tiny_model.save_pretrained(tmp_path)
    with pytest.raises(CheckpointError, match="holds the detector 'mrl', not 'lrl'"):
        start_from(tmp_path, "lrl")
    with pytest.raises(ValueError, match="'colour': mrl has no such keyword"):
        start_from(tmp_path, "mrl", {"colour": 3})
    with pytest.raises(CheckpointError, match="learner"):
        start_from(tmp_path, "mrl", {"hidden_channels": 16})
    with pytest.raises(CheckpointError, match="learner"):
        transfer_weights(MRL(**{**tiny_keywords, "hidden_channels": 16}), tmp_path)
    with pytest.raises(CheckpointError, match="no such file or folder"):
        start_from(tmp_path / "none")
