"""The faces of packages: names that are imported when they are asked for."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import subprocess
import sys
import warnings
from pathlib import Path
from types import ModuleType

import pytest

import graphforensics

FACES = [
    found.name
    for found in pkgutil.walk_packages(graphforensics.__path__, "graphforensics.")
    if found.ispkg
    and "lazy_names("
    in Path(found.module_finder.path, found.name.rpartition(".")[2], "__init__.py").read_text()  # type: ignore[union-attr]
]


def imported_for_types(package: ModuleType) -> dict[str, str]:
    """Name -> module, as the imports under ``if TYPE_CHECKING`` say."""
    [block] = [
        node
        for node in ast.parse(Path(str(package.__file__)).read_text()).body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    return {
        alias.name: str(node.module)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def test_there_are_faces() -> None:
    assert {"graphforensics.nn", "graphforensics.models.mrl", "graphforensics.store"} <= set(FACES)


@pytest.mark.parametrize("name", FACES)
def test_type_checkers_and_programs_see_the_same(name: str) -> None:
    package = importlib.import_module(name)
    told = imported_for_types(package)
    assert sorted(told) == sorted(package.__all__) == dir(package)
    for public, module in told.items():
        assert getattr(package, public) is getattr(importlib.import_module(module), public)
        assert not isinstance(getattr(package, public), ModuleType)


@pytest.mark.slow
def test_a_name_wins_over_a_module_of_the_same_name() -> None:
    program = (
        "import graphforensics.nn.attention_pool\n"
        "import graphforensics.tamper.self_blend.single\n"
        "from graphforensics.nn import attention_pool\n"
        "from graphforensics.tamper import self_blend\n"
        "print(callable(attention_pool), callable(self_blend))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "True True\n", done.stderr


def test_unknown_names_are_unknown() -> None:
    package = importlib.import_module("graphforensics.nn")
    with pytest.raises(AttributeError, match=r"'graphforensics\.nn' has no attribute 'Perceptron'"):
        package.Perceptron  # noqa: B018


@pytest.mark.slow
def test_what_has_moved_is_found_and_warns_once() -> None:
    program = (
        "import warnings\n"
        "with warnings.catch_warnings(record=True) as heard:\n"
        "    warnings.simplefilter('always')\n"
        "    from graphforensics.train.detection_task import DetectionTask\n"
        "    from graphforensics.train.detection_task import DetectionTask as again\n"
        "import graphforensics.train.tasks.detection_task as now\n"
        "told = [str(w.message) for w in heard if 'is now' in str(w.message)]\n"
        "print(DetectionTask is again is now.DetectionTask, len(told), told[0])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.startswith(
        "True 1 graphforensics.train.detection_task is now "
        "graphforensics.train.tasks.detection_task: import DetectionTask from there"
    ), done.stdout + done.stderr


@pytest.mark.parametrize(
    "old", ["data.datasets", "data.drawn", "data.leaks", "data.perturbation", "inference.protocol"]
)
def test_packages_that_have_moved_give_all_their_names(old: str) -> None:
    package = importlib.import_module(f"graphforensics.{old}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        assert all(getattr(package, name) is not None for name in package.__all__)
