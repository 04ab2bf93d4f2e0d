"""Checkpoints are whole or absent, and run nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import torch

from graphforensics.errors import CheckpointError, OutputError
from graphforensics.train.devices.safe_checkpoint_io import SafeCheckpointIO

#: What a training checkpoint holds besides its weights.
REST: dict[str, Any] = {
    name: {} for name in ("optimizer_states", "lr_schedulers", "loops", "epoch", "global_step")
}


class _Malicious:
    def __init__(self, victim: Path) -> None:
        self.victim = victim

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.victim),)


def test_round_trip(tmp_path: Path) -> None:
    weights = {"w": torch.arange(3.0)}
    content = {**REST, "state_dict": weights, "callbacks": {"rows": [{"epoch": 0}]}}
    SafeCheckpointIO().save_checkpoint(content, tmp_path / "new" / "last.ckpt")
    read = SafeCheckpointIO().load_checkpoint(tmp_path / "new" / "last.ckpt", weights_only=None)
    assert torch.equal(read["state_dict"]["w"], torch.arange(3.0))
    assert read["callbacks"] == content["callbacks"]
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["last.ckpt"]


@pytest.mark.parametrize("weights_only", [True, False, None])
def test_pickled_objects_are_never_loaded(tmp_path: Path, weights_only: bool | None) -> None:
    place = tmp_path / "bad.ckpt"
    torch.save({"state_dict": {}, "x": _Malicious(tmp_path / "victim")}, place)
    with pytest.raises(CheckpointError, match=r"bad\.ckpt: .*run code when opened"):
        SafeCheckpointIO().load_checkpoint(place, weights_only=weights_only)
    assert not (tmp_path / "victim").exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04half", b"not a checkpoint at all" * 50])
def test_damaged_files_are_named(tmp_path: Path, content: bytes) -> None:
    place = tmp_path / "last.ckpt"
    place.write_bytes(content)
    with pytest.raises(CheckpointError, match=r"last\.ckpt: "):
        SafeCheckpointIO().load_checkpoint(place)


def test_truncated_files_are_named(tmp_path: Path) -> None:
    place = tmp_path / "last.ckpt"
    SafeCheckpointIO().save_checkpoint({"state_dict": {"w": torch.rand(1000)}}, place)
    place.write_bytes(place.read_bytes()[:2000])
    with pytest.raises(CheckpointError, match=r"last\.ckpt: "):
        SafeCheckpointIO().load_checkpoint(place)


def test_other_content_is_named(tmp_path: Path) -> None:
    torch.save([1, 2], tmp_path / "list.ckpt")
    with pytest.raises(CheckpointError, match=r"list\.ckpt: holds a list"):
        SafeCheckpointIO().load_checkpoint(tmp_path / "list.ckpt")
    torch.save({"state_dict": {}}, tmp_path / "other.ckpt")
    with pytest.raises(CheckpointError, match="not a training checkpoint"):
        SafeCheckpointIO().load_checkpoint(tmp_path / "other.ckpt")
    with pytest.raises(CheckpointError, match="no such file"):
        SafeCheckpointIO().load_checkpoint(tmp_path / "none.ckpt")


def test_a_failed_write_leaves_the_old_checkpoint(tmp_path: Path) -> None:
    place = tmp_path / "last.ckpt"
    content = {**REST, "state_dict": {"old": torch.ones(1)}, "callbacks": {}}
    SafeCheckpointIO().save_checkpoint(content, place)
    (tmp_path / ".last.ckpt.partial").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        SafeCheckpointIO().save_checkpoint({"state_dict": {}}, place)
    assert "old" in SafeCheckpointIO().load_checkpoint(place)["state_dict"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_told(tmp_path: Path) -> None:
    (tmp_path / ".last.ckpt.partial").symlink_to("/dev/full")
    with pytest.raises(OutputError, match="cannot be written"):
        SafeCheckpointIO().save_checkpoint({"state_dict": {}}, tmp_path / "last.ckpt")
    assert not (tmp_path / "last.ckpt").exists()
