from __future__ import annotations

import importlib
import warnings

import torch
from torch.utils.data.datapipes.iter import IterableWrapper

from graphforensics import transforms
from tests.transforms.graphs import face

MODULES = [
    "append_positions",
    "keep_top_relations",
    "mask_regions",
    "merge_views",
    "symmetrize_relations",
    "threshold_relations",
]


def test_functional_names_in_a_data_pipe():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graphs = IterableWrapper([face(0), face(1)])
        pipe = graphs.face_keep_top_relations(1).face_append_positions()
        found = list(pipe)
    wanted = transforms.AppendPositions()(transforms.KeepTopRelations(1)(face(0)))
    assert [graph.num_edges for graph in found] == [4, 4]
    assert torch.equal(found[0].x, wanted.x)


def test_loaded_anew_they_do_not_clash():
    for name in MODULES:
        module = importlib.import_module(f"graphforensics.transforms.{name}")
        importlib.reload(module)
        assert hasattr(IterableWrapper([]), f"face_{name}")
    importlib.reload(transforms)
    assert transforms.AppendPositions()(face(0)).x.shape == (4, 5)
