"""Which frames are looked at: evenly in time, over the whole video."""

from __future__ import annotations

import numpy as np
import pytest

from graphforensics.media.selection import (
    EvenFrames,
    EveryFrame,
    FrameSelection,
    Snippets,
    parse_selection,
)


def _random_times(rng: np.random.Generator, count: int) -> np.ndarray:
    """Frame times of a camera that changes its rate."""
    return np.concatenate([[0], np.cumsum(rng.choice([0.01, 0.04, 0.3], count - 1))])


def test_every_frame() -> None:
    assert EveryFrame().numbers([0.0, 0.1]) == [[0, 1]]
    for selection in (EveryFrame(), EvenFrames(3), Snippets(2, 2)):
        assert isinstance(selection, FrameSelection)
        assert selection.numbers([]) == []


@pytest.mark.parametrize("count", [1, 2, 7, 32])
def test_even_frames_are_those_on_display_in_the_middle_of_equal_spans(count: int) -> None:
    rng = np.random.default_rng(count)
    for _ in range(20):
        times = _random_times(rng, 400)
        runs = EvenFrames(count).numbers(times)
        end = times[-1] + np.median(np.diff(times))
        for place, [number] in enumerate(runs):
            middle = (place + 0.5) * end / count
            shown = max(n for n in range(len(times)) if times[n] <= middle)
            # A frame that stays on display for long is taken once; the next one stands in.
            assert abs(number - shown) <= count
        assert len(runs) == count
        assert len({run[0] for run in runs}) == count


def test_even_frames_follow_time_not_counts() -> None:
    # One second at 100 frames a second, then nine seconds at 10.
    times = np.concatenate([np.arange(100) / 100, 1 + np.arange(90) / 10])
    chosen = [run[0] for run in EvenFrames(10).numbers(times)]
    assert sum(number < 100 for number in chosen) == 1
    np.testing.assert_allclose(times[chosen], np.arange(10) + 0.5, atol=0.1)


def test_even_frames_cover_the_whole_video() -> None:
    for total in (1, 2, 31, 32, 33, 1000):
        chosen = [run[0] for run in EvenFrames(32).numbers(np.arange(total) / 25)]
        assert len(chosen) == min(32, total)
        assert chosen == sorted(set(chosen))
        assert chosen[0] <= total / 32
        assert chosen[-1] >= total - 1 - total / 32


@pytest.mark.parametrize(("snippets", "frames"), [(5, 20), (3, 1), (1, 8), (8, 3)])
def test_snippets(snippets: int, frames: int) -> None:
    rng = np.random.default_rng(snippets)
    for total in (1, frames, snippets * frames, snippets * frames + 1, 3 * snippets * frames, 999):
        runs = Snippets(snippets, frames).numbers(_random_times(rng, total))
        flat = [number for run in runs for number in run]
        assert flat == sorted(set(flat))
        assert flat[0] >= 0
        assert flat[-1] < total
        if total <= snippets * frames:
            assert runs == [list(range(total))]
            continue
        assert [len(run) for run in runs] == [frames] * snippets
        assert all(run == list(range(run[0], run[0] + frames)) for run in runs)


def test_snippets_are_centred_on_equal_spans_of_time() -> None:
    times = np.concatenate([np.arange(500) / 100, 5 + np.arange(150) / 10])
    runs = Snippets(4, 5).numbers(times)
    middles = [times[run[2]] for run in runs]
    np.testing.assert_allclose(middles, [2.5, 7.5, 12.5, 17.5], atol=0.11)


def test_parsing() -> None:
    assert parse_selection("all") == EveryFrame()
    assert parse_selection("frames:32") == EvenFrames(32)
    assert parse_selection("snippets:5x20") == Snippets(5, 20)


@pytest.mark.parametrize("text", ["", "some", "frames:", "frames:0", "frames:-1", "snippets:5",
                                  "snippets:0x3", "snippets:3x0", "all "])  # fmt: skip
def test_wrong_words(text: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        parse_selection(text)
