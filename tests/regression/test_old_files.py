"""Files that the library wrote before its folders were moved are read, resumed and added to.

How they were made says ``tests/fixtures/make.py``.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pytest
import torch
import yaml

from graphforensics.cli.main import main
from graphforensics.data import FaceStore
from graphforensics.inference import evaluate
from graphforensics.models import DETECTORS, load_detector
from graphforensics.tamper.files.forge_record import ForgeRecord
from graphforensics.train import FaceStoreDataModule, TrainingOptions, task_class

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
FACTS: dict[str, Any] = json.loads((FIXTURES / "facts.json").read_text(encoding="utf-8"))
OLD_DETECTORS = sorted(path.name for path in (FIXTURES / "configs").iterdir())
RECIPES = sorted(path.stem for path in (FIXTURES / "recipes").glob("*.yaml"))


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy the files and stand among them: they name each other by relative paths."""
    shutil.copytree(FIXTURES, tmp_path / "old")
    monkeypatch.chdir(tmp_path / "old")
    return tmp_path / "old"


def test_the_manifest_is_the_same() -> None:
    manifest = FaceStore(FIXTURES / "store").manifest
    assert manifest.column_names == FACTS["columns"]
    assert manifest.to_pylist() == FACTS["rows"]
    for name in ("label", "identity", "manipulation", "dataset", "video"):
        assert pc.all(manifest.column(name).is_valid()).as_py(), name
    # What is the origin of a fake is a real file of the store.
    fakes = manifest.filter(pc.equal(manifest.column("label"), "fake"))
    assert len(fakes) == 12
    assert set(fakes.column("origin").to_pylist()) < set(manifest.column("source").to_pylist())


def test_tracks_decode_to_the_same_pixels() -> None:
    store = FaceStore(FIXTURES / "store")
    assert store.track_ids == list(dict.fromkeys(row["track_id"] for row in FACTS["rows"]))
    for track in store:
        told = FACTS["tracks"][track.track_id]
        pixels = np.stack(track.read(range(track.frames)))
        assert list(pixels.shape) == told["shape"]
        assert hashlib.sha256(pixels.tobytes()).hexdigest() == told["pixels"]
        assert float(np.float64(track.crop_landmarks).sum()) == told["landmarks"]
        assert track.label == told["label"]
    assert store.verify() == []


def test_a_store_that_lost_its_manifest_is_listed_from_its_records(old: Path) -> None:
    (old / "store" / "manifest.parquet").unlink()
    with pytest.warns(UserWarning, match="no manifest"):
        rows = FaceStore(old / "store").manifest.to_pylist()
    assert rows == FACTS["rows"]


def test_the_trained_detector_gives_the_same_logits() -> None:
    for place in ("best", "last.ckpt"):
        detector = load_detector(FIXTURES / "run" / place)
        assert detector.name == "mrl"
        assert detector.config == json.loads(_text("run/run.json"))["config"]
    detector = load_detector(FIXTURES / "run" / "best")
    torch.manual_seed(0)
    inputs = torch.randn(2, *detector.input_spec.shape)
    with torch.no_grad():
        logits = detector(inputs).logit.tolist()
    # The same reason for the tolerance as in test_figures_unchanged.py.
    assert logits == pytest.approx(FACTS["logits"], rel=1e-4, abs=1e-6)
    written = json.loads(_text("run/best/calibration.json"))
    assert detector.calibration is not None
    assert detector.calibration.temperature == written["temperature"]


def test_the_split_is_read_and_has_the_recorded_fingerprint() -> None:
    run = json.loads(_text("run/run.json"))
    spec = load_detector(FIXTURES / "run" / "best").input_spec
    module = FaceStoreDataModule(
        [FIXTURES / "store"], spec, split=FIXTURES / "run" / "split.json", seed=run["data_seed"]
    )
    assert module.fingerprint() == run["data"]
    assert {part: len(module.rows(part)) for part in module.parts} == run["tracks"]


@pytest.mark.filterwarnings("ignore")
def test_the_run_is_resumed(old: Path) -> None:
    before = _text("run/metrics.csv").splitlines()
    words = ["train", "--config", "recipe.yaml", "--out", "run", "--resume", "--epochs", "3"]
    assert main(words) == 0
    after = (old / "run" / "metrics.csv").read_text().splitlines()
    assert (len(before), len(after)) == (3, 4)
    assert after[:3] == before


def _forget_later_options(now: dict[str, Any], then: dict[str, Any]) -> None:
    """Options that came later have their defaults."""
    defaults = TrainingOptions().to_dict()
    for name in set(now["training"]) - set(then["training"]):
        assert now["training"].pop(name) == defaults[name]


@pytest.mark.filterwarnings("ignore")
def test_the_old_recipe_trains_as_it_did(old: Path, tmp_path: Path) -> None:
    assert main(["train", "--config", "recipe.yaml", "--out", str(tmp_path / "new")]) == 0
    now, then = (
        json.loads((place / "run.json").read_text()) for place in (tmp_path / "new", old / "run")
    )
    for name in ("command", "platform", "python", "versions"):
        now.pop(name), then.pop(name)
    _forget_later_options(now, then)
    assert {name: now.get(name) for name in then} == then
    figures = [
        np.genfromtxt(place / "metrics.csv", delimiter=",", names=True)
        for place in (tmp_path / "new", old / "run")
    ]
    assert figures[0].dtype.names == figures[1].dtype.names
    for name in set(figures[0].dtype.names) - {"seconds", "val_auc"}:
        assert figures[0][name] == pytest.approx(figures[1][name], rel=1e-4), name


