from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from graphforensics.visualization import draw_heat, heat_tiles


def _faces(count: int) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (16, 16, 3), dtype=np.uint8) for _ in range(count)]


def _heat(count: int) -> list[np.ndarray]:
    return list(np.random.default_rng(1).uniform(size=(count, 8, 8)))


def _texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text)]


def test_tiles_are_half_face_and_half_heat() -> None:
    face, heat = np.full((8, 8, 3), 100, np.uint8), np.zeros((4, 4))
    tiles = heat_tiles([face, face], [[heat, heat + 1]])
    assert tiles.shape == (448, 448, 3)
    assert (tiles[:224] == 100).all()
    # The ends of matplotlib's inferno: almost black, and a light yellow.
    np.testing.assert_allclose(tiles[300, 100], [50, 50, 51.5], atol=1)
    np.testing.assert_allclose(tiles[300, 300], [(100 + c) / 2 for c in (252, 255, 164)], atol=1)


@pytest.mark.parametrize("count", [1, 3, 8])
def test_every_face_has_its_time_and_every_heat_its_scale(count: int) -> None:
    times = [0.5 + step for step in range(count)]
    figure = draw_heat(
        _faces(count), _heat(count), times, _heat(count), [0.6] * count, 0.4, (0.3, 0.5), 0.6, "T"
    )
    told = _texts(figure)
    assert [text for text in told if text.endswith(" s")] == [f"{time:.2f} s" for time in times]
    assert {"T", "The face", "share of the sample's peak", "probability"} <= set(told)
    scales = figure.findobj(lambda artist: str(artist.get_gid()).startswith("scale-"))
    assert [scale.get_ylim() for scale in scales] == [(0, 1), (0, 1)]
    (threshold,) = figure.findobj(lambda artist: artist.get_gid() == "threshold")
    assert set(threshold.get_ydata()) == {0.4}
    # Squares of one size, none over another.
    figure.canvas.draw()
    boxes = [
        axes.get_position()
        for axes in figure.axes
        if str(axes.get_gid()).split("-")[0] in ("face", "heat", "own")
    ]
    width, height = figure.get_size_inches()
    assert len(boxes) == 3 * count
    for number, box in enumerate(boxes):
        assert (box.width * width, box.height * height) == pytest.approx((1.5, 1.5))
        assert not any(box.overlaps(other) for other in boxes[:number])


def test_a_heat_without_scores_has_no_chart() -> None:
    figure = draw_heat(_faces(2), _heat(2))
    assert figure.findobj(lambda artist: artist.get_gid() == "threshold") == []


def test_counts_must_agree() -> None:
    with pytest.raises(ValueError, match="'faces' is empty"):
        draw_heat([], [])
    with pytest.raises(ValueError, match=r"'heat' must hold 2 entries \(got 1\)"):
        draw_heat(_faces(2), _heat(1))
    with pytest.raises(ValueError, match=r"'times' must hold 2 entries \(got 1\)"):
        draw_heat(_faces(2), _heat(2), [0.0])
    with pytest.raises(ValueError, match=r"'own' must hold 2 entries \(got 3\)"):
        draw_heat(_faces(2), _heat(2), own=_heat(3))
