from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from graphforensics.visualization import draw_scores


@pytest.fixture
def axes() -> Axes:
    return Figure().add_subplot()


def _drawn(axes: Axes, gid: str) -> list[object]:
    return axes.findobj(lambda artist: artist.get_gid() == gid)


def test_the_threshold_band_and_mean_are_the_verdict_s(axes: Axes) -> None:
    draw_scores(axes, [0.2, 0.9, 0.4], threshold=0.3, band=(0.2, 0.6), verdict=0.5)
    (threshold,), (points,) = _drawn(axes, "threshold"), _drawn(axes, "verdicts")
    assert set(threshold.get_ydata()) == {0.3}
    np.testing.assert_array_equal(points.get_xydata(), [[0, 0.2], [1, 0.9], [2, 0.4]])
    (band,), (mean,) = _drawn(axes, "band"), _drawn(axes, "verdict")
    box = band.get_extents().transformed(axes.transData.inverted())
    assert (box.y0, box.y1) == pytest.approx((0.2, 0.6))
    assert mean.get_ydata() == [0.5]
    labels = [text.get_text() for text in axes.get_yticklabels()]
    assert labels == ["not forged  0 %", "threshold  30 %", "forged  100 %"]
    words = {text.get_text() for text in axes.texts}
    assert {"20 %", "90 %", "40 %", "50 %", "inconclusive", "mean of all"} == words


def test_what_is_not_known_is_not_drawn(axes: Axes) -> None:
    draw_scores(axes, [0.7], joined=False)
    assert _drawn(axes, "band") == _drawn(axes, "verdict") == []
    assert [text.get_text() for text in axes.texts] == ["70 %"]
    (points,) = _drawn(axes, "verdicts")
    assert points.get_linestyle() == "None"
