"""The folder of a run that ended before its first epoch did, and of one that still goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from graphforensics.errors import DivergenceError, OutputError
from graphforensics.models import MRL
from graphforensics.store.lock import FolderLock
from graphforensics.train import FaceStoreDataModule, TrainingOptions, train_detector

OPTIONS = TrainingOptions(epochs=1, precision="32")


class _Interrupted(MRL):
    """Is interrupted in its first step of training."""

    def loss(self, output: Any, batch: Any) -> dict[str, torch.Tensor]:
        if self.training:
            raise KeyboardInterrupt
        return super().loss(output, batch)


@pytest.mark.parametrize("resume", [False, True])
@pytest.mark.parametrize("broken_off", ["diverged", "interrupted"])
def test_a_first_epoch_that_failed_leaves_a_folder_to_use(
    tmp_path: Path,
    tiny_model: MRL,
    tiny_keywords: dict[str, Any],
    noise_data: FaceStoreDataModule,
    broken_off: str,
    resume: bool,
) -> None:
    out, learning_rate = tmp_path / "run", 1e-3
    if broken_off == "interrupted":
        with pytest.raises(KeyboardInterrupt):
            train_detector(_Interrupted(**tiny_keywords), noise_data, out, OPTIONS)
    else:
        learning_rate = 2e-3
        wrong = TrainingOptions(epochs=1, precision="32", optimizer="sgd", learning_rate=1e30)
        with pytest.raises(DivergenceError):
            train_detector(MRL(**tiny_keywords), noise_data, out, wrong)
    assert not (out / "last.ckpt").exists()
    options = TrainingOptions(epochs=1, precision="32", learning_rate=learning_rate)
    train_detector(tiny_model, noise_data, out, options, resume=resume)
    told = json.loads((out / "run.json").read_text())["training"]
    assert told["learning_rate"] == learning_rate
    assert (out / "best" / "model.safetensors").exists()


def test_a_file_of_something_else_is_not_overwritten(
    tmp_path: Path, tiny_model: MRL, noise_data: FaceStoreDataModule
) -> None:
    out = tmp_path / "run"
    out.mkdir()
    (out / "run.json").write_text("{}")
    with pytest.raises(OutputError, match="holds a run already"):
        train_detector(tiny_model, noise_data, out, OPTIONS)
    assert (out / "run.json").read_text() == "{}"


def test_two_trainings_do_not_share_a_folder(
    tmp_path: Path, tiny_model: MRL, noise_data: FaceStoreDataModule
) -> None:
    out = tmp_path / "run"
    out.mkdir()
    with (
        FolderLock(out, "folder"),
        pytest.raises(OutputError, match="another run is writing to this folder"),
    ):
        train_detector(tiny_model, noise_data, out, OPTIONS)
    assert not (out / "run.json").exists()
    holds = (
        "import sys; from pathlib import Path\n"
        "from graphforensics.store.lock import FolderLock\n"
        "with FolderLock(Path(sys.argv[1]), 'folder'):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    words = [sys.executable, "-c", holds, str(out)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(OutputError, match="another run"):
            train_detector(tiny_model, noise_data, out, OPTIONS)
        other.kill()
    # The lock went with the process that held it.
    train_detector(tiny_model, noise_data, out, OPTIONS)