@pytest.mark.filterwarnings("ignore")
def test_the_old_detector_is_evaluated_on_the_old_store() -> None:
    model = load_detector(FIXTURES / "run" / "best")
    split = FIXTURES / "run" / "split.json"
    report = evaluate(model, [FIXTURES / "store"], split=split, part="test")
    scores = {f"{video.video}/{video.manipulation}": video.score for video in report.videos}
    assert len(scores) == 6
    assert scores == pytest.approx(FACTS["scores"], rel=1e-4)


@pytest.mark.filterwarnings("ignore")
def test_lightning_s_command_line_takes_the_old_recipe(old: Path) -> None:
    pytest.importorskip("jsonargparse")
    from graphforensics.train.lightning_cli import main as lightning_main

    words = ["fit", "--config", "lightning.yaml"]
    assert lightning_main([*words, "--out", "other"]) == 0
    before, after = (json.loads((old / run / "run.json").read_text()) for run in ("run", "other"))
    _forget_later_options(after, before)
    for name in ("config", "training", "data", "split", "tracks", "detector"):
        assert before[name] == after[name], name
    resumed = [*words, "--resume", "true", "--trainer.max_epochs", "3"]
    assert lightning_main(resumed) == 0
    assert len((old / "run" / "metrics.csv").read_text().splitlines()) == 4


@pytest.mark.parametrize("name", RECIPES)
def test_recipes_that_name_modules_are_accepted(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = FIXTURES / "recipes" / f"{name}.yaml"
    assert main(["train", "--config", str(path), "--print-config"]) == 0
    printed = yaml.safe_load(capsys.readouterr().out)
    detector = next(word for word in sorted(DETECTORS, key=len)[::-1] if name.startswith(word))
    stage = name.removeprefix(detector).removeprefix("_") or None
    assert _class_at(printed["model"]["class_path"]) is task_class(detector, stage)
    model = printed["model"]["init_args"]["model"]
    assert _class_at(model["class_path"]) is DETECTORS[detector]
    assert model["init_args"] == {"size": 64}
    assert printed["model"]["init_args"]["learning_rate"] == 0.001


@pytest.mark.parametrize("name", OLD_DETECTORS)
def test_saved_configurations_build_the_detector(name: str) -> None:
    config = json.loads(_text(f"configs/{name}/config.json"))
    assert config.pop("detector") == name
    assert config.pop("graphforensics_version") == "0.1.0"
    detector = DETECTORS[name](**config)
    known = {key: value for key, value in detector.config.items() if key in config}
    assert known == config
    # Keywords that came later are at their defaults, which change nothing.
    defaults = inspect.signature(DETECTORS[name].__init__).parameters
    later = {key: value for key, value in detector.config.items() if key not in config}
    assert later == {key: defaults[key].default for key in later}


@pytest.mark.parametrize("name", OLD_DETECTORS)
def test_a_saved_detector_of_each_kind_is_loaded(name: str, tmp_path: Path) -> None:
    file = FIXTURES / "configs" / name / "config.json"
    known = ("detector", "graphforensics_version")
    keywords = {k: v for k, v in json.loads(file.read_text()).items() if k not in known}
    made = DETECTORS[name](**keywords)
    made.save_pretrained(tmp_path)
    # The old file beside new weights.
    shutil.copy(file, tmp_path)
    loaded = load_detector(tmp_path)
    assert type(loaded) is DETECTORS[name]
    assert loaded.state_dict().keys() == made.state_dict().keys()


def test_a_forged_set_is_known_and_made_as_forgeries_are_made_now(
    old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its records are read; its forgeries are made anew, since colours are rounded and draws of a
    clip hang together now. What is there then is kept."""
    records = sorted((old / "forged").glob("fake/*/*.json"))
    assert [ForgeRecord.read(path).method for path in records] == ["partial_blend", "self_blend"]
    words = ["clips/original/000.mp4", "--metadata", "clips/metadata.csv", "--out", "forged"]
    for method in ("self_blend", "partial_blend"):
        assert main(["forge", *words, "--method", method, "--seed", "3", "--workers", "0"]) == 0
        assert "1 forged, 0 there already" in capsys.readouterr().out
        assert main(["forge", *words, "--method", method, "--seed", "3", "--workers", "0"]) == 0
        assert "0 forged, 1 there already" in capsys.readouterr().out


def test_the_table_of_a_forged_set_labels_its_extraction(old: Path) -> None:
    words = ["extract", "forged", "--metadata", "forged/metadata.csv", "--out", "faces"]
    assert main([*words, "--workers", "0"]) == 0
    rows = FaceStore(old / "faces").manifest.to_pylist()
    told = {row["source"]: (row["label"], row["manipulation"], row["identity"]) for row in rows}
    name, person = "000-e9dc67bd4cec.mp4", "drawn0/000"
    assert told == {
        f"real/{name}": ("real", None, person),
        f"fake/self_blend/{name}": ("fake", "self_blend", person),
        f"fake/partial_blend/{name}": ("fake", "partial_blend", person),
    }


def _class_at(path: str) -> type[Any]:
    from importlib import import_module

    module, _, name = path.rpartition(".")
    found: type[Any] = getattr(import_module(module), name)
    return found


def _text(name: str) -> str:
    return (FIXTURES / name).read_text(encoding="utf-8")
