from __future__ import annotations

import numpy as np
import pytest
import torch

from graphforensics.nn import edge_threshold


@pytest.mark.parametrize("rate", [0.0, 0.25, 0.5, 0.77, 1.0])
def test_quantile_is_numpys(rate):
    edges = torch.randn(4, 5, 5).double()
    levels = edge_threshold(edges, None, rate, "quantile")
    wanted = [np.quantile(one, rate) for one in edges.numpy()]
    assert np.allclose(levels.flatten().numpy(), wanted, atol=1e-14)
    flat = torch.randn(17).double()
    batch = torch.randint(0, 3, (17,))
    levels = edge_threshold(flat, batch, rate, "quantile")
    for level, graph in zip(levels, batch, strict=True):
        assert level.item() == pytest.approx(np.quantile(flat[batch == graph].numpy(), rate))


def test_range_of_literals():
    edges = torch.tensor([-1.0, 0.0, 3.0])
    for rate, wanted in ((0.0, -1), (0.25, 0), (0.5, 1), (1.0, 3)):
        assert edge_threshold(edges, None, rate, "range").item() == pytest.approx(wanted)


def test_shapes_that_compare_with_the_edges():
    for shape in ((6,), (3, 3), (2, 3, 3)):
        edges = torch.randn(shape)
        level = edge_threshold(edges, None, 0.5, "range")
        assert torch.broadcast_shapes(level.shape, shape) == torch.Size(shape)


@pytest.mark.parametrize("count", [1, 2, 7])
@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 0.77, 1.0])
def test_quantiles_of_equal_edges_sorted_or_selected(count, rate, monkeypatch):
    edges = torch.randint(-1, 2, (20, count, count)).double()
    wanted = edges.flatten(1).quantile(rate, dim=1).view(-1, 1, 1)
    assert torch.allclose(edge_threshold(edges, None, rate, "quantile"), wanted)
    # What compilers trace sorts; what runs by itself selects.
    monkeypatch.setattr(torch.compiler, "is_compiling", lambda: True)
    assert torch.allclose(edge_threshold(edges, None, rate, "quantile"), wanted)


@pytest.mark.parametrize("shape", ["E", "NN", "BNN"])
def test_a_quantile_is_exported_for_any_number_of_edges(shape):
    class Level(torch.nn.Module):
        def forward(self, edges: torch.Tensor) -> torch.Tensor:
            return edge_threshold(edges, None, 0.3, "quantile")

    sides, nodes = torch.export.Dim("edges", min=2), torch.export.Dim("nodes", min=2)
    dynamic = {"E": {0: sides}, "NN": {0: nodes, 1: nodes}, "BNN": {0: sides, 1: nodes, 2: nodes}}
    example = {"E": torch.randn(9), "NN": torch.randn(4, 4), "BNN": torch.randn(2, 4, 4)}[shape]
    exported = torch.export.export(Level(), (example,), dynamic_shapes=(dynamic[shape],)).module()
    for size in (2, 5, 7):
        edges = torch.randn({"E": (size,), "NN": (size, size), "BNN": (3, size, size)}[shape])
        rows = edges.reshape(edges.size(0) if shape == "BNN" else 1, -1).double().numpy()
        wanted = np.quantile(rows, 0.3, axis=1)
        np.testing.assert_allclose(exported(edges).flatten().numpy(), wanted, rtol=1e-5, atol=1e-6)
