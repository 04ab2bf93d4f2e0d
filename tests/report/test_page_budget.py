"""A page stays below 5 MiB, whatever fills it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graphforensics.models.detector import Detector
from graphforensics.report import write_report
from graphforensics.report.page_budget import PAGE, RESERVED, frame_budget, moments_each


@pytest.mark.parametrize("faces", [1, 2, 6, 40])
def test_what_frames_may_take_fits_beside_the_rest(faces: int) -> None:
    heats = [["x" * 4000] * moments_each(faces)] * min(faces, 6)
    shown = [{"graph": {"weight": [0.1234] * 600 * 8}}] * min(faces, 6)
    report = {"persons": ["x" * 30_000] * faces}
    budget = frame_budget(report, shown, heats)
    rest = sum(len(one) for run in heats for one in run)
    rest += len(json.dumps(report)) + 2 * len(json.dumps(shown))
    assert budget > 200_000
    assert budget + rest + RESERVED <= PAGE


def test_a_page_of_many_samples_is_small(
    astronaut_clip: Path, detector: Detector, tmp_path: Path
) -> None:
    place = tmp_path / "page.html"
    write_report(astronaut_clip, detector, place, clips=60)
    assert place.stat().st_size < PAGE
