"""Frames within a budget, and hashes that hold."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from graphforensics.media.open_media import open_media
from graphforensics.report.clip_frames import clip_frames
from graphforensics.report.picture_data import heat_data


def decoded(address: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2])))


def test_frames_are_those_of_the_clip(astronaut_clip: Path) -> None:
    found = clip_frames(astronaut_clip, [30, 3, 3], 10**6)
    assert list(found) == [3, 30]
    for picture in open_media(astronaut_clip).pictures([3, 30]):
        shown = np.asarray(decoded(found[picture.number]), dtype=float)
        assert shown.shape == (288, 384, 3)
        assert np.abs(shown - picture.rgb()).mean() < 4


@pytest.mark.parametrize("budget", [60_000, 20_000])
def test_frames_stay_within_the_budget(astronaut_clip: Path, budget: int) -> None:
    found = clip_frames(astronaut_clip, range(40), budget)
    assert 1 <= len(found) < 40
    assert sum(map(len, found.values())) <= budget


def test_heat_is_opaque_where_it_is_hot() -> None:
    heat = np.zeros((64, 64), dtype=np.float32)
    heat[:, 32:] = 1
    alpha = np.asarray(decoded(heat_data(heat)).convert("RGBA"))[..., 3]
    assert alpha.shape == (56, 56)
    assert alpha[:, :24].max() == 0
    assert alpha[:, 32:].min() == round(0.8 * 255)
