from __future__ import annotations

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from graphforensics.explain import Explanation, FaithfulnessTable
from graphforensics.visualization import draw_explanation

FACE = np.full((20, 20, 3), 120, dtype=np.uint8)
FOUND = Explanation(
    "mrl",
    "removal",
    0.5,
    0.62,
    pixels=torch.arange(16.0).view(4, 4) - 8,
    nodes=torch.tensor([1.0, -2.0, 0.5]),
    edges=torch.tensor([0.1, -0.7, 0.3]),
    time=torch.tensor([0.4, -0.1]),
    pos=torch.tensor([[0.2, 0.2], [0.8, 0.2], [0.5, 0.8]]),
    edge_index=torch.tensor([[0, 1, 2], [1, 2, 2]]),
)


def marks(figure: Figure) -> set[str]:
    return {str(artist.get_gid()) for artist in figure.findobj() if artist.get_gid()}


def words(figure: Figure) -> str:
    return " ".join(text.get_text() for text in figure.findobj(lambda a: hasattr(a, "get_text")))


def test_every_part_is_drawn_with_the_score() -> None:
    figure = FOUND.draw(FACE)
    # A relation of a node to itself has no line.
    assert {"face", "heat", "nodes", "relation-0", "relation-1"} <= marks(figure)
    assert "relation-2" not in marks(figure)
    assert "probability of forgery 62 % (faithfulness: not measured)" in words(figure)
    heights = [bar.get_height() for bar in figure.axes[3].patches]
    assert np.allclose(heights, [0.4, -0.1])


def test_the_scale_is_even_around_nothing() -> None:
    (heat,) = [one for one in FOUND.draw(FACE).axes[1].images if one.get_gid() == "heat"]
    assert (heat.norm.vmin, heat.norm.vmax) == (-8, 8)


def test_what_failed_is_hidden_unless_asked_for() -> None:
    table = FaithfulnessTable({"mrl": {"removal": "failed"}})
    hidden = FOUND.draw(FACE, table)
    assert not {"heat", "nodes", "relation-0"} & marks(hidden)
    assert "no better than a random" in words(hidden).replace("\n", " ")
    assert {"heat", "nodes"} <= marks(FOUND.draw(FACE, table, unproven=True))


def test_what_is_missing_says_why() -> None:
    figure = draw_explanation(FACE, notes={"pixels": "no map", "time": "no time"})
    assert "no map" in words(figure)
    assert "no time" in words(figure)


def test_a_wrong_picture_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'face' must be \[H, W, 3\] uint8"):
        draw_explanation(FACE[..., 0])
