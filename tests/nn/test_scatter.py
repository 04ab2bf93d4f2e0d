"""Sums along edges go through PyTorch Geometric's scatter, which torch-scatter may serve."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import graphforensics
from tests.nn.scatter_numbers import numbers

ROOT = Path(graphforensics.__file__).parent


@pytest.mark.temporal
def test_with_torch_scatter_and_without_it_the_numbers_are_the_same(tmp_path):
    pytest.importorskip("torch_scatter", reason="the extra 'temporal' is not installed")
    import torch_geometric.typing

    assert torch_geometric.typing.WITH_TORCH_SCATTER
    path = tmp_path / "without.pt"
    subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.nn.scatter_numbers", str(path)],
        cwd=ROOT.parent,
        check=True,
    )
    without, present = torch.load(path, weights_only=True), numbers()
    assert without.keys() == present.keys()
    for name, wanted in without.items():
        torch.testing.assert_close(present[name], wanted, atol=0, rtol=0, msg=name)


def test_nothing_adds_up_along_edges_by_another_way():
    """No layer or transform calls torch's own scatter to reduce, nor torch-scatter itself."""
    banned = {"scatter_add", "scatter_add_", "scatter_reduce", "scatter_reduce_", "index_add",
              "index_add_", "index_reduce", "index_reduce_", "segment_reduce"}  # fmt: skip
    for folder in ("nn", "transforms"):
        for path in (ROOT / folder).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
            imported = {
                name.name.split(".")[0]
                for node in ast.walk(tree)
                if isinstance(node, ast.Import)
                for name in node.names
            }
            assert not called & banned, path
            assert "torch_scatter" not in imported, path
