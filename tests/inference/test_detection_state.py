from __future__ import annotations

from pathlib import Path

import pytest

from graphforensics.errors import OutputError
from graphforensics.inference.detection_state import DetectionState, settings_hash
from graphforensics.models import MRL


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    place = tmp_path / "clip.mp4"
    place.write_bytes(b"pixels")
    return place


def test_what_was_added_is_found_again(tmp_path: Path, clip: Path) -> None:
    place = tmp_path / "state.jsonl"
    DetectionState(place, "a").add(clip, {"score": 0.25, "name": "片"})
    assert DetectionState(place, "a").find(clip) == {"score": 0.25, "name": "片"}
    assert DetectionState(place, "b").find(clip) is None
    assert DetectionState(None, "a").find(clip) is None
    clip.write_bytes(b"other pixels")
    assert DetectionState(place, "a").find(clip) is None
    clip.unlink()
    assert DetectionState(place, "a").find(clip) is None


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_half_a_line_loses_itself_only(tmp_path: Path, clip: Path, cut: int) -> None:
    place, other = tmp_path / "state.jsonl", tmp_path / "other.mp4"
    other.write_bytes(b"x")
    state = DetectionState(place, "a")
    state.add(clip, {"score": 1})
    state.add(other, {"score": 2})
    place.write_bytes(place.read_bytes()[:-cut])
    again = DetectionState(place, "a")
    assert again.find(clip) == {"score": 1}
    # Without its newline a line may still be whole.
    assert again.find(other) == ({"score": 2} if cut == 1 else None)
    again.add(other, {"score": 3})
    last = DetectionState(place, "a")
    assert (last.find(clip), last.find(other)) == ({"score": 1}, {"score": 3})


def test_lines_of_something_else_are_passed_over(tmp_path: Path, clip: Path) -> None:
    place = tmp_path / "state.jsonl"
    place.write_bytes(b'[]\n{"file": 1}\n\xff\xfe\n"text"\n')
    state = DetectionState(place, "a")
    assert state.find(clip) is None
    state.add(clip, {"score": 1})
    assert DetectionState(place, "a").find(clip) == {"score": 1}


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, clip: Path) -> None:
    with pytest.raises(OutputError, match=r"state\.jsonl: cannot be written"):
        DetectionState(tmp_path / "none" / "state.jsonl", "a").add(clip, {})
    with pytest.raises(OutputError, match="cannot be read"):
        DetectionState(tmp_path, "a")


def test_weights_calibration_and_options_decide(tmp_path: Path, image_model: MRL) -> None:
    place = tmp_path / "best"
    image_model.save_pretrained(place)
    first = settings_hash(place, clips=None, threshold=0.5)
    assert settings_hash(place, threshold=0.5, clips=None) == first
    assert settings_hash(place, clips=3, threshold=0.5) != first
    (place / "calibration.json").write_text("{}")
    assert settings_hash(place, clips=None, threshold=0.5) != first
