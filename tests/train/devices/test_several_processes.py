"""Two processes of torchrun train what one trains on the same batches."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from graphforensics.cli.main import main
from graphforensics.models import MRL, load_detector
from graphforensics.train import FaceStoreDataModule

pytestmark = pytest.mark.slow

# No batch normalisation, whose statistics are of a process's own samples, and nothing drawn.
MODEL = [
    "--encoder=convnext_atto",
    *("--set=encoder_stage=0", "--set=attention=none", "--set=mask_strategy=minimal"),
    *("--set=regions=3", "--set=snippets=2", "--set=frames=2", "--set=size=48"),
    "--set=hidden_channels=8",
]
# Steps proportional to the gradient: Adam's divide by its size and so enlarge rounding where it
# is nearly zero.
SETTINGS = [
    *("--epochs=2", "--batch-size=4", "--optimizer=sgd", "--momentum=0.9", "--lr=0.05"),
    *("--clip-gradients=1", "--accelerator=cpu", "--workers=0", "--no-calibrate"),
    # Sums of halves are compared with sums of wholes, which bfloat16 is too coarse for.
    "--precision=32",
]


def _odd_split(store: Path, place: Path) -> Path:
    """Part so that the last batch of four holds three, which two cannot share evenly."""
    from graphforensics.data import InputSpec

    spec = InputSpec("clip", size=48, snippets=2, frames=2)
    split = FaceStoreDataModule([store], spec, fractions=(0.5, 0.25, 0.25)).split
    del split["parts"]["train"][0]
    assert len(split["parts"]["train"]) == 7
    place.write_text(json.dumps(split))
    return place


def _torchrun(words: list[str], strategy: str = "ddp") -> str:
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    command = [sys.executable, *launcher, "-m", "graphforensics", *words]
    two = ["--devices=2", f"--strategy={strategy}"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*command, *two], capture_output=True, text=True, timeout=300, env=environment
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory, face_store: Path) -> list[str]:
    """The command less its folder and devices."""
    split = _odd_split(face_store, tmp_path_factory.mktemp("split") / "split.json")
    return ["train", f"--data={face_store}", f"--split={split}", *MODEL, *SETTINGS]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, words: list[str]) -> tuple[Path, Path, str]:
    """Folders of a run by one process and by two, and what the two said."""
    root = tmp_path_factory.mktemp("several")
    assert main([*words, f"--out={root / 'one'}"]) == 0
    told = _torchrun([*words, f"--out={root / 'two'}"])
    return root / "one", root / "two", told


def _weights(run: Path) -> dict[str, torch.Tensor]:
    found: dict[str, torch.Tensor] = torch.load(run / "last.ckpt", weights_only=True)["state_dict"]
    return found


def _require_close(one: dict[str, torch.Tensor], two: dict[str, torch.Tensor]) -> float:
    """Compare weights; return the largest."""
    largest = max(float(value.abs().max()) for value in one.values())
    assert one.keys() == two.keys()
    for name, value in one.items():
        # float32 carries 6e-8 of a number; sums over a batch in another order, a few steps long
        # and carried on by momentum, lose a few hundred times that.
        torch.testing.assert_close(two[name], value, rtol=1e-4, atol=2e-5 * largest)
    return largest


def test_the_weights_are_those_of_one_process(runs: tuple[Path, Path, str]) -> None:
    one = _weights(runs[0])
    largest = _require_close(one, _weights(runs[1]))
    torch.manual_seed(0)
    fresh = MRL(**load_detector(runs[0] / "best").config).state_dict()
    moved = [float((one[f"model.{name}"] - value).abs().max()) for name, value in fresh.items()]
    assert max(moved) > 1e-2 * largest


def test_the_table_is_that_of_one_process(runs: tuple[Path, Path, str]) -> None:
    one, two = (list(csv.DictReader((run / "metrics.csv").open())) for run in runs[:2])
    assert [list(row) for row in one] == [list(row) for row in two]
    assert len(one) == 2
    for before, after in zip(one, two, strict=True):
        found = [float(after[name]) for name in before]
        np.testing.assert_allclose(found, [float(text) for text in before.values()], rtol=1e-4)
        assert before["val_auc"] == after["val_auc"]
    assert json.loads((runs[1] / "run.json").read_text())["batch_size"] == 4


def test_only_the_first_process_tells_and_writes(runs: tuple[Path, Path, str]) -> None:
    assert runs[2].count("epoch 0: loss") == 1
    assert runs[2].count("detector: ") == 1
    one, two = (sorted(path.name for path in run.rglob("*")) for run in runs[:2])
    assert one == two
    load_detector(runs[1] / "best")


def test_the_random_numbers_of_every_process_are_kept(runs: tuple[Path, Path, str]) -> None:
    checkpoint = torch.load(runs[1] / "last.ckpt", weights_only=True)
    first, (second,) = checkpoint["random_state"], checkpoint["random_states"]
    # Each draws numbers of its own.
    assert not torch.equal(first["torch"], second["torch"])


def test_weights_may_be_shared_out_too_and_runs_go_on_with_other_devices(
    tmp_path: Path, runs: tuple[Path, Path, str], words: list[str]
) -> None:
    """What two processes began, one goes on with, and two others that share the weights."""
    one, two = tmp_path / "one", tmp_path / "two"
    longer = [word for word in words if not word.startswith("--epochs")] + [
        "--epochs=3",
        "--resume",
    ]
    for place in (one, two):
        shutil.copytree(runs[1], place)
    assert main([*longer, f"--out={one}"]) == 0
    _torchrun([*longer, f"--out={two}"], "fsdp2")
    _require_close(_weights(one), _weights(two))
    saved = [load_detector(place / "best").state_dict() for place in (one, two)]
    _require_close(*saved)
    last = [list(csv.DictReader((place / "metrics.csv").open()))[-1] for place in (one, two)]
    assert last[0]["epoch"] == last[1]["epoch"] == "2"
    assert float(last[0]["train_loss"]) == pytest.approx(float(last[1]["train_loss"]), rel=1e-4)


def test_a_batch_that_cannot_be_shared_is_refused(face_store: Path, tmp_path: Path) -> None:
    from graphforensics.data import InputSpec

    spec = InputSpec("clip", size=48, snippets=2, frames=2)
    data = FaceStoreDataModule([face_store], spec, batch_size=6)
    assert data.share(3) == 2
    with pytest.raises(ValueError, match="'batch_size' must be shared evenly by 4 devices"):
        data.share(4)
    pairs = FaceStoreDataModule([face_store], spec, batch_size=6, pseudo_fakes=True)
    with pytest.raises(ValueError, match=r"by 2 devices \(got 3 pairs\)"):
        pairs.share(2)
