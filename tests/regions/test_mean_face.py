from __future__ import annotations

import pytest
import torch
from skimage.data import astronaut

from graphforensics.preprocess import extract_tracks
from graphforensics.regions import MIRRORED_LANDMARKS, facial_parts
from graphforensics.regions.mean_face import mean_face
from graphforensics.store.extraction_options import ExtractionOptions


def test_is_symmetric_and_upright():
    points = mean_face(100)
    assert points.shape == (68, 2)
    mirrored = points[list(MIRRORED_LANDMARKS)] * torch.tensor([-1.0, 1.0])
    torch.testing.assert_close(mirrored + torch.tensor([99.0, 0.0]), points, atol=1e-4, rtol=0)
    assert (points >= 0).all()
    assert (points <= 99).all()


def test_margin_scales_about_the_middle():
    one, other = mean_face(130, 1.3) - 64.5, mean_face(130, 2.6) - 64.5
    torch.testing.assert_close(one, 2 * other)
    with pytest.raises(ValueError, match="'margin'"):
        mean_face(10, 0)
    with pytest.raises(ValueError, match="'size'"):
        mean_face(0)


def test_an_upright_face_lies_near_it(tmp_path):
    from PIL import Image

    Image.fromarray(astronaut()).save(tmp_path / "a.png")
    (found,) = extract_tracks(tmp_path / "a.png", ExtractionOptions(margin=1.3))
    height, width = found.crop.shape[:2]
    points = torch.from_numpy(found.crop_landmarks) * torch.tensor([224 / width, 224 / height])
    off = (points - mean_face(224)).norm(dim=1)
    assert off.mean() < 16  # one patch
    for partition in ("bands", "landmark_hulls"):
        mine = facial_parts(points, 224, 14, partition)
        mean = facial_parts(mean_face(224), 224, 14, partition)
        shared = (mine & mean).sum(1) / (mine | mean).sum(1)
        assert (shared > 0.4).all()
