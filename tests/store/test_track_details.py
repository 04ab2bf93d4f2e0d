"""What the manifest says of a track, as attributes."""

from __future__ import annotations

from graphforensics.store.track_details import TrackDetails

ROW = {
    "track_id": "a-0123456789ab/track_001",
    "source": "fake/a.mp4",
    "frames": 12,
    "label": "fake",
    "identity": "anna",
    "manipulation": "swap",
    "dataset": "drawn",
    "video": "a",
    "origin": "real/a.mp4",
    "mask": "mask/a.mp4",
    "quality": "c23",
    "split": "test",
}


def test_every_column_has_its_name() -> None:
    details = TrackDetails(ROW)
    assert (details.track_id, details.source) == (ROW["track_id"], "fake/a.mp4")
    assert details.frames == len(details) == 12
    assert (details.label, details.identity, details.manipulation) == ("fake", "anna", "swap")
    assert (details.dataset, details.video, details.origin) == ("drawn", "a", "real/a.mp4")
    assert (details.mask, details.quality_level, details.split) == ("mask/a.mp4", "c23", "test")
    assert repr(details) == "TrackDetails('a-0123456789ab/track_001', frames=12, label=fake)"


def test_what_is_not_known_is_none_and_a_video_is_its_file() -> None:
    details = TrackDetails({"track_id": "b-1/track_000", "source": "b.mp4", "frames": 1})
    assert details.video == "b.mp4"
    assert {details.label, details.identity, details.mask, details.split} == {None}
