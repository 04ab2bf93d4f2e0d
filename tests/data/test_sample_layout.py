"""Frames in the places where detectors look for them."""

from __future__ import annotations

import pytest
import torch

from graphforensics.data import InputSpec
from graphforensics.data.sample_layout import arrange


def test_places_of_a_clip() -> None:
    spec = InputSpec("clip", size=5, snippets=2, frames=3)
    frames = torch.arange(6).view(6, 1, 1, 1).expand(6, 3, 5, 5)
    laid = arrange(frames, spec)
    assert laid.shape == spec.shape
    assert laid[1, 2, :, 0, 0].tolist() == [3, 4, 5]
    assert arrange(torch.arange(12).view(6, 2), spec)[1, 0].tolist() == [6, 7]


def test_images_and_single_frames() -> None:
    frames = torch.rand(2, 3, 4, 4)
    assert arrange(frames, InputSpec("frames", size=4, frames=2)).equal(frames)
    assert arrange(frames[:1], InputSpec("image", size=4)).equal(frames[0])
    with pytest.raises(ValueError, match="must have 3 frames"):
        arrange(frames, InputSpec("frames", size=4, frames=3))
