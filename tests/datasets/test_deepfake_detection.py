"""DeepFakeDetection: actors and scenes by the names of files."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphforensics.datasets.deepfake_detection import DeepFakeDetection
from graphforensics.errors import MissingDataError
from tests.datasets import layouts


def test_records(tmp_path: Path) -> None:
    root = layouts.deepfake_detection(tmp_path, "c40")
    dataset = DeepFakeDetection(root, quality="c40")
    fake = dataset.record(2)
    assert fake.identity == "DeepFakeDetection/01;DeepFakeDetection/02"
    assert fake.origin == dataset.record(0).path
    assert fake.mask.endswith("masks/videos/01_02__walk_and_talk__YVGY8LOK.mp4")
    with pytest.raises(ValueError, match=r"must be one of \('all',\)"):
        DeepFakeDetection(root, "train")


def test_a_name_that_tells_nothing(tmp_path: Path) -> None:
    root = layouts.deepfake_detection(tmp_path)
    layouts.write_video(root / "original_sequences/actors/c23/videos/somebody.mp4", 0)
    with pytest.raises(MissingDataError, match=r"somebody.mp4: the name does not tell"):
        DeepFakeDetection(root)
