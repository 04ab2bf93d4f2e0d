"""Training from start to end, killed in between, and refused where it makes no sense."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from graphforensics.errors import CheckpointError, MissingDataError, OutputError
from graphforensics.evaluation.evaluate import evaluate
from graphforensics.models import MRL, load_detector
from graphforensics.nn import TGCNCell
from graphforensics.store.lock import FolderLock
from graphforensics.train import FaceStoreDataModule, TrainingOptions, train_detector

OPTIONS = TrainingOptions(epochs=4, learning_rate=1e-3, decay_every=2, precision="32")

# Trains like the test does, and kills itself at the start of one training step.
_KILLED = """
import json, os, signal, sys
import torch
from graphforensics.models import MRL
from graphforensics.train import FaceStoreDataModule, TrainingOptions, train_detector

store, out, keywords, options, steps, data_keywords = json.loads(sys.argv[1])
torch.set_num_threads(1)
torch.manual_seed(3)
model = MRL(**keywords)
settings = {"batch_size": 4, "fractions": (0.5, 0.25, 0.25), **data_keywords}
data = FaceStoreDataModule([store], model.input_spec, **settings)

def count(module, inputs):
    global steps
    if module.training:
        steps -= 1
        if steps < 0:
            os.kill(os.getpid(), signal.SIGKILL)

