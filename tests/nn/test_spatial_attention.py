"""What only the 2-D variant does; ``test_spatiotemporal_attention`` holds both to the equations."""

from __future__ import annotations

import torch

from graphforensics.nn import SpatialAttention
from tests.nn.properties import assert_close, check_batch_is_singles, check_half, refused


def test_a_clips_maps_are_the_mean_of_its_frames_maps():
    attention, clips = SpatialAttention(4, regions=3).eval(), torch.randn(2, 4, 5, 6, 7)
    frames = torch.stack([attention(frame) for frame in clips.unbind(2)])
    assert_close(attention(clips), frames.mean(0))


def test_moving_the_picture_moves_the_maps():
    attention = SpatialAttention(4, regions=3).eval()
    picture = torch.zeros(1, 4, 12, 12)
    picture[:, :, 4:6, 4:7] = torch.randn(1, 4, 2, 3)
    moved = attention(picture.roll((2, 1), (2, 3)))
    assert_close(moved, attention(picture).roll((2, 1), (2, 3)))


def test_permuting_frames_changes_nothing():
    attention, clips = SpatialAttention(4, regions=3).eval(), torch.randn(2, 4, 5, 6, 7)
    assert_close(attention(clips[:, :, torch.randperm(5)]), attention(clips))


def test_singles_and_half_precision():
    attention, clips = SpatialAttention(4, regions=3).eval(), torch.randn(2, 4, 5, 6, 7)
    check_batch_is_singles(attention, clips)
    check_half(attention, clips)


def test_wrong_shapes():
    attention = SpatialAttention(4)
    message = refused(attention, torch.rand(2, 3, 5, 5))
    assert "[B, 4, H, W] or [B, 4, D, H, W] (got [2, 3, 5, 5])" in message
    assert "(got [4, 5, 5])" in refused(attention, torch.rand(4, 5, 5))
