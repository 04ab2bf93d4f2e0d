"""The examples of the docstrings run and say what they promise."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import graphforensics

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(graphforensics.__path__, "graphforensics.")
    if not module.name.endswith("__main__")
)
#: Modules whose examples need torch_geometric_temporal.
TEMPORAL = {"graphforensics.data.temporal_signal"}


def _marked(name: str) -> object:
    return pytest.param(name, marks=pytest.mark.temporal) if name in TEMPORAL else name


@pytest.mark.parametrize("name", [_marked(name) for name in MODULES])
def test_examples(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0
