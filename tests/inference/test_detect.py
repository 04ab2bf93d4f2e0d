"""A verdict with a number where there is a face, and words where there is none."""

from __future__ import annotations

import copy
import importlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from graphforensics.datasets.moving_face import moving_face
from graphforensics.errors import GraphForensicsError, MissingDataError
from graphforensics.inference import detect, examine, read_inputs
from graphforensics.inference.detect import CAVEAT
from graphforensics.media.open_media import Media, open_media
from graphforensics.media.write_clip import write_clip
from graphforensics.models import MRL


def test_the_probability_is_the_mean_of_the_model_s(astronaut_clip: Path, tiny_model: MRL) -> None:
    report = detect(astronaut_clip, tiny_model)
    inputs = read_inputs(astronaut_clip, tiny_model.input_spec, clips=3)[0].inputs
    with torch.no_grad():
        output = tiny_model(tiny_model.input_spec.normalize(inputs))
    # Detection may compute in bfloat16.
    wanted = output.probability.double()
    assert report.probability == pytest.approx(wanted.mean().item(), abs=0.01)
    person = report.persons[0]
    assert person.probability == report.probability == pytest.approx(np.mean(person.scores))
    assert person.scores == pytest.approx(wanted.tolist(), abs=0.01)
    assert person.logit == pytest.approx(output.logit.mean().item(), abs=0.05)
    read_out = [snippet.probability for snippet in person.snippets]
    assert read_out == pytest.approx(output.snippet_logits.sigmoid().flatten().tolist(), abs=0.01)
    assert read_out[1::2] == pytest.approx(person.scores)


@pytest.mark.parametrize(("frames", "samples"), [(40, 3), (14, 2), (8, 1)])
def test_clips_are_looked_at_in_several_places_by_default(
    tmp_path: Path, tiny_model: MRL, frames: int, samples: int
) -> None:
    write_clip(tmp_path / "clip.mp4", moving_face(frames))
    report = detect(tmp_path / "clip.mp4", tiny_model)
    assert len(report.persons[0].scores) == samples
    assert report.frames_looked_at == min(6 * samples, frames)
    assert report.spread.samples == samples


def test_eight_frames_over_the_whole_clip_by_default(
    astronaut_clip: Path, image_model: MRL
) -> None:
    report = detect(astronaut_clip, image_model)
    (person,) = report.persons
    # The frame on display in the middle of each of eight equal spans of 40 frames.
    assert [frame.number for frame in person.frames] == [2, 7, 12, 17, 22, 27, 32, 37]
    scores = person.scores
    assert (len(scores), report.frames_looked_at) == (8, 8)
    told = report.to_dict()["spread"]
    assert told["sd"] == pytest.approx(np.std(scores, ddof=1))
    assert (told["min"], told["max"], told["samples"]) == (min(scores), max(scores), 8)
    assert report.sample == "frame"
    sd = np.std(scores, ddof=1)
    wanted = f"8 frames: sd {sd:.3f}, from {min(scores):.3f} to {max(scores):.3f}"
    assert report.lines()[1] == wanted
    assert len(detect(astronaut_clip, image_model, clips=1).persons[0].scores) == 1


def test_a_person_seen_in_a_part_gives_as_many_samples_as_the_part(
    tmp_path: Path, image_model: MRL
) -> None:
    frames = [*moving_face(12), *[np.full((288, 384, 3), 90, np.uint8)] * 12]
    write_clip(tmp_path / "half.mp4", frames)
    report = detect(tmp_path / "half.mp4", image_model)
    numbers = [frame.number for frame in report.persons[0].frames]
    assert len(report.persons[0].scores) == len(set(numbers)) == 4
    assert (report.frames_looked_at, report.frames_without_face) == (8, 4)


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
    odds = probability / (1 - probability)
    for factor, verdict in [(3, "forged"), (1.5, "inconclusive"), (0.6, "inconclusive")]:
        report = detect(astronaut_clip, tiny_model, threshold=odds / factor / (1 + odds / factor))
        assert report.verdict == report.persons[0].verdict == verdict
    high = detect(astronaut_clip, tiny_model, threshold=3 * odds / (1 + 3 * odds))
    assert high.verdict == "not forged"
    assert (high.threshold_origin, high.rule.word(probability)) == ("given", "not forged")
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


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_a_score_that_is_no_number_is_no_verdict(
    astronaut_clip: Path, tiny_model: MRL, value: str
) -> None:
    broken = copy.deepcopy(tiny_model)
    with torch.no_grad():
        broken.learner.classifier[-1].bias.fill_(float(value))
    with pytest.raises(GraphForensicsError, match="score is not a number") as refused:
        detect(astronaut_clip, broken)
    assert str(refused.value).startswith(f"{astronaut_clip}: face 0: ")


def test_a_heat_map_changes_no_figure(
    tmp_path: Path, astronaut_clip: Path, image_model: MRL
) -> None:
    plain = detect(astronaut_clip, image_model).to_dict()
    assert detect(astronaut_clip, image_model, heatmap=tmp_path / "heat.png").to_dict() == plain


def test_the_file_is_opened_once(
    astronaut_clip: Path, tiny_model: MRL, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []

    def counted(path: Path) -> Media:
        opened.append(path)
        return open_media(path)

    for name in ("inference.inputs", "preprocess.pipeline.extract_tracks"):
        importlib.import_module(f"graphforensics.{name}")
        # The package's attribute of that name may be the function.
        monkeypatch.setattr(sys.modules[f"graphforensics.{name}"], "open_media", counted)
    examine(astronaut_clip, tiny_model, graph=True, heat=True)
    assert len(opened) == 1


def test_names_cannot_forge_lines(tmp_path: Path, image_model: MRL) -> None:
    name = "face\nall.mp4: not forged\x1b]0;x\x07.png"
    Image.fromarray(next(moving_face(1))).save(tmp_path / name)
    line = detect(tmp_path / name, image_model).lines()[0]
    assert line.isprintable()
    assert r"face\nall.mp4: not forged\x1b]0;x\x07.png: " in line


def test_images(tmp_path: Path, tiny_model: MRL, image_model: MRL) -> None:
    Image.fromarray(next(moving_face(1))).save(tmp_path / "face.png")
    report = detect(tmp_path / "face.png", image_model)
    assert report.probability is not None
    assert len(report.persons[0].frames) == 1
    assert not any("score so far" in line for line in report.lines())
    assert report.lines()[1] == "1 frame"
    with pytest.raises(MissingDataError, match="a still image"):
        detect(tmp_path / "face.png", tiny_model)


def test_a_heat_map_is_drawn_of_a_scored_face_only(
    tmp_path: Path, astronaut_clip: Path, tiny_model: MRL
) -> None:
    detect(astronaut_clip, tiny_model, heatmap=tmp_path / "heat.png")
    with Image.open(tmp_path / "heat.png") as picture:
        assert np.asarray(picture).std() > 20
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
