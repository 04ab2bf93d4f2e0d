"""What costs little to check, checked on every public layer and loss.

Compilation and ONNX cost seconds: they are checked here for the layers whose own tests do not.
"""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from graphforensics import nn as layers
from tests.nn.catalogue import ENCODERS, ENTRIES, MAPS, TOKENS, AsModule, Entry
from tests.nn.properties import (
    check_batch_is_singles,
    check_compile_and_export,
    check_gradients,
    check_onnx,
    check_reset,
    tensors_of,
)

#: Made from a layer that has its weights, which it shares.
KEPT = {"ClipConv3d"}


@pytest.fixture(params=sorted(ENTRIES))
def known(request) -> Entry:
    return ENTRIES[request.param]


def test_repr_is_one_line_with_the_layers_name(known):
    layer = known.build()
    if isinstance(layer, AsModule):
        return
    assert repr(layer).startswith(f"{type(layer).__name__}(")
    assert "\n" not in repr(layer)


@pytest.mark.parametrize("name", sorted(set(ENTRIES) - KEPT))
def test_reset_parameters(name):
    layer = copy.deepcopy(ENTRIES[name].build())  # encoders are built once for all tests
    if any(True for _ in layer.parameters()) and not isinstance(layer, AsModule):
        check_reset(layer)


def test_every_public_layer_can_be_told_and_drawn_anew():
    """As in PyTorch Geometric: a repr of its own, and reset_parameters.

    Losses have nothing to learn, and no such method there either.
    """
    public = [getattr(layers, name) for name in layers.__all__]
    modules = [one for one in public if isinstance(one, type) and issubclass(one, nn.Module)]
    assert len(modules) >= 38
    losses = {getattr(layers.loss, name) for name in layers.loss.__all__}
    for module in modules:
        own = module.__repr__ is not nn.Module.__repr__ or issubclass(module, nn.Conv3d)
        assert own, f"{module.__name__} has no repr of its own"
        if module not in losses:
            assert callable(getattr(module, "reset_parameters", None)), module.__name__


def test_gradients_are_those_of_finite_differences(known):
    given = known.inputs()
    if known.smooth and any(one.is_floating_point() for one in given):
        check_gradients(known.build(), *given)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_stays_finite(known, dtype):
    layer = copy.deepcopy(known.build()).to(dtype)  # encoders are built once for all tests
    given = (one.to(dtype) if one.is_floating_point() else one for one in known.inputs())
    outputs = [one for one in tensors_of(layer(*given)) if one.is_floating_point()]
    assert all(one.isfinite().all() for one in outputs)


BATCHED = {
    name for name, entry in {**MAPS, **TOKENS, **ENCODERS}.items() if entry.batched and entry.smooth
}


@pytest.mark.parametrize("name", sorted(BATCHED))
def test_a_batch_of_two_is_two_singles(name):
    check_batch_is_singles(ENTRIES[name].build(), *ENTRIES[name].inputs(), atol=1e-5)


@pytest.mark.parametrize(
    "name",
    [
        "ClipConv3d",
        "DenseTGCNCell over time",
        "EdgeSum",
        "EdgeSum, normalised",
        "LearnedEdges",
        "RecurrentCell",
        "RelationConv, dense",
        "TGCNCell over time",
        "attention_centre",
        "class_attention_map",
        "dense_propagate",
        "dense_relation_importance",
        "kept_edges",
        "similarity_target",
        "token_labels",
    ],
)
def test_compiled_and_exported_it_gives_the_same(name):
    check_compile_and_export(ENTRIES[name].build(), *ENTRIES[name].inputs())


@pytest.mark.parametrize(
    "name",
    [
        "AttentionPool",
        "AttentionPool, maximum",
        "ClipConv3d",
        "DenseTGCNCell",
        "DenseTGCNCell over time",
        "EdgeSum",
        "LearnedEdges",
        "MaskedEdgeDropout, by quantile",
        "OrthogonalDiversityLoss",
        "RecurrentCell",
        "RelationConv",
        "RelationConv, dense",
        "SpatialAttention",
        "SpatioTemporalAttention",
        "TGCNCell",
        "TGCNCell over time",
        "TemporalConsistencyLoss",
        "attention_centre",
        "class_attention_map",
        "dense_propagate",
        "dense_relation_importance",
        "kept_edges",
        "similarity_target",
        "token_labels",
        "visible_tokens",
    ],
)
def test_onnxruntime_gives_the_same(name):
    check_onnx(ENTRIES[name].build(), *ENTRIES[name].inputs())
