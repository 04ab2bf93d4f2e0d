"""Entry points of other packages, with packages that are only told of."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from graphforensics import _plugins
from graphforensics._plugins import WithPlugins, load_plugin, plugin_names
from graphforensics.cli.main import main
from graphforensics.errors import CheckpointError, PluginError
from graphforensics.models.registry import DETECTORS, detector_class


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Install a package with one module and some entry points: ``package(name, code, points)``."""
    monkeypatch.syspath_prepend(tmp_path)

    def install(name: str, code: str, *points: str) -> None:
        (tmp_path / f"{name}.py").write_text(code)
        folder = tmp_path / f"{name}-1.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        text = "\n".join(["[graphforensics.plugins]", *points])
        (folder / "entry_points.txt").write_text(text + "\n")
        _plugins._found.cache_clear()

    yield install
    _plugins._found.cache_clear()


def numbers(own: dict[str, Any]) -> WithPlugins[int]:
    return WithPlugins(
        "dataset",
        own,
        lambda name, value: None if isinstance(value, int) else "is no number",
        __name__,
    )


def test_names_are_known_before_anything_is_imported(package: Callable[..., None]) -> None:
    package("plug_a", "ONE, WORD = 1, 'x'", "dataset.one = plug_a:ONE", "dataset.w = plug_a:WORD")
    known = numbers({"own": 0})
    assert list(known) == ["own", "one", "w"]
    assert ("one" in known, "two" in known, len(known)) == (True, False, 3)
    assert "plug_a" not in sys.modules
    assert (known["own"], known["one"]) == (0, 1)
    with pytest.raises(PluginError, match="the dataset 'w' of the package 'plug_a' is no number"):
        known["w"]
    with pytest.raises(KeyError):
        known["two"]


def test_a_name_of_the_librarys_own_is_not_taken(package: Callable[..., None]) -> None:
    package("plug_b", "ONE = 1", "dataset.own = plug_b:ONE")
    known = numbers({"own": 0})
    assert (known["own"], list(known)) == (0, ["own"])


def test_other_words_are_passed_over(package: Callable[..., None]) -> None:
    package("plug_c", "ONE = 1", "dataset = plug_c:ONE", "gadget.one = plug_c:ONE")
    assert plugin_names("dataset") == ()


def test_one_name_of_two_packages_is_told(package: Callable[..., None]) -> None:
    package("plug_d", "ONE = 1", "dataset.one = plug_d:ONE")
    package("plug_e", "ONE = 1", "dataset.one = plug_e:ONE")
    with pytest.raises(PluginError, match=r"two packages bring a dataset 'one': plug_., .*|plug_"):
        load_plugin("dataset", "one")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("raise RuntimeError('no GPU')", r"cannot be imported from .*RuntimeError: no GPU"),
        ("THING = 3", "is no subclass of Detector"),
        ("from graphforensics.models import MRL as THING", "calls itself 'mrl'"),
    ],
)
def test_a_detector_that_is_none_is_told_with_its_package(
    package: Callable[..., None], request: pytest.FixtureRequest, code: str, message: str
) -> None:
    name = f"plug_{abs(hash(code))}"
    package(name, code, f"detector.thing = {name}:THING")
    with pytest.raises(PluginError, match=message) as caught:
        detector_class("thing", "config.json")
    assert f"of the package '{name}'" in str(caught.value)
    with pytest.raises(CheckpointError, match=r"known are mrl, .*thing"):
        detector_class("things", "config.json")
    assert "mrl" in DETECTORS


def test_a_recipe_that_is_no_file_is_told_in_one_line(
    package: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    package("plug_f", "PLACE = '/nowhere.yaml'", "recipe.lost = plug_f:PLACE")
    assert main(["recipe", "show", "lost"]) == 2
    assert "the recipe 'lost' of the package 'plug_f' is no file" in capsys.readouterr().err
