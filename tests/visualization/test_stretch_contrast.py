from __future__ import annotations

import numpy as np

from graphforensics.visualization.stretch_contrast import stretch_contrast


def test_a_dark_face_fills_the_range_and_keeps_its_order(face_image: np.ndarray):
    dark = (face_image // 5 + 10).astype(np.uint8)
    got = stretch_contrast(dark)
    assert (got.min(), got.max()) == (0, 1)
    assert np.ptp(np.percentile(got, [1, 99])) > 0.99
    order = np.argsort(dark.ravel(), kind="stable")
    assert (np.diff(got.ravel()[order]) >= 0).all()


def test_a_flat_image_stays_flat():
    np.testing.assert_allclose(stretch_contrast(np.full((4, 4, 3), 51, dtype=np.uint8)), 0.2)
