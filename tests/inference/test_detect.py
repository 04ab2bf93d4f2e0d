"""A verdict with a number where there is a face, and words where there is none."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from graphforensics.datasets.moving_face import moving_face
from graphforensics.errors import MissingDataError
from graphforensics.inference import detect, read_inputs
from graphforensics.inference.detect import CAVEAT
from graphforensics.media.write_clip import write_clip
from graphforensics.models import MRL


def test_the_probability_is_the_model_s(astronaut_clip: Path, tiny_model: MRL) -> None:
    report = detect(astronaut_clip, tiny_model)
    inputs = read_inputs(astronaut_clip, tiny_model.input_spec)[0].inputs
    with torch.no_grad():
        output = tiny_model(tiny_model.input_spec.normalize(inputs))
    # Detection may compute in bfloat16.
    assert report.probability == pytest.approx(output.probability.item(), abs=0.01)
    person = report.persons[0]
    assert person.probability == report.probability
    read_out = [snippet.probability for snippet in person.snippets]
    assert read_out == pytest.approx(output.snippet_logits.sigmoid()[0].tolist(), abs=0.01)
    assert read_out[-1] == pytest.approx(report.probability)


def test_the_report_says_where_the_score_is_from(astronaut_clip: Path, tiny_model: MRL) -> None:
    report = detect(astronaut_clip, tiny_model, clips=2)
    person = report.persons[0]
    assert [snippet.clip for snippet in person.snippets] == [0, 0, 1, 1]
    assert all(0 <= snippet.start < snippet.end <= 1.6 for snippet in person.snippets)
    last = [person.snippets[1].probability, person.snippets[3].probability]
    assert person.probability == pytest.approx(np.mean(last))
    assert len(person.frames) == 12
    assert all(frame.time == pytest.approx(frame.number / 25) for frame in person.frames)
    x0, y0, x1, y1 = person.frames[0].box
    assert 0 < x1 - x0 < 300
    assert 0 < y1 - y0 < 300
    assert report.frames_looked_at == 12
    assert report.notes == [CAVEAT]
    told = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert told["persons"][0]["snippets"][0]["probability"] == person.snippets[0].probability


def test_the_threshold_makes_the_verdict(astronaut_clip: Path, tiny_model: MRL) -> None:
    probability = detect(astronaut_clip, tiny_model).probability
    assert probability is not None
    low, high = probability - 0.1, probability + 0.1
    assert detect(astronaut_clip, tiny_model, threshold=low).verdict == "likely forged"
    assert detect(astronaut_clip, tiny_model, threshold=high).verdict == "no forgery found"
    with pytest.raises(ValueError, match="'threshold' must be in"):
        detect(astronaut_clip, tiny_model, threshold=1.0)


def test_no_face_is_no_number(tmp_path: Path, tiny_model: MRL) -> None:
    grey = (np.full((120, 160, 3), 80 + n, dtype=np.uint8) for n in range(8))
    write_clip(tmp_path / "none.mp4", grey)
    report = detect(tmp_path / "none.mp4", tiny_model)
    assert report.probability is None
    assert report.verdict == "no face found"
    assert report.frames_looked_at == report.frames_without_face == 6
    assert "probability" not in "\n".join(report.lines())


def test_a_glimpse_of_a_face_is_no_number(tmp_path: Path) -> None:
    model = MRL(encoder="resnet10t", encoder_stage=1, regions=2, snippets=1, frames=20, size=32)
    write_clip(tmp_path / "glimpse.mp4", moving_face(4))
    report = detect(tmp_path / "glimpse.mp4", model.eval())
    assert report.probability is None
    assert report.verdict == "no face was seen for long enough to be scored"
    assert "not scored" in "\n".join(report.lines())


def test_repeated_frames_are_told(tmp_path: Path, tiny_model: MRL) -> None:
    write_clip(tmp_path / "short.mp4", moving_face(4))
    report = detect(tmp_path / "short.mp4", tiny_model)
    assert report.probability is not None
    assert any("seen in 4 frames, the model reads 6" in note for note in report.notes)


def test_images(tmp_path: Path, tiny_model: MRL, image_model: MRL) -> None:
    Image.fromarray(next(moving_face(1))).save(tmp_path / "face.png")
    report = detect(tmp_path / "face.png", image_model)
    assert report.probability is not None
    assert len(report.persons[0].frames) == 1
    assert not any("score so far" in line for line in report.lines())
    with pytest.raises(MissingDataError, match="a still image"):
        detect(tmp_path / "face.png", tiny_model)


def test_a_heat_map_is_drawn_of_a_scored_face_only(
    tmp_path: Path, astronaut_clip: Path, tiny_model: MRL
) -> None:
    detect(astronaut_clip, tiny_model, heatmap=tmp_path / "heat.png")
    with Image.open(tmp_path / "heat.png") as picture:
        assert picture.size == (448, 448)
    write_clip(tmp_path / "none.mp4", (np.full((96, 128, 3), 60, np.uint8) for _ in range(8)))
    detect(tmp_path / "none.mp4", tiny_model, heatmap=tmp_path / "none.png")
    assert not (tmp_path / "none.png").exists()


def test_what_was_done_to_the_frames_is_told(tmp_path: Path, tiny_model: MRL) -> None:
    clip = tmp_path / "sideways.mp4"
    write_clip(clip, (np.ascontiguousarray(np.rot90(frame)) for frame in moving_face(8)))
    report = detect(clip, tiny_model)
    assert report.probability is not None
    assert any("turned by a quarter turn to the right" in note for note in report.notes)
    write_clip(tmp_path / "night.mp4", [np.full((64, 64, 3), 3, np.uint8)] * 4)
    report = detect(tmp_path / "night.mp4", tiny_model)
    assert report.probability is None
    assert any("very dark" in note for note in report.notes)
