"""Records of sources: read back as written, and refused when something else is in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graphforensics.errors import StoreError
from graphforensics.store.extraction_report import ExtractionReport
from graphforensics.store.layout import RECORD, source_key
from graphforensics.store.records import SourceRecord, TrackRecord

KEY = source_key("a.mp4")
WHOLE = SourceRecord(
    "a.mp4",
    KEY,
    "ok",
    sha256="0" * 64,
    report=ExtractionReport(frames=9, faceless=1),
    tracks=(TrackRecord("track_000", 8, 7, 1, 0.0, 0.5),),
    metadata={"label": "real"},
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / KEY).mkdir()
    place = tmp_path / KEY / RECORD
    WHOLE.write(place)
    return place


def test_round_trip(path: Path) -> None:
    assert SourceRecord.read(path) == WHOLE


@pytest.mark.parametrize(
    "changes",
    [
        {"source": 3},
        {"source": None},
        {"source": "half of a character \ud800"},
        {"key": "other-000000000000"},
        {"key": "../../elsewhere"},
        {"status": "fine"},
        {"status": ["ok"]},
        {"sha256": 7},
        {"report": {"frames": -1}},
        {"report": {"frames": 2**31}},
        {"report": {"frames": True}},
        {"report": {"pictures": 1}},
        {"report": None},
        {"tracks": [{}]},
        {"tracks": "track_000"},
        {"tracks": [{**WHOLE.tracks[0].__dict__, "name": "../../../etc/passwd"}]},
        {"tracks": [{**WHOLE.tracks[0].__dict__, "first_time": "now"}]},
        {"metadata": {"label": "\udfff"}},
        {"metadata": 5},
        {"colour": "blue"},
    ],
)
def test_damage_is_named(path: Path, changes: dict[str, Any]) -> None:
    values = json.loads(path.read_text())
    path.write_text(json.dumps({**values, **changes}))
    with pytest.raises(StoreError, match=f"{RECORD}: damaged source record"):
        SourceRecord.read(path)
