"""Options: JSON and back, and what they refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest

from graphforensics.store.extraction_options import ExtractionOptions


def test_json_round_trip() -> None:
    options = ExtractionOptions(selection="snippets:5x20", detector="cnn", align=True, margin=1.5)
    again = ExtractionOptions.from_dict(json.loads(json.dumps(options.to_dict())))
    assert again == options
    assert ExtractionOptions.from_dict({}) == ExtractionOptions()
    with pytest.raises(ValueError, match=r"unknown extraction options \['colour'\]"):
        ExtractionOptions.from_dict({"colour": 1})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"selection": "few"}, "'selection' must be"),
        ({"detector": "yolo"}, "'detector' must be hog or cnn"),
        ({"margin": 0.5}, r"'margin' must be in \[1, 4\] \(got 0.5\)"),
        ({"margin": float("nan")}, "'margin'"),
        ({"align_size": 0}, "'align_size' must be at least 1"),
        ({"detect_every": 0}, "'detect_every' must be at least 1"),
        ({"smoothing": -1}, "'smoothing' must not be negative"),
        ({"min_face": -1}, "'min_face'"),
        ({"min_sharpness": float("nan")}, "'min_sharpness'"),
    ],
)
def test_wrong_values(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ExtractionOptions(**values)
