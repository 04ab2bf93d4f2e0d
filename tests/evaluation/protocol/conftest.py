"""Stores with two data sets, two manipulations and two qualities, and detectors that differ."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from graphforensics.models import MRL

PEOPLE = 6


@pytest.fixture(scope="session")
def world(
    tmp_path_factory: pytest.TempPathFactory, labelled_store: Callable[..., Path]
) -> tuple[Path, Path]:
    """Six people, a real and a fake each, one person without a face; and their labels."""
    root = tmp_path_factory.mktemp("world")
    store = labelled_store(root / "store", people=PEOPLE, frames=8, faceless=1)
    lines = ["file,label,identity,manipulation,dataset,video,quality"]
    for person in range(PEOPLE + 1):
        dataset, quality = ("A", "c23") if person % 2 else ("B", "c40")
        for label in ("real", "fake"):
            name = ("swap" if person < 3 else "reenact") if label == "fake" else "original"
            file = f"{label}/{person}.mp4"
            lines.append(f"{file},{label},p{person},{name},{dataset},{person},{quality}")
    (root / "labels.csv").write_text("\n".join(lines) + "\n")
    return store, root / "labels.csv"


@pytest.fixture(scope="session")
def saved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two untrained detectors in folders."""
    root = tmp_path_factory.mktemp("saved")
    for seed, name in enumerate(("one", "two")):
        torch.manual_seed(seed)
        model = MRL(encoder="resnet10t", encoder_stage=1, regions=2, snippets=2, frames=3, size=32)
        model.save_pretrained(root / name / "best")
    return {name: root / name / "best" for name in ("one", "two")}
