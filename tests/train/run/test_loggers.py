"""Loggers by name: real files of the one that comes along, clear words for the others."""

from __future__ import annotations

import csv
from importlib.util import find_spec
from pathlib import Path

import pytest

from graphforensics.errors import MissingExtraError
from graphforensics.models import MRL
from graphforensics.train import FaceStoreDataModule, TrainingOptions, train_detector
from graphforensics.train.run.loggers import logger_class, make_logger


def test_figures_are_logged_too(
    tmp_path: Path, tiny_model: MRL, noise_data: FaceStoreDataModule
) -> None:
    out = tmp_path / "run"
    logger = make_logger("csv", out, {"name": "log"})
    options = TrainingOptions(epochs=2)
    summary = train_detector(tiny_model, noise_data, out, options, logger=logger)
    rows = list(csv.DictReader((out / "log" / "version_0" / "metrics.csv").open()))
    logged = [float(row["val_loss"]) for row in rows if row["val_loss"]]
    assert logged == pytest.approx([row["val_loss"] for row in summary.rows])
    settings = (out / "log" / "version_0" / "hparams.yaml").read_text()
    assert "learning_rate: 0.0001" in settings


def test_any_class_of_lightning_s_kind_is_taken() -> None:
    path = "lightning.pytorch.loggers.csv_logs.CSVLogger"
    assert logger_class(path) is logger_class("csv")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("smoke", "'logger' must be one of csv"),
        ("collections.OrderedDict", "'logger' must be a logger of Lightning"),
    ],
)
def test_other_words_are_refused(name: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        make_logger(name, "run")


def test_wrong_keywords_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'logger' csv cannot be built"):
        make_logger("csv", tmp_path, {"colour": 3})


@pytest.mark.skipif(find_spec("wandb") is not None, reason="wandb is installed")
def test_a_package_that_is_not_installed_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingExtraError, match="'logger' wandb needs a package"):
        make_logger("wandb", tmp_path)
