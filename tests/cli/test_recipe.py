"""``graphforensics recipe``: nothing is written, everything wrong is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from graphforensics.cli.main import main
from graphforensics.train.recipes.recipe import recipe_names, recipe_path


@pytest.mark.parametrize("name", [name for name in recipe_names() if "small" in name])
def test_committed_recipes_are_good(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipe", "check", name]) == 0
    assert capsys.readouterr().out == f"{name}: good\n"


def test_recipes_are_listed_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipe", "list"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in told] == list(recipe_names())
    assert "mrl: MRL as its paper trains it" in "\n".join(told)
    assert main(["recipe", "show", "mrl"]) == 0
    assert capsys.readouterr().out == recipe_path("mrl").read_text()
    assert main(["recipe", "show", "mlr"]) == 2


def test_every_mistake_is_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("one.yaml").write_text("trainer: {max_epoch: 3}\nemma: 0.9\n")
    Path("two.yaml").write_text("a: [")
    assert main(["recipe", "check", "one.yaml", "two.yaml", "none.yaml"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[2] for line in lines] == [
        "one.yaml", "one.yaml", "two.yaml", "none.yaml"
    ]  # fmt: skip
    assert "did you mean 'trainer.max_epochs'?" in lines[0]
    assert "did you mean 'ema'?" in lines[1]
    assert sorted(os.listdir()) == ["one.yaml", "two.yaml"]
