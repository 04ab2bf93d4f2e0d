"""Files of weights: what is refused before it takes memory."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_model
from torch import nn

from graphforensics.errors import CheckpointError
from graphforensics.nn.encoder.weights import (
    check_weights,
    load_weights,
    read_checkpoint,
    read_state_dict,
    tensors_by_name,
    tied_names,
)


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


class Tied(nn.Module):
    """Two layers with one weight, and a buffer under two names."""

    scale: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(3, 3), nn.Linear(3, 3)
        self.second.weight = self.first.weight
        self.register_buffer("scale", torch.rand(2))
        self.inner = nn.Module()
        self.inner.register_buffer("scale", self.scale)


def test_one_name_of_a_tied_tensor_is_enough(tmp_path: Path) -> None:
    one, other = Tied(), Tied()
    save_model(one, str(tmp_path / "weights.safetensors"))
    state = read_state_dict(tmp_path / "weights.safetensors")
    assert len(state) == 4 < len(one.state_dict()) == 6
    load_weights(other, state, "file")
    assert other.second.weight is other.first.weight
    for name, value in one.state_dict().items():
        assert torch.equal(other.state_dict()[name], value), name
    with torch.device("meta"):
        sketch = Tied()
    check_weights(sketch, state, "file")
    assert sorted(tied_names(sketch)) == [
        ["first.weight", "second.weight"],
        ["scale", "inner.scale"],
    ]


def test_a_tied_tensor_without_any_of_its_names_is_missing() -> None:
    state = {name: value for name, value in Tied().state_dict().items() if "weight" not in name}
    with pytest.raises(CheckpointError, match=r"file: 'first.weight' is missing \(and 1 more\)"):
        load_weights(Tied(), state, "file")


def test_tied_tensors_that_differ_are_refused() -> None:
    state = {**Tied().state_dict(), "second.weight": torch.zeros(3, 3)}
    with pytest.raises(CheckpointError, match=r"'first.weight' and 'second.weight' differ"):
        load_weights(Tied(), state, "file")
