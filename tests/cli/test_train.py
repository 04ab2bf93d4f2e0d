"""``graphforensics train`` and ``evaluate``: what they leave, and one line for every mistake."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from graphforensics.cli.main import main
from graphforensics.models import DeepfakeMAE, load_detector

Make = Callable[..., Path]
TINY = [
    "--encoder=resnet10t",
    *("--set=encoder_stage=1", "--set=regions=4", "--set=snippets=2", "--set=frames=3"),
    *("--set=size=32", "--set=hidden_channels=8", "--set=attention_channels=8"),
    *("--batch-size=4", "--workers=0", "--fractions", "0.5", "0.25", "0.25"),
]


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, labelled_store: Make) -> Path:
    return labelled_store(tmp_path_factory.mktemp("cli") / "store", people=8, faceless=1)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, store: Path) -> Path:
    run = tmp_path_factory.mktemp("cli") / "run"
    assert main(["train", f"--data={store}", f"--out={run}", "--epochs=2", *TINY]) == 0
    return run


def _error(capsys: pytest.CaptureFixture[str], words: list[str], status: int = 2) -> str:
    """Run a command that must fail with one line, and return the line."""
    capsys.readouterr()
    assert main(words) == status
    lines = [
        line
        for line in capsys.readouterr().err.splitlines()
        if not line.startswith("graphforensics: note:")
    ]
    assert len(lines) == 1, lines
    return lines[0]


def test_training_tells_its_parts_and_epochs(
    tmp_path: Path, store: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    words = ["train", "--data", str(store), "--out", str(run), "--epochs=1", "--lr=0.002", *TINY]
    assert main([*words, "--pairs"]) == 0
    told, noise = capfd.readouterr()
    assert "of 4 separate identities" in told or "of 5 separate identities" in told
    assert "epoch 0: loss" in told
    assert f"detector: {run / 'best'}" in told
    assert "\x1b" not in told
    assert noise == ""
    assert json.loads((run / "run.json").read_text())["training"]["learning_rate"] == 0.002
    assert json.loads((run / "run.json").read_text())["pairs"] is True
    config = load_detector(run / "best").config
    assert (config["encoder"], config["regions"]) == ("resnet10t", 4)


def test_resuming_goes_on(tmp_path: Path, store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    words = ["train", f"--data={store}", f"--out={run}", *TINY]
    assert main([*words, "--epochs=1"]) == 0
    assert "holds a run already" in _error(capsys, [*words, "--epochs=2"])
    assert main([*words, "--epochs=2", "--resume"]) == 0
    assert len((run / "metrics.csv").read_text().splitlines()) == 3


def test_a_trained_detector_is_a_start_for_more(tmp_path: Path, store: Path, trained: Path) -> None:
    words = [f"--data={store}", f"--out={tmp_path / 'run'}", "--epochs=1", "--batch-size=4"]
    shares = ["--fractions", "0.5", "0.25", "0.25", "--workers=0"]
    assert main(["train", f"--model={trained / 'best'}", *words, *shares]) == 0
    assert load_detector(tmp_path / "run" / "best").config["regions"] == 4


def test_evaluation_writes_figures_and_scores(
    tmp_path: Path, store: Path, trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["evaluate", f"--model={trained / 'best'}", f"--data={store}", "--clips=2"]
    split = [f"--split={trained / 'split.json'}", "--part=test"]
    files = [f"--json={tmp_path / 'f.json'}", f"--csv={tmp_path / 's.csv'}"]
    assert main([*words, *split, *files]) == 0
    figures = json.loads((tmp_path / "f.json").read_text())
    assert figures["part"] == "test"
    assert figures["video"]["samples"] == 4
    assert figures["versions"]["torch"]
    rows = list(csv.DictReader((tmp_path / "s.csv").open()))
    assert sum(row["status"] == "ok" for row in rows) == 4
    told = capsys.readouterr().out
    assert "4 videos (2 real, 2 fake): AUC" in told
    assert "bootstrap" in told


def test_folders_and_checkpoints_are_both_evaluated(
    tmp_path: Path, store: Path, trained: Path
) -> None:
    words = ["evaluate", f"--data={store}", "--split=none"]
    for name in ("last.ckpt", "best"):
        assert main([*words, f"--model={trained / name}", f"--json={tmp_path / name}.json"]) == 0
        figures = json.loads((tmp_path / f"{name}.json").read_text())
        assert (figures["detector"], figures["video"]["samples"]) == ("mrl", 16)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (["--model=unheard"], "unheard: no such detector"),
        (["--set=colour=3"], "'--set colour': mrl has no such keyword"),
        (["--set=regions=0"], "'regions' must be positive"),
        (["--set=regions=[1]"], "cannot be built"),
        (["--encoder=nonesuch"], "nonesuch"),
        (["--epochs=0"], "'epochs' must be at least 1"),
        (["--lr=-1"], "'learning_rate' must be positive"),
        (["--batch-size=0"], "'batch_size' must be positive"),
        (["--fractions", "1", "-1", "0"], "'fractions' must be"),
        (["--labels=none.csv"], "none.csv: cannot be read"),
        (["--split=none.json"], "none.json: cannot be read"),
        (["--set=margin=2.0"], "margin 1.3, the model wants 2.0"),
        (["--resume"], "no run to resume"),
        (["--accelerator=toaster"], "accelerator"),
        (["--data=nowhere"], "nowhere: not a face store (no such folder)"),
    ],
)
def test_mistakes_in_training_are_one_line(
    tmp_path: Path,
    store: Path,
    capsys: pytest.CaptureFixture[str],
    change: list[str],
    words: str,
) -> None:
    run = tmp_path / "run"
    line = _error(capsys, ["train", f"--data={store}", f"--out={run}", *TINY, *change])
    assert line.startswith("graphforensics train: error: ")
    assert words in line
    assert not run.exists()


def test_bad_stores_are_one_line(
    tmp_path: Path, labelled_store: Make, trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newer = labelled_store(tmp_path / "newer", people=3)
    header = newer / "store.json"
    header.write_text(header.read_text().replace('"version": 1', '"version": 99'))
    manifest = labelled_store(tmp_path / "manifest", people=3)
    (manifest / "manifest.parquet").write_bytes(b"PAR1 nothing PAR1")
    track = labelled_store(tmp_path / "track", people=3)
    for file in track.glob("tracks/*/*.parquet"):
        content = bytearray(file.read_bytes())
        content[100:400] = bytes(300)
        file.write_bytes(content)
    for root, told in [
        (newer, "newer graphforensics"),
        (manifest, "manifest.parquet: damaged"),
        (track, f"{track}/tracks/"),
    ]:
        for number, workers in enumerate(("0", "1")):
            out = tmp_path / f"{root.name}{number}"
            learn = ["train", f"--data={root}", f"--out={out}", *TINY, "--workers", workers]
            assert told in _error(capsys, learn)
            judge = ["evaluate", f"--data={root}", f"--model={trained / 'best'}", "--split=none"]
            assert told in _error(capsys, [*judge, "--workers", workers])


def test_data_of_one_class_or_without_labels_are_one_line(
    tmp_path: Path, labelled_store: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [f"--out={tmp_path / 'run'}", *TINY]
    bare = labelled_store(tmp_path / "bare", people=4, known=("identity",))
    assert "no label" in _error(capsys, ["train", f"--data={bare}", *words])
    labels = tmp_path / "labels.csv"
    names = [f"{kind}/{n}.mp4" for kind in ("real", "fake") for n in range(4)]
    labels.write_text("file,label\n" + "".join(f"{name},real\n" for name in names))
    line = _error(capsys, ["train", f"--data={bare}", f"--labels={labels}", *words])
    assert "none of the 8 face tracks is labelled fake" in line


def test_unknown_identities_are_a_note(
    tmp_path: Path, labelled_store: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    root = labelled_store(tmp_path / "s", people=8, known=("label", "origin"))
    assert main(["train", f"--data={root}", f"--out={tmp_path / 'r'}", "--epochs=1", *TINY]) == 0
    notes = capsys.readouterr().err.splitlines()
    assert len(notes) == 1
    assert notes[0].startswith("graphforensics: note: 16 of 16 tracks name no identity")


def test_places_that_cannot_be_written_are_one_line(
    tmp_path: Path, store: Path, trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    words = ["train", f"--data={store}", f"--out={tmp_path / 'file' / 'run'}", *TINY]
    assert "cannot be written" in _error(capsys, words)
    judge = ["evaluate", f"--model={trained / 'best'}", f"--data={store}"]
    place = tmp_path / "none" / "figures.json"
    assert "there is no folder" in _error(capsys, [*judge, f"--json={place}"])
    assert "is a folder" in _error(capsys, [*judge, f"--csv={tmp_path}"])


@pytest.mark.usefixtures("ordinary_user")
def test_a_read_only_folder_is_one_line(
    tmp_path: Path, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    words = ["train", f"--data={store}", f"--out={tmp_path / 'locked' / 'run'}", *TINY]
    assert "cannot be written" in _error(capsys, words)


@pytest.mark.parametrize("kind", ["missing", "empty", "text", "malicious", "other", "folder"])
def test_bad_checkpoints_are_one_line(
    tmp_path: Path, store: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    class Malicious:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(tmp_path / "broken_in"),)

    place = tmp_path / "model.ckpt"
    if kind == "empty":
        place.touch()
    elif kind == "text":
        place.write_text("no checkpoint\n" * 100)
    elif kind == "malicious":
        torch.save({"state_dict": {}, "hyper_parameters": Malicious()}, place)
    elif kind == "other":
        torch.save({"state_dict": {"w": torch.rand(2)}}, place)
    elif kind == "folder":
        place.mkdir()
    line = _error(capsys, ["evaluate", f"--model={place}", f"--data={store}"])
    assert "model.ckpt" in line
    assert not (tmp_path / "broken_in").exists()


def test_a_kind_of_detector_is_not_a_trained_one(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "give a trained one" in _error(capsys, ["evaluate", "--model=mrl", f"--data={store}"])


def test_a_device_that_is_not_there_is_one_line(
    store: Path, trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["evaluate", f"--model={trained / 'best'}", f"--data={store}"]
    for name in ("toaster", "cuda:99"):
        assert f"'--device {name}' cannot be used" in _error(capsys, [*words, f"--device={name}"])


@pytest.fixture
def recipe(tmp_path: Path, store: Path) -> Path:
    """A recipe of the tiny detector, as an own file."""
    file = tmp_path / "tiny.yaml"
    file.write_text(
        f"""
