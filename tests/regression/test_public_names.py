"""Every name that a room offered can still be imported from there, and paths in users' files."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from graphforensics.models import DETECTORS
from graphforensics.train import DetectionTask

_FILE = Path(__file__).resolve().parents[1] / "fixtures" / "public_names.json"
_RECORDED: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
_TASKS = [path for path in _RECORDED["paths"] if path.endswith("Task")]


@pytest.mark.parametrize("room", sorted(_RECORDED["names"]))
def test_rooms_offer_what_they_did(room: str) -> None:
    module = importlib.import_module(room)
    names = _RECORDED["names"][room]
    assert [name for name in names if not hasattr(module, name)] == []
    assert set(names) <= set(module.__all__)


@pytest.mark.parametrize("path", _RECORDED["paths"])
def test_paths_in_files_lead_to_what_they_did(path: str) -> None:
    assert _at(path).__name__ == path.rpartition(".")[2]


def test_detectors_are_the_same_classes_by_every_path() -> None:
    by_path = [_at(path) for path in _RECORDED["paths"] if path.startswith("graphforensics.models")]
    assert len(by_path) == 5
    assert by_path == [DETECTORS[kind.name] for kind in by_path]


def test_tasks_are_tasks() -> None:
    assert len(_TASKS) == 6
    assert all(issubclass(_at(path), DetectionTask) for path in _TASKS)


def _at(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)
