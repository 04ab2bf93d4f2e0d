from __future__ import annotations

import csv
import io
from typing import Any

from graphforensics.inference.file_job import FileResult
from graphforensics.inference.notes import CAVEAT
from graphforensics.inference.result_table import result_csv, result_lines

BREAKS = "The file breaks off: the file ends after 0.5 of 1.4 seconds; what came before was scored."
SHOWN = "Frames were not scored as stored: deinterlaced."


def result(name: str, *notes: str) -> FileResult:
    report: dict[str, Any] = {
        "verdict": "inconclusive",
        "probability": 0.5,
        "frames_looked_at": 8,
        "frames_without_face": 0,
        "threshold": 0.5,
        "calibrated": False,
        "detector": "mrl",
        "spread": {"samples": 3, "sd": 0.0, "min": 0.5, "max": 0.5},
        "band": [1 / 3, 2 / 3],
        "persons": [{}],
        "notes": [*notes, CAVEAT],
    }
    return FileResult(name, "ok", report)


def test_what_was_not_read_as_stored_is_said_of_each_of_many_files() -> None:
    several = "Several faces: the probability is the highest of 2."
    results = [result("cut.mkv", several, BREAKS), result("tv.mp4", SHOWN), result("plain.mp4")]
    lines = result_lines(results)
    assert lines[0] == f"cut.mkv: inconclusive (probability 0.500, sd 0.000); {BREAKS}"
    assert lines[1].endswith(SHOWN)
    assert lines[2] == "plain.mp4: inconclusive (probability 0.500, sd 0.000)"
    rows = list(csv.DictReader(io.StringIO(result_csv(results))))
    assert [row["notes"] for row in rows] == [f"{several} {BREAKS}", SHOWN, ""]
