"""Layers on images, clips and feature maps."""

from __future__ import annotations

import torch
from torch import rand, randn

from graphforensics import nn as layers
from tests.nn.catalogue.entry import AsModule, entry

MAPS = {
    "ARTEncoder": entry(
        lambda: layers.ARTEncoder(4, num_aus=3, hidden_channels=8, heads=2),
        lambda: (rand(2, 4, 5, 6), rand(2, 8)),
        lambda: (rand(1, 4, 1, 1),),
        legal="0:longer",
    ),
    "ARTEncoder, separable": entry(
        lambda: layers.ARTEncoder(
            4, num_aus=3, hidden_channels=8, heads=2, convolution="separable"
        ),
        lambda: (rand(2, 4, 5, 6), rand(2, 8)),
        lambda: (rand(1, 4, 1, 1),),
        legal="0:longer",
    ),
    "AUAgnosticBranch": entry(
        lambda: layers.AUAgnosticBranch(4, hidden_channels=8, heads=2),
        lambda: (rand(2, 4, 5, 6), rand(2, 8)),
        lambda: (rand(1, 4, 1, 1),),
        legal="0:longer",
    ),
    "AURelationAttention": entry(
        lambda: layers.AURelationAttention(4, num_aus=3),
        lambda: (rand(2, 4, 5, 6),),
        lambda: (rand(1, 4, 1, 1),),
        legal="0:longer",
    ),
    "AttentionGuidedMask": entry(
        lambda: layers.AttentionGuidedMask(0.5),
        lambda: (rand(2, 4, 5, 6), rand(2, 5, 6)),
        lambda: (rand(1, 1, 1, 1), rand(1, 1, 1)),
    ),
    "AttentionPool": entry(
        lambda: layers.AttentionPool(),
        lambda: (randn(2, 4, 3, 5, 6), rand(2, 3, 5, 6)),
        lambda: (randn(1, 1, 1, 1), rand(1, 1, 1, 1)),
    ),
    "AttentionPool, maximum": entry(
        lambda: layers.AttentionPool("max"),
        lambda: (randn(2, 4, 5, 6), rand(2, 3, 5, 6)),
        lambda: (randn(1, 1, 1, 1), rand(1, 1, 1, 1)),
    ),
    "ClipConv3d": entry(
        lambda: layers.ClipConv3d(4, 2, 3, padding=1),
        lambda: (randn(2, 4, 2, 5, 6),),
        lambda: (randn(1, 4, 1, 1, 1),),
        legal="0:flatter 0:longer",
    ),
    "HighPassDCT": entry(
        lambda: layers.HighPassDCT(),
        lambda: (rand(2, 3, 7, 8),),
        lambda: (rand(1, 1, 1, 1),),
        legal="0:longer",
    ),
    "MaskDecoder": entry(
        lambda: layers.MaskDecoder([4, 6], hidden=4).eval(),
        lambda: (randn(2, 4, 5, 6), randn(2, 6, 3, 3)),
        lambda: (randn(1, 4, 1, 1), randn(1, 6, 1, 1)),
        legal="0:longer 1:longer",  # the maps may have any sizes
    ),
    "MultiScaleFusion": entry(
        lambda: layers.MultiScaleFusion(),
        lambda: (randn(2, 4, 5, 6), randn(2, 6, 3, 3)),
        lambda: (randn(1, 4, 1, 1), randn(1, 6, 1, 1)),
        legal="0:longer 1:longer",
    ),
    "PatchSimilarityGraph": entry(
        lambda: layers.PatchSimilarityGraph(k=2),
        lambda: (randn(2, 4, 5, 6),),
        lambda: (randn(1, 1, 1, 1),),
        legal="0:longer",
    ),
    "RGBFrequencyAttention": entry(
        lambda: layers.RGBFrequencyAttention(4).eval(),
        lambda: (randn(2, 4, 5, 6), randn(2, 4, 5, 6)),
        lambda: (randn(1, 4, 1, 1), randn(1, 4, 1, 1)),
    ),
    "SpatialAttention": entry(
        lambda: layers.SpatialAttention(4, regions=3).eval(),
        lambda: (randn(2, 4, 3, 5, 6),),
        lambda: (randn(1, 4, 1, 1),),
        legal="0:longer",
    ),
    "SpatioTemporalAttention": entry(
        lambda: layers.SpatioTemporalAttention(4, regions=3).eval(),
        lambda: (randn(2, 4, 2, 5, 6),),
        lambda: (randn(1, 4, 1, 1, 1),),
        legal="0:longer",
    ),
    "FeatureStatisticsMixing": entry(
        lambda: layers.FeatureStatisticsMixing(),
        lambda: (randn(2, 4, 5, 6), randn(2, 4, 5, 6), rand(2, 1, 5, 6), rand(2, 3)),
        lambda: (randn(1, 1, 1, 1), randn(1, 1, 1, 1), torch.zeros(1, 1, 1, 1), rand(1, 3)),
        at_least={2: 0, 3: 0},
        legal="2:longer",  # a mask of another size is resized
    ),
    "attention_centre": entry(
        lambda: AsModule(layers.attention_centre),
        lambda: (rand(2, 5, 6),),
        lambda: (rand(1, 1),),
        at_least={0: 0},
        legal="0:flatter 0:deeper 0:longer",
    ),
}
