"""Layers on graphs: lists of edges and dense matrices."""

from __future__ import annotations

import torch
from torch import rand, randn

from graphforensics import nn as layers
from tests.nn.catalogue.entry import AsModule, entry, no_edges, ring

GRAPH = {
    "DenseTGCNCell": entry(
        lambda: layers.DenseTGCNCell(3, 2),
        lambda: (randn(2, 4, 3), randn(4, 4), randn(2, 4, 2)),
        lambda: (randn(1, 1, 3), torch.zeros(1, 1)),
        batched=False,
    ),
    "DenseTGCNCell, normalised": entry(
        lambda: layers.DenseTGCNCell(3, 2, normalize=True),
        lambda: (randn(2, 4, 3), rand(4, 4), randn(2, 4, 2)),
        lambda: (randn(1, 1, 3), torch.full((1, 1), -1.0)),
        batched=False,
    ),
    "DenseTGCNCell over time": entry(
        lambda: AsModule((cell := layers.DenseTGCNCell(3, 2)).forward_sequence, cell),
        lambda: (randn(2, 5, 4, 3), randn(4, 4), randn(2, 4, 2)),
        lambda: (randn(1, 1, 1, 3), torch.zeros(1, 1)),
        batched=False,
    ),
    "EdgeSum": entry(
        lambda: layers.EdgeSum(),
        lambda: (randn(4, 5, 3), ring(4), randn(5)),
        lambda: (randn(1, 3), no_edges(), torch.empty(0)),
        legal="0:flatter 0:longer",
        batched=False,
    ),
    "EdgeSum, normalised": entry(
        lambda: layers.EdgeSum(normalize=True),
        lambda: (randn(4, 5, 3), ring(4), rand(5, 5)),
        lambda: (randn(1, 3), no_edges()),
        legal="0:longer 2:flatter",
        batched=False,
    ),
    "LearnedEdges": entry(lambda: layers.LearnedEdges(3), tuple, tuple, batched=False),
    "MaskedEdgeDropout": entry(
        lambda: layers.MaskedEdgeDropout(),
        lambda: (randn(9), torch.arange(9) % 3),
        lambda: (randn(1),),
        batched=False,
    ),
    "MaskedEdgeDropout, by quantile": entry(
        lambda: layers.MaskedEdgeDropout(threshold="quantile", mask_at_inference=True),
        lambda: (randn(4, 4),),
        lambda: (randn(1, 1),),
        legal="0:flatter 0:deeper",
        batched=False,
    ),
    "MaskedEdgeDropout, random": entry(
        lambda: layers.MaskedEdgeDropout(strategy="random"),
        lambda: (randn(2, 4, 4),),
        lambda: (randn(1, 1, 1),),
        legal="0:flatter",
        smooth=False,
    ),
    "RecurrentCell": entry(
        lambda: layers.RecurrentCell(layers.TGCNCell(3, 2)),
        lambda: (randn(4, 5, 3), ring(4), randn(5)),
        lambda: (randn(1, 1, 3), no_edges()),
        batched=False,
    ),
    "RelationConv": entry(
        lambda: layers.RelationConv(3, 2),
        lambda: (randn(4, 5, 3), ring(4), randn(5)),
        lambda: (randn(1, 3), no_edges()),
        legal="0:flatter",
        batched=False,
    ),
    "RelationConv, dense": entry(
        lambda: AsModule((conv := layers.RelationConv(3, 2, True)).forward_dense, conv),
        lambda: (randn(2, 4, 3), rand(4, 4)),
        lambda: (randn(1, 3), torch.full((1, 1), -1.0)),
        legal="0:flatter 0:deeper",
        batched=False,
    ),
    "RelationImportance": entry(
        lambda: layers.RelationImportance(),
        lambda: (rand(4, 3), ring(4), torch.tensor([0, 0, 1, 1])),
        lambda: (rand(1, 3), no_edges()),
        legal="0:longer 1:longer",
        batched=False,
    ),
    "TGCNCell": entry(
        lambda: layers.TGCNCell(3, 2),
        lambda: (randn(4, 3), ring(4), randn(5), randn(4, 2)),
        lambda: (randn(1, 3), no_edges()),
        batched=False,
    ),
    "TGCNCell over time": entry(
        lambda: AsModule((cell := layers.TGCNCell(3, 2, True)).forward_sequence, cell),
        lambda: (randn(4, 5, 3), ring(4), rand(5, 5), randn(4, 2)),
        lambda: (randn(1, 1, 3), no_edges()),
        legal="2:flatter",
        batched=False,
    ),
    "dense_propagate": entry(
        lambda: AsModule(layers.dense_propagate),
        lambda: (randn(2, 4, 3), randn(4, 4)),
        lambda: (randn(1, 3), torch.zeros(1, 1)),
        legal="0:flatter 0:deeper 0:longer",
        batched=False,
    ),
    "dense_relation_importance": entry(
        lambda: AsModule(layers.dense_relation_importance),
        lambda: (rand(2, 4, 4),),
        lambda: (rand(1, 1),),
        legal="0:flatter",
    ),
    "edge_threshold": entry(
        lambda: AsModule(lambda *given: layers.edge_threshold(*given, 0.5, "quantile")),
        lambda: (randn(9), torch.arange(9) % 3),
        lambda: (randn(1), torch.zeros(1).long()),
        batched=False,
    ),
    "kept_edges": entry(
        # Told as NaN, so that an edge that is not a number is seen to be kept.
        lambda: AsModule(lambda edges: torch.where(layers.kept_edges(edges), edges, 0)),
        lambda: (randn(4, 4),),
        lambda: (randn(1),),
        legal="0:flatter 0:deeper",
        batched=False,
        smooth=False,
    ),
}