seed_everything: 4
trainer: {{max_epochs: 1}}
model:
  class_path: graphforensics.train.DetectionTask
  init_args:
    model:
      class_path: graphforensics.models.MRL
      init_args: {{encoder: resnet10t, encoder_stage: 1, regions: 4, snippets: 2, frames: 3,
        size: 32, hidden_channels: 8, attention_channels: 8}}
    optimizer: adamw
    weight_decay: 0.01
    learning_rate: 0.002
data: {{batch_size: 4, fractions: [0.5, 0.25, 0.25], workers: 0, stores: [{store}]}}
ema: 0.9
"""
    )
    return file


def test_a_recipe_says_it_all_and_what_is_given_beside_it_counts_more(
    tmp_path: Path, recipe: Path
) -> None:
    out = tmp_path / "run"
    words = ["--config", str(recipe), f"--out={out}", "--lr=0.001", "--set=regions=3"]
    assert main(["train", *words, "--balance", "--no-calibrate"]) == 0
    run = json.loads((out / "run.json").read_text())
    told = {"optimizer": "adamw", "weight_decay": 0.01, "learning_rate": 0.001, "seed": 4}
    assert {name: run["training"][name] for name in told} == told
    assert (run["training"]["ema"], run["training"]["epochs"]) == (0.9, 1)
    assert (run["config"]["regions"], run["config"]["size"]) == (3, 32)
    assert (run["balance"], run["batch_size"]) == (True, 4)


def test_a_printed_recipe_is_the_same_run(
    tmp_path: Path, recipe: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--config", str(recipe), "--accumulate=2", "--no-calibrate"]
    assert main(["train", *words, "--print-config"]) == 0
    printed = tmp_path / "printed.yaml"
    printed.write_text(capsys.readouterr().out)
    runs = []
    for number, again in enumerate((words, ["--config", str(printed), "--no-calibrate"])):
        out = tmp_path / str(number)
        assert main(["train", *again, f"--out={out}"]) == 0
        runs.append({**json.loads((out / "run.json").read_text()), "command": None})
    assert runs[0] == runs[1]
    assert runs[0]["training"]["accumulate"] == 2


def test_committed_recipes_are_found_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--config=mrl_small", "--print-config", "--model=mrl"]) == 0
    told = capsys.readouterr().out
    assert "encoder: resnet18" in told
    assert "learning_rate: 0.0003" in told


def test_a_recipe_holds_for_its_own_detector_and_stage(capsys: pytest.CaptureFixture[str]) -> None:
    """SGD at 0.1 with batches of 32 balanced frames is no way to train another detector."""
    words = ["train", "--config=deepfake_mae_map", "--print-config"]
    told = _error(capsys, [*words, "--model=learning_to_mask"])
    assert "the recipe deepfake_mae_map is of deepfake_mae" in told
    assert "learning_to_mask, learning_to_mask_small" in told
    assert "is of the stage map" in _error(capsys, [*words, "--stage=pretrain"])


def test_a_recipe_goes_on_from_a_trained_detector_in_its_own_stage(
    tmp_path: Path, trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.manual_seed(0)
    small = {"encoder": "tiny", "blocks": 1, "decoder_blocks": 1, "size": 32, "frames": 1}
    DeepfakeMAE(**small, patch=16, decoder_channels=32, decoder_heads=2).save_pretrained(
        tmp_path / "best"
    )
    words = ["train", "--config=deepfake_mae_finetune", "--print-config"]
    assert main([*words, f"--model={tmp_path / 'best'}"]) == 0
    told = yaml.safe_load(capsys.readouterr().out)
    assert told["model"]["class_path"].endswith("DeepfakeMAEFinetuneTask")
    # The recipe's keywords count more than those of the stage before.
    config = told["model"]["init_args"]["model"]["init_args"]
    assert (config["frames"], config["blocks"], told["start_from"]) == (
        5, 1, str(tmp_path / "best")
    )  # fmt: skip
    other = f"--model={trained / 'best'}"
    assert "holds the detector 'mrl', not 'deepfake_mae'" in _error(capsys, [*words, other])


def test_a_run_that_ended_before_its_first_epoch_did_starts_anew(
    tmp_path: Path, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    words = ["train", f"--data={store}", f"--out={run}", "--epochs=1", "--no-calibrate", *TINY]
    told = _error(capsys, [*words, "--optimizer=sgd", "--lr=1e30", "--precision=32"])
    assert "training diverged: " in told
    assert "in epoch 0" in told
    assert "at learning rate 1e+30; try a lower learning rate (such as 1e+29)" in told
    assert main([*words, "--lr=0.001"]) == 0
    assert json.loads((run / "run.json").read_text())["training"]["learning_rate"] == 0.001


def test_the_end_of_the_time_is_told(
    tmp_path: Path, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", f"--data={store}", f"--out={tmp_path / 'run'}", "--no-calibrate", *TINY]
    assert main([*words, "--epochs=9", "--max-time=0.001"]) == 0
    told = capsys.readouterr().out
    assert "stopped: --max-time, 0.001 seconds, was over after 1 of 9 epochs" in told


@pytest.mark.parametrize(
    ("words", "made"),
    [([], "partial"), (["--pseudo-fakes"], "whole"), (["--pseudo-fakes=none"], None),
     (["--pairs"], None), (["--model=lrl"], None)],
)  # fmt: skip
def test_action_units_are_learned_from_real_faces_unless_told_otherwise(
    words: list[str], made: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "--model=aunet", "--print-config", *words]) == 0
    told = yaml.safe_load(capsys.readouterr().out)
    assert told["model"]["init_args"].get("pseudo_fakes") == made


def test_a_saved_detector_is_started_from(tmp_path: Path, store: Path, trained: Path) -> None:
    out = tmp_path / "run"
    words = [f"--data={store}", f"--out={out}", f"--start-from={trained / 'best'}", "--epochs=1"]
    rest = ["--batch-size=4", "--workers=0", "--fractions", "0.5", "0.25", "0.25"]
    assert main(["train", *words, *rest, "--set=dropout=0.3", "--lr=1e-9"]) == 0
    config = load_detector(out / "best").config
    assert (config["dropout"], config["regions"]) == (0.3, 4)
    before, after = (load_detector(run / "best").encoder for run in (trained, out))
    for one, other in zip(before.parameters(), after.parameters(), strict=True):
        torch.testing.assert_close(one, other, atol=1e-6, rtol=0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (["--stage=later"], "'stage' must be left out: mrl is trained in one"),
        (["--task-set=steps=3"], "DetectionTask cannot be built"),
        (["--momentum=0.9"], "'momentum' must be 0 with adam"),
        (["--ema=2"], "'ema' must be in (0, 1)"),
        (["--balance", "--pairs"], "'balance' must be false with 'pairs'"),
        (["--pseudo-fakes", "--batch-size=3"], "'batch_size' must be even"),
        (["--pseudo-fakes", "--pairs"], "'pairs' must be false with 'pseudo_fakes'"),
        (["--clips=0"], "'clips' must be at least 1"),
        (["--config=nowhere"], "nowhere: no such file, and no such recipe"),
        (["--logger=smoke"], "'logger' must be one of csv"),
        (["--strategy=magic"], "'strategy' cannot be"),
        (["--compile=magic"], "'compile' must be one of"),
        (["--start-from=nowhere"], "nowhere: no such file or folder"),
        (["--devices=3", "--accelerator=cpu"], "'batch_size' must be shared evenly by 3 devices"),
    ],
)
def test_mistakes_in_the_newer_options_are_one_line(
    tmp_path: Path,
    store: Path,
    capsys: pytest.CaptureFixture[str],
    change: list[str],
    words: str,
) -> None:
    run = tmp_path / "run"
    line = _error(capsys, ["train", f"--data={store}", f"--out={run}", *TINY, *change])
    assert line.startswith("graphforensics train: error: ")
    assert words in line
    assert not run.exists()


def test_data_and_folder_must_be_told_somewhere(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--data and --out must be given" in _error(capsys, ["train"])
    assert "--out must be given" in _error(capsys, ["train", "--data=faces"])
