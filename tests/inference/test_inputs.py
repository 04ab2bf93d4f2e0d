"""From a file to a detector's samples: the right frames, the right pixels, bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from graphforensics.data import InputSpec
from graphforensics.datasets.moving_face import moving_face
from graphforensics.errors import MissingDataError, UnreadableMediaError
from graphforensics.inference import read_inputs
from graphforensics.inference.inputs import selection
from graphforensics.media.write_clip import write_clip
from graphforensics.preprocess.pipeline.extract import extract
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.extraction_report import ExtractionReport
from graphforensics.store.face_store import FaceStore

CLIP = InputSpec("clip", size=48, snippets=2, frames=5)


def test_the_samples_are_those_of_a_store(astronaut_clip: Path, tmp_path: Path) -> None:
    report = ExtractionReport()
    people = read_inputs(astronaut_clip, CLIP, report=report)
    assert len(people) == 1
    options = ExtractionOptions(selection=selection(CLIP))
    extract([astronaut_clip], tmp_path / "store", options, workers=0)
    track = FaceStore(tmp_path / "store")[0]
    assert torch.equal(people[0].inputs[0], track.clip(CLIP))
    rows = np.array(track.clip_rows(CLIP))
    assert people[0].numbers[0].tolist() == track.numbers[rows].tolist()
    assert people[0].times[0].tolist() == track.times[rows].tolist()
    np.testing.assert_allclose(people[0].boxes[0], track.boxes[rows], rtol=1e-6)
    assert (report.frames, report.faceless) == (10, 0)


def test_runs_are_consecutive_and_over_the_whole_file(astronaut_clip: Path) -> None:
    person = read_inputs(astronaut_clip, CLIP)[0]
    assert person.inputs.shape == (1, *CLIP.shape)
    assert person.inputs.dtype == torch.uint8
    assert (np.diff(person.numbers, axis=2) == 1).all()
    middles = person.numbers[0].mean(axis=1)
    # Forty frames: the middles of the two halves.
    assert middles == pytest.approx([10, 30], abs=1.5)
    assert person.times == pytest.approx(person.numbers / 25)
    assert person.enough
    assert person.frames == 10
    assert len(person.crops) == 2
    assert all(crop.shape[2] == 3 and crop.dtype == np.uint8 for crop in person.crops)


def test_several_samples_share_no_frame(astronaut_clip: Path) -> None:
    person = read_inputs(astronaut_clip, CLIP, clips=3)[0]
    assert person.inputs.shape == (3, *CLIP.shape)
    assert len(np.unique(person.numbers)) == 30
    with pytest.raises(ValueError, match="'clips' must be at least 1"):
        read_inputs(astronaut_clip, CLIP, clips=0)


@pytest.mark.parametrize(
    "spec", [InputSpec("image", size=40), InputSpec("frames", size=40, frames=4)]
)
def test_other_kinds_of_input(astronaut_clip: Path, spec: InputSpec) -> None:
    person = read_inputs(astronaut_clip, spec)[0]
    assert person.inputs.shape == (1, *spec.shape)
    assert person.numbers.size == spec.frames


def test_an_image_is_for_detectors_of_images(tmp_path: Path) -> None:
    Image.fromarray(next(moving_face(1))).save(tmp_path / "face.png")
    person = read_inputs(tmp_path / "face.png", InputSpec("image", size=40))[0]
    assert person.inputs.shape == (1, 3, 40, 40)
    with pytest.raises(MissingDataError, match=r"face\.png: a still image"):
        read_inputs(tmp_path / "face.png", CLIP)


def test_a_short_clip_is_read_forth_and_back(tmp_path: Path) -> None:
    write_clip(tmp_path / "short.mp4", moving_face(4))
    person = read_inputs(tmp_path / "short.mp4", CLIP)[0]
    assert person.enough
    assert person.numbers.tolist() == [[[0, 1, 2, 3, 2], [0, 1, 2, 3, 2]]]


def test_every_run_of_a_short_clip_has_its_own_picture(astronaut_clip: Path) -> None:
    person = read_inputs(astronaut_clip, InputSpec("clip", size=112, snippets=3, frames=16))[0]
    # Forty frames, fewer than three runs of sixteen: the runs overlap.
    assert person.numbers[0, :, 8].tolist() == [8, 20, 32]
    for crop, frames in zip(person.crops, person.inputs[0].permute(0, 2, 3, 4, 1), strict=True):
        small = np.asarray(Image.fromarray(crop).resize((112, 112), Image.Resampling.BILINEAR))
        same = [np.abs(frame.numpy().astype(int) - small).max() <= 1 for frame in frames]
        assert 4 <= same.index(True) <= 12


def test_a_glimpse_is_not_enough(tmp_path: Path) -> None:
    write_clip(tmp_path / "glimpse.mp4", moving_face(4))
    person = read_inputs(tmp_path / "glimpse.mp4", InputSpec("clip", size=32, snippets=2, frames=9))
    assert [entry.enough for entry in person] == [False]


def test_two_people_are_two_entries(tmp_path: Path) -> None:
    def both() -> Iterator[NDArray[np.uint8]]:
        one = moving_face(20, size=(288, 288), sway=8)
        other = moving_face(20, size=(288, 288), sway=8, seed=5)
        for left, right in zip(one, other, strict=True):
            yield np.concatenate([left, np.ascontiguousarray(right[:, ::-1])], axis=1)

    write_clip(tmp_path / "two.mp4", both())
    people = read_inputs(tmp_path / "two.mp4", CLIP)
    assert len(people) == 2
    sides = sorted(float(person.boxes[..., 0].mean()) for person in people)
    assert sides[0] < 288 < sides[1]


def test_no_face_is_an_empty_list(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    grey = (rng.integers(90, 110, (120, 160, 3), dtype=np.uint8) for _ in range(12))
    write_clip(tmp_path / "none.mp4", grey)
    report = ExtractionReport()
    assert read_inputs(tmp_path / "none.mp4", CLIP, report=report) == []
    assert report.frames == report.faceless == 10


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableMediaError, match=r"none\.mp4: no such file"):
        read_inputs(tmp_path / "none.mp4", CLIP)


def test_large_faces_are_kept_small_for_pictures(tmp_path: Path) -> None:
    write_clip(tmp_path / "large.mp4", moving_face(6, size=(900, 900), scale=5.0, sway=5))
    person = read_inputs(tmp_path / "large.mp4", InputSpec("clip", 32, snippets=1, frames=4))[0]
    assert max(person.crops[0].shape) == 512
