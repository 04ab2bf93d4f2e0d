from __future__ import annotations

import numpy as np
import pytest
import torch

from graphforensics.data import FaceGraph
from graphforensics.visualization import (
    draw_class_attention,
    draw_relation_matrix,
    draw_verdict,
)

FACE = np.full((40, 40, 3), 128, np.uint8)


def tokens(looked: torch.Tensor, **attributes: torch.Tensor) -> FaceGraph:
    nodes = len(looked)
    return FaceGraph.from_dense(
        torch.rand(nodes, 3),
        torch.rand(nodes, nodes),
        pos=torch.rand(nodes, 2),
        kind="token",
        class_attention=looked,
        **attributes,
    )


def shown(figure, name: str):
    images = [image for axes in figure.axes for image in axes.images]
    (found,) = [image for image in images if image.get_gid() == name]
    return found


def frames(figure) -> dict[str, tuple[float, ...]]:
    patches = [patch for axes in figure.axes for patch in axes.patches]
    return {
        patch.get_gid(): (*patch.get_xy(), patch.get_width(), patch.get_height())
        for patch in patches
        if str(patch.get_gid()).startswith("hidden")
    }


def test_each_place_has_its_attention_in_raster_order():
    looked = torch.rand(9)
    values = shown(draw_class_attention(tokens(looked), FACE), "class-attention").get_array()
    np.testing.assert_allclose(values, looked.view(3, 3).numpy())


def test_hidden_places_are_framed_where_they_are():
    kept = torch.ones(4).bool()
    kept[1] = False  # above, to the right
    figure = draw_class_attention(tokens(torch.rand(4), place_kept=kept), FACE)
    ((name, (x, y, width, height)),) = frames(figure).items()
    assert name == "hidden-1"
    assert 0.5 < x < x + width < 1
    assert 0 < y < y + height < 0.5
    assert "framed" in figure.axes[0].get_title(loc="left")
    assert "framed" not in draw_class_attention(tokens(torch.rand(4)), FACE).axes[0].get_title(
        loc="left"
    )


def test_the_verdict_on_tokens_shows_both():
    figure = draw_verdict(tokens(torch.rand(49)), [FACE])
    assert shown(figure, "class-attention").get_array().shape == (7, 7)
    matrix = shown(figure, "relations")
    assert matrix.get_array().shape == (49, 49)
    low, high = matrix.get_clim()
    assert (low, high) == pytest.approx((matrix.get_array().min(), matrix.get_array().max()))
    loose = tokens(torch.rand(9))
    loose.edge_index, loose.edge_weight = loose.edge_index[:, :0], loose.edge_weight[:0]
    del loose.class_attention
    draw_verdict(loose, [FACE])
    draw_relation_matrix(loose)


def test_what_cannot_be_drawn():
    with pytest.raises(ValueError, match=r"'graph' must have k \* k nodes \(got 5\)"):
        draw_class_attention(tokens(torch.rand(5)), FACE)
    bare = tokens(torch.rand(4))
    del bare.class_attention
    with pytest.raises(ValueError, match="must have 'class_attention'"):
        draw_class_attention(bare, FACE)


def test_shapes_are_checked():
    with pytest.raises(ValueError, match=r"'class_attention' must be \[N\]"):
        tokens(torch.rand(4)[:, None]).validate()