model.register_forward_pre_hook(count)
train_detector(model, data, out, TrainingOptions(**options))
"""


def hash_tree(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _weights(run: Path) -> dict[str, torch.Tensor]:
    found: dict[str, torch.Tensor] = torch.load(run / "last.ckpt", weights_only=True)["state_dict"]
    return found


@pytest.fixture(scope="module")
def unbroken(
    tmp_path_factory: pytest.TempPathFactory, noise_store: Path, tiny_keywords: dict[str, Any]
) -> Path:
    out = tmp_path_factory.mktemp("runs") / "unbroken"
    torch.manual_seed(3)
    model = MRL(**tiny_keywords)
    train_detector(model, _data(noise_store, model), out, OPTIONS)
    return out


def _data(store: Path, model: MRL, **keywords: Any) -> FaceStoreDataModule:
    settings = {"batch_size": 4, "fractions": (0.5, 0.25, 0.25), **keywords}
    return FaceStoreDataModule([store], model.input_spec, **settings)


@pytest.mark.slow
def test_a_killed_run_resumes_to_the_same_weights_and_table(
    tmp_path: Path,
    noise_store: Path,
    tiny_keywords: dict[str, Any],
    tiny_model: MRL,
    unbroken: Path,
) -> None:
    out = tmp_path / "killed"
    # Two steps an epoch: it dies in the middle of its third.
    _kill(str(noise_store), str(out), tiny_keywords, OPTIONS.to_dict(), 5, {})
    assert len((out / "metrics.csv").read_text().splitlines()) == 3
    torch.rand(7)  # what was drawn before resuming must not matter
    train_detector(tiny_model, _data(noise_store, tiny_model), out, OPTIONS, resume=True)
    _require_equal(unbroken, out)


def _model(keywords: dict[str, Any]) -> MRL:
    torch.manual_seed(3)
    return MRL(**keywords)


def _interrupt(row: object) -> None:
    raise KeyboardInterrupt


def _kill(*told: Any) -> None:
    words = [sys.executable, "-c", _KILLED, json.dumps(told)]
    killed = subprocess.run(words, capture_output=True, timeout=120)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "data"),
    [
        ({"ema": 0.8, "optimizer": "sgd", "momentum": 0.9}, {"balance": True, "batch_size": 3}),
        ({"ema": 0.5, "pseudo_fakes": "partial", "accumulate": 2}, {"pseudo_fakes": True}),
    ],
)
def test_a_killed_run_resumes_exactly_with_whatever_has_a_state(
    tmp_path: Path,
    face_store: Path,
    tiny_keywords: dict[str, Any],
    settings: dict[str, Any],
    data: dict[str, Any],
) -> None:
    """The running mean, momentum, a balanced order, fakes made on the way."""
    options = TrainingOptions(epochs=3, learning_rate=1e-3, **settings)
    keywords = {**tiny_keywords, "size": 48}
    for out, resume in ((tmp_path / "killed", True), (tmp_path / "unbroken", False)):
        if resume and "balance" in data:
            # In the middle of its second epoch.
            _kill(str(face_store), str(out), keywords, options.to_dict(), 3, data)
        elif resume:
            # Killed a moment after its first epoch is as good, and cheaper.
            model = _model(keywords)
            with pytest.raises(KeyboardInterrupt):
                train_detector(
                    model, _data(face_store, model, **data), out, options, on_epoch=_interrupt
                )
        if resume:
            assert len((out / "metrics.csv").read_text().splitlines()) == 2
        model = _model(keywords)
        train_detector(model, _data(face_store, model, **data), out, options, resume=resume)
    _require_equal(tmp_path / "unbroken", tmp_path / "killed")
    before, after = (
        torch.load(tmp_path / out / "last.ckpt", weights_only=True)["current_model_state"]
        for out in ("unbroken", "killed")
    )
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_a_run_killed_in_its_first_epoch_starts_anew(
    tmp_path: Path, noise_store: Path, tiny_model: MRL, unbroken: Path
) -> None:
    out = tmp_path / "killed"
    out.mkdir()
    for name in ("run.json", "split.json"):
        (out / name).write_bytes((unbroken / name).read_bytes())
    (out / ".last.ckpt.partial").write_bytes(b"half")
    train_detector(tiny_model, _data(noise_store, tiny_model), out, OPTIONS, resume=True)
    _require_equal(unbroken, out)


def _require_equal(one: Path, other: Path) -> None:
    before, after = _weights(one), _weights(other)
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
    for name in ("metrics.csv", "split.json", "best/model.safetensors", "best/config.json"):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


def test_the_run_s_folder_holds_what_it_promises(unbroken: Path, noise_store: Path) -> None:
    rows = list(csv.DictReader((unbroken / "metrics.csv").open()))
    assert [row["epoch"] for row in rows] == ["0", "1", "2", "3"]
    # Halved after every second epoch.
    assert [float(row["learning_rate"]) for row in rows] == [1e-3, 1e-3, 5e-4, 5e-4]
    run = json.loads((unbroken / "run.json").read_text())
    assert run["training"]["learning_rate"] == 1e-3
    assert run["versions"]["torch"] == torch.__version__.split("+")[0]
    assert len(run["data"]) == 64
    parts = json.loads((unbroken / "split.json").read_text())["parts"]
    people = {part: {entry["identity"] for entry in entries} for part, entries in parts.items()}
    assert {part: len(names) for part, names in people.items()} == {"train": 4, "val": 2, "test": 2}
    assert not people["train"] & people["val"] | people["train"] & people["test"]
    assert people["val"].isdisjoint(people["test"])
    assert [path.name for path in unbroken.glob(".*")] == [".lock"]


def test_the_best_epoch_is_the_one_of_the_table(unbroken: Path, noise_store: Path) -> None:
    rows = list(csv.DictReader((unbroken / "metrics.csv").open()))
    best = max(rows, key=lambda row: (float(row["val_auc"]), -float(row["val_cross_entropy"])))
    model = load_detector(unbroken / "best")
    report = evaluate(model, [noise_store], split=unbroken / "split.json", part="val")
    assert report.video["auc"] == float(best["val_auc"])


def test_the_checkpoint_is_a_detector_too(unbroken: Path) -> None:
    from_checkpoint = load_detector(unbroken / "last.ckpt")
    weights = _weights(unbroken)
    for name, value in from_checkpoint.state_dict().items():
        assert torch.equal(value, weights[f"model.{name}"])


def test_a_finished_run_resumes_to_itself_and_goes_on_for_longer(
    tmp_path: Path, noise_store: Path, tiny_model: MRL, noise_data: FaceStoreDataModule
) -> None:
    out = tmp_path / "run"
    short = TrainingOptions(epochs=1)
    first = train_detector(tiny_model, noise_data, out, short)
    again = train_detector(tiny_model, noise_data, out, short, resume=True)
    assert again.rows == first.rows
    longer = train_detector(tiny_model, noise_data, out, TrainingOptions(epochs=2), resume=True)
    assert [row["epoch"] for row in longer.rows] == [0, 1]
    assert longer.rows[0] == first.rows[0]


def test_a_model_that_cannot_be_saved_is_refused_before_the_first_epoch(
    tmp_path: Path, tiny_model: MRL, noise_data: FaceStoreDataModule
) -> None:
    learner = tiny_model.learner
    tiny_model.with_recurrent(TGCNCell(learner.in_channels, 8))
    with pytest.raises(CheckpointError, match="cell TGCNCell cannot be built again"):
        train_detector(tiny_model, noise_data, tmp_path / "run", TrainingOptions(epochs=1))
    assert not (tmp_path / "run").exists()


def test_a_run_is_not_overwritten(
    tmp_path: Path, tiny_model: MRL, noise_data: FaceStoreDataModule
) -> None:
    out = tmp_path / "run"
    train_detector(tiny_model, noise_data, out, TrainingOptions(epochs=1))
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    with pytest.raises(OutputError, match="holds a run already"):
        train_detector(tiny_model, noise_data, out, TrainingOptions(epochs=1))
    assert before == {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_two_runs_do_not_share_a_folder(
    tmp_path: Path, unbroken: Path, noise_store: Path, tiny_model: MRL
) -> None:
    out = tmp_path / "run"
    shutil.copytree(unbroken, out)
    before = hash_tree(out)
    data = _data(noise_store, tiny_model)
    with FolderLock(out), pytest.raises(OutputError, match="another run is writing to this folder"):
        train_detector(tiny_model, data, out, OPTIONS, resume=True)
    assert hash_tree(out) == before


def test_a_run_is_not_resumed_with_other_settings_or_data(
    tmp_path: Path,
    tiny_model: MRL,
    noise_data: FaceStoreDataModule,
    labelled_store: Callable[..., Path],
) -> None:
    out = tmp_path / "run"
    train_detector(tiny_model, noise_data, out, TrainingOptions(epochs=1))
    other_steps = TrainingOptions(seed=1, learning_rate=0.5)
    with pytest.raises(
        MissingDataError, match=r"otherwise: training.learning_rate is 0.5, was "
    ) as e:
        train_detector(tiny_model, noise_data, out, other_steps, resume=True)
    assert str(e.value).count(" was ") == 3, "both values of the two keys that differ, no more"
    other = _data(labelled_store(tmp_path / "other", people=9), tiny_model)
    with pytest.raises(MissingDataError, match=r"otherwise: data is \w{12}\.\.\., was \w{12}"):
        train_detector(tiny_model, other, out, TrainingOptions(epochs=1), resume=True)
    with pytest.raises(OutputError, match="no run to resume"):
        train_detector(tiny_model, noise_data, tmp_path / "none", resume=True)


def test_a_cosine_is_not_resumed_for_longer(
    tmp_path: Path, tiny_model: MRL, noise_data: FaceStoreDataModule
) -> None:
    """Its steps depend on how many epochs there are."""
    out, options = tmp_path / "run", TrainingOptions(epochs=2, schedule="cosine")
    train_detector(tiny_model, noise_data, out, options)
    with pytest.raises(MissingDataError, match=r"training\.epochs is 3, was 2"):
        train_detector(tiny_model, noise_data, out, replace(options, epochs=3), resume=True)


def test_a_checkpoint_that_would_run_code_is_not_resumed_from(
    tmp_path: Path, tiny_model: MRL, noise_data: FaceStoreDataModule
) -> None:
    class Malicious:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(tmp_path / "broken_in"),)

    out = tmp_path / "run"
    train_detector(tiny_model, noise_data, out, TrainingOptions(epochs=1))
    torch.save({"state_dict": {}, "x": Malicious()}, out / "last.ckpt")
    with pytest.raises(CheckpointError, match="run code when opened"):
        train_detector(tiny_model, noise_data, out, TrainingOptions(epochs=2), resume=True)
    assert not (tmp_path / "broken_in").exists()


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("callbacks", {"RunRecorder": {"rows": 3}}),
        ("callbacks", []),
        ("callbacks", {}),
        ("optimizer_states", []),
        ("optimizer_states", [{"state": {}, "param_groups": []}]),
        ("optimizer_states", 7),
        ("lr_schedulers", [{}, {}]),
        ("loops", {}),
        ("loops", {"fit_loop": "damaged"}),
        ("state_dict", {"model.x": torch.ones(1)}),
        ("state_dict", "damaged"),
        ("epoch", "first"),
        ("global_step", None),
    ],
)
def test_a_checkpoint_of_the_wrong_content_is_not_resumed_from(
    tmp_path: Path,
    noise_store: Path,
    tiny_model: MRL,
    unbroken: Path,
    part: str,
    content: object,
) -> None:
    """Each is refused by its name, or does not matter: what was done then stays."""
    out = tmp_path / "run"
    shutil.copytree(unbroken, out)
    last = out / "last.ckpt"
    torch.save({**torch.load(last, weights_only=True), part: content}, last)
    longer = replace(OPTIONS, epochs=5)
    try:
        train_detector(tiny_model, _data(noise_store, tiny_model), out, longer, resume=True)
    except CheckpointError as error:
        refused = str(error)
    else:
        refused = f"{last}: "
        before = (unbroken / "metrics.csv").read_text()
        assert (out / "metrics.csv").read_text().startswith(before)
    assert refused.startswith(f"{last}: ")


@pytest.mark.parametrize(
    "options",
    [
        {"precision": "bf16-mixed"},
        {"accumulate": 2, "clip_gradients": 0.1},
    ],
)
def test_other_ways_of_training(
    tmp_path: Path, tiny_model: MRL, noise_data: FaceStoreDataModule, options: dict[str, Any]
) -> None:
    summary = train_detector(
        tiny_model, noise_data, tmp_path / "run", TrainingOptions(epochs=1, **options)
    )
    assert len(summary.rows) == 1
    assert next(load_detector(summary.folder).parameters()).dtype == torch.float32


@pytest.mark.slow
def test_compiling_changes_nothing_but_the_speed(
    tmp_path: Path, noise_store: Path, tiny_model: MRL, unbroken: Path
) -> None:
    out = tmp_path / "run"
    options = replace(OPTIONS, compile="aot_eager", epochs=1)
    train_detector(tiny_model, _data(noise_store, tiny_model), out, options)
    assert tiny_model._compiled_call_impl is None
    line, known = ((run / "metrics.csv").read_text().splitlines()[1] for run in (out, unbroken))
    found, wanted = ([float(word) for word in row.split(",")] for row in (line, known))
    assert found == pytest.approx(wanted, rel=1e-4)
    load_detector(out / "best")
    options = replace(options, compile="magic")
    with pytest.raises(ValueError, match="'compile' must be one of"):
        train_detector(tiny_model, _data(noise_store, tiny_model), tmp_path / "no", options)


def test_a_run_of_an_earlier_version_goes_on(
    tmp_path: Path, noise_store: Path, tiny_model: MRL, unbroken: Path
) -> None:
    """Its file knows nothing of the options that came later, which had their defaults."""
    out = tmp_path / "run"
    shutil.copytree(unbroken, out)
    run = json.loads((out / "run.json").read_text())
    for name in ("optimizer", "momentum", "betas", "weight_decay", "ema", "compile"):
        del run["training"][name]
    (out / "run.json").write_text(json.dumps(run))
    longer = replace(OPTIONS, epochs=5)
    train_detector(tiny_model, _data(noise_store, tiny_model), out, longer, resume=True)
    other = replace(longer, weight_decay=0.1)
    with pytest.raises(MissingDataError, match=r"training.weight_decay is 0.1, was 0.0\. "):
        train_detector(tiny_model, _data(noise_store, tiny_model), out, other, resume=True)


def test_workers_change_nothing(
    tmp_path: Path,
    noise_store: Path,
    tiny_model: MRL,
    tiny_keywords: dict[str, Any],
    unbroken: Path,
) -> None:
    out = tmp_path / "run"
    train_detector(tiny_model, _data(noise_store, tiny_model, workers=1), out, OPTIONS)
    assert (out / "metrics.csv").read_bytes() == (unbroken / "metrics.csv").read_bytes()


def test_training_learns_what_is_there_to_learn(
    tmp_path: Path, labelled_store: Callable[..., Path], tiny_keywords: dict[str, Any]
) -> None:
    store = labelled_store(tmp_path / "store", people=16)
    torch.manual_seed(0)
    keywords = {**tiny_keywords, "dropout": 0.0, "diversity_weight": 0, "consistency_weight": 0}
    model = MRL(**keywords)
    data = _data(store, model, batch_size=8)
    options = TrainingOptions(epochs=8, learning_rate=3e-3)
    summary = train_detector(model, data, tmp_path / "run", options)
    report = evaluate(load_detector(summary.folder), [store], split=tmp_path / "run" / "split.json")
    assert report.video["auc"] == 1.0
    assert summary.rows[-1]["train_loss"] < summary.rows[0]["train_loss"]


def test_an_interrupt_stays_an_interrupt(
    tmp_path: Path, tiny_model: MRL, noise_data: FaceStoreDataModule
) -> None:
    with pytest.raises(KeyboardInterrupt):
        train_detector(tiny_model, noise_data, tmp_path / "run", OPTIONS, on_epoch=_interrupt)
    assert (tmp_path / "run" / "last.ckpt").exists()
    again = train_detector(tiny_model, noise_data, tmp_path / "run", OPTIONS, resume=True)
    assert [row["epoch"] for row in again.rows] == [0, 1, 2, 3]


def test_the_place_for_the_run_must_be_a_folder(
    tmp_path: Path, tiny_model: MRL, noise_data: FaceStoreDataModule
) -> None:
    (tmp_path / "file").write_text("here")
    with pytest.raises(OutputError, match="cannot be written"):
        train_detector(tiny_model, noise_data, tmp_path / "file" / "run")
