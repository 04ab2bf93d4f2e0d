from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from graphforensics.media.open_media import open_media
from graphforensics.media.turned_media import TurnedMedia


def test_pictures_of_one_pixel_are_plain_memory(tmp_path: Path) -> None:
    Image.fromarray(np.full((1, 1, 3), 7, np.uint8)).save(tmp_path / "a.png")
    [picture] = TurnedMedia(open_media(tmp_path / "a.png"), 180).pictures()
    assert picture.small(1, 1, colour=False).strides == (1, 1)


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_pictures_turn_counter_clockwise(degrees: int, tmp_path: Path) -> None:
    image = np.ascontiguousarray(astronaut()[:96, :160])
    Image.fromarray(image).save(tmp_path / "a.png")
    media = TurnedMedia(open_media(tmp_path / "a.png"), degrees)
    shown = np.rot90(image, degrees // 90)
    [picture] = media.pictures()
    assert (picture.height, picture.width) == shown.shape[:2]
    assert (media.info.height, media.info.width) == shown.shape[:2]
    np.testing.assert_array_equal(picture.rgb(), shown)
    assert picture.grey().shape == shown.shape[:2]
    small = picture.small(40, 30, colour=True).astype(float)
    wanted = np.asarray(Image.fromarray(shown).resize((40, 30), Image.Resampling.BOX))
    assert np.abs(small - wanted).max() <= 1
