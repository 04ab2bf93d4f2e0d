"""Losses."""

from __future__ import annotations

import torch
from torch import rand, randn

from graphforensics import nn as layers
from tests.nn.catalogue.entry import entry

LOSSES = {
    "AUAttentionLoss": entry(
        lambda: layers.AUAttentionLoss(),
        lambda: (rand(2, 3, 5, 6), rand(2, 3, 5, 6)),
        lambda: (rand(1, 1, 1, 1), rand(1, 1, 1, 1)),
    ),
    "AttentionDiversityLoss": entry(
        lambda: layers.AttentionDiversityLoss(),
        lambda: (rand(2, 3, 5),),
        lambda: (rand(1, 1, 1),),
        legal="0:longer 0:deeper",
    ),
    "OrthogonalDiversityLoss": entry(
        lambda: layers.OrthogonalDiversityLoss(),
        lambda: (randn(2, 3, 4, 5),),
        lambda: (randn(1, 1, 1, 1),),
        legal="0:longer",
    ),
    "SegmentationLoss": entry(
        lambda: layers.SegmentationLoss(),
        lambda: (randn(2, 5, 6), rand(2, 5, 6), torch.tensor([True, True])),
        lambda: (randn(1, 1, 1), rand(1, 1, 1), torch.tensor([False])),
        at_least={1: 0},
    ),
    "SimilarityLoss": entry(
        lambda: layers.SimilarityLoss(),
        lambda: (rand(2, 4, 4), rand(2, 4, 4), torch.tensor([True, True])),
        lambda: (rand(1, 1, 1), rand(1, 1, 1), torch.tensor([False])),
    ),
    "TemporalConsistencyLoss": entry(
        lambda: layers.TemporalConsistencyLoss(),
        lambda: (randn(2, 3, 4, 5),),
        lambda: (randn(1, 1, 1, 1),),
        legal="0:longer",
    ),
    "TokenLoss": entry(
        lambda: layers.TokenLoss(),
        lambda: (randn(2, 5), rand(2, 5)),
        lambda: (randn(1, 1), rand(1, 1)),
        at_least={1: 0},
    ),
}
