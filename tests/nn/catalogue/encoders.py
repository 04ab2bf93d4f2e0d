"""Encoders, each cut to its cheapest stage."""

from __future__ import annotations

from functools import cache

import pytest
from torch import nn, randn

from graphforensics import nn as layers
from tests.nn.catalogue.entry import Entry, entry


@cache
def encoder(kind: str, name: str) -> nn.Module:
    """The first stage of an encoder, the cheapest; built once, as that takes its time."""
    if kind == "PyTorchVideoEncoder":
        pytest.importorskip("pytorchvideo", reason="the extra 'pytorchvideo' is not installed")
    built: nn.Module = getattr(layers, kind)(name, out_indices=(0,)).eval()
    return built


def encoder_entry(kind: str, name: str) -> Entry:
    return entry(
        lambda: encoder(kind, name),
        lambda: (randn(2, 3, 2, 16, 16),),
        lambda: (randn(1, 3, 1, 8, 8),),
        legal="0:longer",
    )


ENCODERS = {
    "PyTorchVideoEncoder": encoder_entry("PyTorchVideoEncoder", "x3d_xs"),
    "RGBFrequencyEncoder": entry(
        lambda: encoder("RGBFrequencyEncoder", "resnet10t"),
        lambda: (randn(2, 3, 16, 16),),
        lambda: (randn(1, 3, 8, 8),),
        legal="0:longer",
    ),
    "StagedEncoder": entry(
        lambda: encoder("StagedEncoder", "resnet10t"),
        lambda: (randn(2, 3, 16, 16),),
        lambda: (randn(1, 3, 8, 8),),
        legal="0:longer",
    ),
    "TimmEncoder": entry(
        lambda: encoder("TimmEncoder", "resnet10t"),
        lambda: (randn(2, 3, 16, 16),),
        lambda: (randn(1, 3, 1, 8, 8),),
        legal="0:longer",
    ),
    "TorchvisionVideoEncoder": encoder_entry("TorchvisionVideoEncoder", "mc3_18"),
}
