"""Which rows make a sample: evenly over the whole track, inside segments, reflected."""

from __future__ import annotations

import numpy as np
import pytest

from graphforensics.data import InputSpec
from graphforensics.data.clip_rows import clip_rows

CLIP = InputSpec("clip", size=8, snippets=5, frames=20)


def _straddles(rows: list[int], segments: np.ndarray) -> bool:
    return len({int(segments[row]) for row in rows}) > 1


@pytest.mark.parametrize("length", [100, 101, 137, 300, 1999])
def test_first_run_starts_at_the_first_row_and_last_run_ends_at_the_last(length: int) -> None:
    runs = clip_rows([0] * length, CLIP)
    assert len(runs) == 5
    assert all(run == list(range(run[0], run[0] + 20)) for run in runs)
    assert runs[0][0] == 0
    assert runs[-1][-1] == length - 1
    gaps = np.diff([run[0] for run in runs])
    assert gaps.max() - gaps.min() <= 1


def test_literal_runs() -> None:
    spec = InputSpec("clip", size=8, snippets=3, frames=2)
    assert clip_rows([0] * 8, spec) == [[0, 1], [3, 4], [6, 7]]
    assert clip_rows([0] * 8, spec, offset=0.0) == [[0, 1], [2, 3], [4, 5]]
    assert clip_rows([0] * 8, spec, offset=1.0) == [[2, 3], [4, 5], [6, 7]]


def test_single_run_moves_over_the_whole_track() -> None:
    spec = InputSpec("clip", size=8, snippets=1, frames=2)
    starts = [clip_rows([0] * 6, spec, offset)[0][0] for offset in (0.0, 0.5, 1.0)]
    assert starts == [0, 2, 4]


def test_frames_are_runs_of_one_row_and_an_image_is_one_row() -> None:
    frames = clip_rows([0] * 10, InputSpec("frames", size=8, frames=4))
    assert frames == [[0], [3], [6], [9]]
    assert clip_rows([0] * 11, InputSpec("image", size=8)) == [[5]]


def test_runs_stay_inside_one_segment_where_one_is_long_enough() -> None:
    segments = np.repeat([0, 1, 2], [30, 7, 40])
    runs = clip_rows(segments, CLIP)
    assert not any(_straddles(run, segments) for run in runs)
    assert runs[0][0] == 0
    assert runs[-1][-1] == len(segments) - 1


def test_snippets_of_extraction_are_taken_as_they_are() -> None:
    segments = np.repeat(np.arange(5), 20)
    assert [run[0] for run in clip_rows(segments, CLIP)] == [0, 20, 40, 60, 80]


def test_runs_straddle_only_when_no_segment_is_long_enough() -> None:
    segments = np.repeat(np.arange(30), 4)
    runs = clip_rows(segments, CLIP)
    assert [run[0] for run in runs] == [0, 25, 50, 75, 100]


def test_short_tracks_are_reflected() -> None:
    spec = InputSpec("clip", size=8, snippets=2, frames=7)
    # NumPy's own reflection is the oracle.
    expected = np.pad(np.arange(4), (0, 3), mode="reflect").tolist()
    assert clip_rows([0] * 4, spec) == [expected, expected]
    assert clip_rows([0], spec) == [[0] * 7] * 2
    assert clip_rows([0, 0], spec)[0] == [0, 1, 0, 1, 0, 1, 0]


def test_random_starts_cover_their_span_and_stay_in_order() -> None:
    spec = InputSpec("clip", size=8, snippets=4, frames=3)
    rng = np.random.default_rng(0)
    draws = [clip_rows([0] * 43, spec, rng) for _ in range(400)]
    starts = np.array([[run[0] for run in runs] for runs in draws])
    # 41 possible starts in four equal spans; every start is drawn, each from its own span.
    assert set(starts.ravel().tolist()) == set(range(41))
    assert (np.diff(starts, axis=1) >= 0).all()
    bounds = np.array([0, 10.25, 20.5, 30.75, 41])
    assert (starts >= np.floor(bounds[:-1])).all()
    assert (starts < bounds[1:]).all()


def test_equal_generators_give_equal_rows() -> None:
    first = clip_rows([0] * 200, CLIP, np.random.default_rng(7))
    assert first == clip_rows([0] * 200, CLIP, np.random.default_rng(7))
    assert first != clip_rows([0] * 200, CLIP)


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match=r"'offset' must be in \[0, 1\] \(got 1.5\)"):
        clip_rows([0] * 200, CLIP, 1.5)
    with pytest.raises(ValueError, match="'segments' is empty"):
        clip_rows([], CLIP)
