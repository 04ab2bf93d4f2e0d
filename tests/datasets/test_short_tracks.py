"""Glimpses are taken out, and told where nothing else is left of a file."""

from __future__ import annotations

import pyarrow as pa

from graphforensics.data import InputSpec
from graphforensics.datasets.short_tracks import without_short_tracks

ROWS = [
    # Both sides of the limit, ten of twenty frames.
    {"track_id": "a/0", "source": "a", "frames": 10, "status": "ok"},
    {"track_id": "a/1", "source": "a", "frames": 9, "status": "ok"},
    {"track_id": "b/0", "source": "b", "frames": 3, "status": "ok"},
    {"track_id": "b/1", "source": "b", "frames": 2, "status": "ok"},
    {"track_id": None, "source": "c", "frames": 0, "status": "no_face"},
    {"track_id": "d/0", "source": "d", "frames": 1, "status": "ok"},
    {"track_id": "d/1", "source": "d", "frames": 400, "status": "ok"},
]


def test_glimpses_are_taken_out() -> None:
    spec = InputSpec("clip", size=32, snippets=5, frames=20)
    table = without_short_tracks(pa.Table.from_pylist(ROWS), spec)
    rows = [(row["track_id"], row["source"], row["status"]) for row in table.to_pylist()]
    assert rows == [
        ("a/0", "a", "ok"),
        (None, "b", "too_short"),
        (None, "c", "no_face"),
        ("d/1", "d", "ok"),
    ]


def test_single_frames_need_no_length() -> None:
    table = pa.Table.from_pylist(ROWS)
    assert without_short_tracks(table, InputSpec("image", size=32)).equals(table)


def test_an_empty_table_stays_empty() -> None:
    table = pa.Table.from_pylist(ROWS)[:0]
    assert len(without_short_tracks(table, InputSpec("clip", size=32, frames=20))) == 0
