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


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0
