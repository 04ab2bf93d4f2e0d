"""Stores that were extracted for another kind of detector are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graphforensics.data import InputSpec
from graphforensics.errors import StoreError
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.layout import write_header
from graphforensics.store.store_check import check_stores

CLIP = InputSpec("clip", size=32, snippets=5, frames=20)
IMAGE = InputSpec("image", size=32)


def _store(root: Path, **options: Any) -> Path:
    root.mkdir()
    write_header(root, ExtractionOptions(**options))
    return root


@pytest.mark.parametrize("selection", ["all", "snippets:5x20", "snippets:3x40"])
def test_what_fits_passes(tmp_path: Path, selection: str) -> None:
    check_stores([_store(tmp_path / "s", selection=selection, margin=1.6)], CLIP)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"margin": 1.1}, r"margin 1\.1, the model wants 1\.3"),
        ({"selection": "frames:32"}, "runs of 1 consecutive frames"),
        ({"selection": "snippets:5x10"}, "--frames snippets:5x20"),
    ],
)
def test_what_does_not_fit_says_how_to_mend_it(
    tmp_path: Path, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(StoreError, match=words):
        check_stores([_store(tmp_path / "s", **options)], CLIP)


def test_single_frames_are_enough_for_images(tmp_path: Path) -> None:
    check_stores([_store(tmp_path / "s", selection="frames:8")], IMAGE)


def test_aligned_crops_are_not_what_detection_looks_at(tmp_path: Path) -> None:
    stores = [_store(tmp_path / "a"), _store(tmp_path / "b", align=True)]
    with pytest.raises(StoreError, match=r"b: its crops are aligned"):
        check_stores(stores, CLIP)
