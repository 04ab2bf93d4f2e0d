"""Files of weights: what is refused before it takes memory."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import torch
from torch import nn

from graphforensics.errors import CheckpointError
from graphforensics.nn.encoder.weights import load_weights, read_checkpoint, tensors_by_name


def test_an_archive_that_unpacks_to_more_than_it_holds(tmp_path: Path) -> None:
    path, bomb = tmp_path / "weights.ckpt", tmp_path / "bomb.ckpt"
    torch.save({"weight": torch.zeros(1 << 20)}, path)
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in whole.namelist():
            packed.writestr(name, whole.read(name))
    assert bomb.stat().st_size < 10_000
    assert read_checkpoint(path)["weight"].shape == (1 << 20,)
    with pytest.raises(CheckpointError, match=r"bomb.ckpt: damaged \(it claims to hold \d+ bytes"):
        read_checkpoint(bomb)


@pytest.mark.parametrize(
    "content",
    [None, [1], {"a": 1}, {"a": torch.ones(2, device="meta")}, {"a": torch.eye(2).to_sparse()}],
)
def test_what_is_no_dictionary_of_tensors(content: object) -> None:
    with pytest.raises(CheckpointError, match="something else than tensors by name"):
        tensors_by_name(content, "file")


@pytest.mark.filterwarnings("ignore:torch.quantize")
def test_tensors_that_cannot_be_copied() -> None:
    layer = nn.Linear(1, 2, bias=False)
    state = {"weight": torch.quantize_per_tensor(torch.ones(2, 1), 0.1, 0, torch.qint8)}
    with pytest.raises(CheckpointError, match=r"'weight'|\"weight\""):
        load_weights(layer, state, "file")
