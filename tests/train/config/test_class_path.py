"""Nothing is imported that is not trusted."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from graphforensics.cli.main import main
from graphforensics.errors import MissingDataError
from graphforensics.train.config.class_check import class_problems
from graphforensics.train.config.class_path import class_at
from graphforensics.train.recipes.lightning_recipe import checked_recipe
from graphforensics.train.recipes.recipe import read_recipe

NAME = "module_that_leaves_a_trace"


@pytest.fixture
def trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module on the path; the file appears when it is imported."""
    place = tmp_path / "imported"
    (tmp_path / f"{NAME}.py").write_text(
        "from pathlib import Path\n"
        "from lightning.pytorch.loggers import CSVLogger\n"
        "from graphforensics.train import DetectionTask\n"
        f"Path({str(place)!r}).touch()\n"
        "class Logger(CSVLogger): pass\n"
        "class Task(DetectionTask): pass\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, NAME, raising=False)
    return place


def _recipe(tmp_path: Path, document: dict[str, Any]) -> str:
    file = tmp_path / "recipe.yaml"
    file.write_text(yaml.safe_dump(document))
    return str(file)


DOCUMENTS = [
    {"model": {"class_path": f"{NAME}.Task"}},
    {"model": {"init_args": {"model": {"class_path": f"{NAME}.Detector"}}}},
    {"trainer": {"logger": {"class_path": f"{NAME}.Logger"}}},
]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_recipe_imports_what_is_trusted_only(
    tmp_path: Path, trace: Path, document: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = _recipe(tmp_path, document)
    told = f"is of a module that is not trusted: importing it runs its code; --trust {NAME} allows"
    for words in (["train", "--config", recipe, "--print-config"], ["recipe", "check", recipe]):
        assert main(words) == 2
        assert told in capsys.readouterr().err
    with pytest.raises(MissingDataError, match=f"--trust {NAME}"):
        checked_recipe(recipe)
    assert not trace.exists()
    assert NAME not in sys.modules


def test_a_trusted_module_is_imported(tmp_path: Path, trace: Path) -> None:
    recipe = _recipe(tmp_path, DOCUMENTS[2])
    assert read_recipe(recipe, [NAME])["logger"] == f"{NAME}.Logger"
    assert trace.exists()
    assert checked_recipe(recipe, [NAME]) == recipe


@pytest.mark.parametrize(
    "path",
    ["os.system", "graphforensics.train.train_detector.Path", "graphforensics_evil.Model",
     "lightning.fabric.Fabric"],
)  # fmt: skip
def test_what_a_trusted_module_imports_is_not_its_own(path: str) -> None:
    with pytest.raises(MissingDataError, match="not trusted"):
        class_at(path, "here", ())


@pytest.mark.parametrize(
    "trainer",
    [
        {"callbacks": [{"class_path": f"{NAME}.Logger"}]},
        {"callbacks": ["lightning.pytorch.callbacks.Timer", f"{NAME}.Logger"]},
        {"callbacks": f"{NAME}.Logger"},
        {"strategy": "more.yaml"},
        {"plugins": "folder/more"},
        {"callbacks": {"class_path": "lightning.pytorch.callbacks.LambdaCallback",
                       "init_args": {"setup": f"{NAME}.Logger"}}},
    ],
)  # fmt: skip
def test_lightning_s_recipe_is_looked_at_before_it_is_parsed(
    tmp_path: Path, trace: Path, trainer: dict[str, Any]
) -> None:
    with pytest.raises(MissingDataError, match=r"trainer\.\w+"):
        checked_recipe(_recipe(tmp_path, {"trainer": trainer}))
    with pytest.raises(MissingDataError, match=r"trainer\.\w+"):
        checked_recipe(yaml.safe_dump({"fit": {"trainer": trainer}}))
    assert not trace.exists()


def test_text_is_left_alone_where_text_is_wanted() -> None:
    logger = {
        "class_path": "lightning.pytorch.loggers.CSVLogger",
        "init_args": {"save_dir": "runs/of.today", "name": "a.b"},
    }
    trainer = {"logger": logger, "default_root_dir": "a/b.c", "strategy": "ddp", "max_time": "0:1"}
    assert class_problems({"trainer": trainer, "out": "run.one", "data": {"labels": "l.csv"}}) == []
