import numpy as np
import pytest
from skimage.data import astronaut

from graphforensics.media.h264_round_trip import h264_round_trip

FRAMES = [np.roll(astronaut()[:128, :160], 4 * number, axis=1) for number in range(5)]


@pytest.mark.parametrize(("crf", "worst"), [(0, 3.5), (23, 6.0), (40, 14.0)])
def test_a_higher_rate_factor_is_coarser(crf: int, worst: float) -> None:
    decoded = h264_round_trip(FRAMES, crf)
    off = np.abs(np.stack(decoded).astype(float) - np.stack(FRAMES)).mean()
    assert off < worst
    if crf:
        finer = h264_round_trip(FRAMES, crf // 2)
        assert off > np.abs(np.stack(finer).astype(float) - np.stack(FRAMES)).mean()


def test_equal_pictures_come_out_equal() -> None:
    np.testing.assert_array_equal(h264_round_trip(FRAMES, 30), h264_round_trip(FRAMES, 30))
