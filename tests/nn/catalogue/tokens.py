"""Layers on tokens, masks and samples."""

from __future__ import annotations

import torch
from torch import rand, randn

from graphforensics import nn as layers
from tests.nn.catalogue.entry import AsModule, entry, mask_of

TOKENS = {
    "DiverseMultiheadAttention": entry(
        lambda: layers.DiverseMultiheadAttention(6, heads=2),
        lambda: (randn(2, 5, 6),),
        lambda: (randn(1, 1, 6),),
    ),
    "FacialPartMask": entry(
        lambda: layers.FacialPartMask(),
        lambda: (mask_of(2, 3, 9),),
        lambda: (torch.zeros(1, 1, 1).bool(),),
        legal="0:longer",
        smooth=False,
    ),
    "FeatureMixup": entry(
        lambda: layers.FeatureMixup(),
        lambda: (randn(4, 3), rand(4)),
        lambda: (randn(1, 1), rand(1)),
        legal="0:longer",
        smooth=False,
    ),
    "PostNormBlock": entry(
        lambda: layers.PostNormBlock(6, heads=2),
        lambda: (randn(2, 5, 6),),
        lambda: (randn(1, 1, 6),),
    ),
    "class_attention_map": entry(
        lambda: AsModule(lambda attention: layers.class_attention_map(attention, 2, 2)),
        lambda: (rand(2, 3, 5, 5),),
        lambda: (rand(1, 1, 5, 5),),
        silent=(0,),  # only the class token's row is looked at, the last one is another's
    ),
    "similarity_target": entry(
        lambda: AsModule(lambda mask: layers.similarity_target(mask, 2)),
        lambda: (rand(2, 5, 6),),
        lambda: (rand(1, 1, 1),),
        at_least={0: 0},
        legal="0:longer",
    ),
    "token_labels": entry(
        lambda: AsModule(lambda mask: layers.token_labels(mask, (2, 2))),
        lambda: (rand(2, 5, 6),),
        lambda: (rand(1, 1, 1),),
        at_least={0: 0},
        legal="0:longer",
        smooth=False,
    ),
    "visible_tokens": entry(
        # A length of its own for each batch would depend on the data.
        lambda: AsModule(lambda x, mask: layers.visible_tokens(x, mask, mask.size(-1))),
        lambda: (randn(2, 5, 4), mask_of(2, 5)),
        lambda: (randn(1, 1, 4), torch.ones(1, 1).bool()),
        legal="0:longer",
    ),
}
