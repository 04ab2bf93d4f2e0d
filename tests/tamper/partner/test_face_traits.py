import numpy as np
import pytest
from skimage.color import rgb2lab

from graphforensics.errors import NoFaceError
from graphforensics.regions.mean_face import mean_face
from graphforensics.tamper.partner import FacePose, FaceTraits

FACE = mean_face(120, 1.6).double().numpy()


def test_tone_is_the_skin_s_not_the_background_s() -> None:
    image = np.zeros((120, 120, 3), np.uint8)
    image[20:115, 20:100] = (200, 150, 120)
    # Lips and eyes of another colour do not count.
    image[int(FACE[48:68, 1].min()) : int(FACE[48:68, 1].max()) + 1, 45:75] = (180, 0, 0)
    traits = FaceTraits.of(image, FACE, "anna", "a.png")
    wanted = rgb2lab(np.array([[[200, 150, 120]]]) / 255.0)[0, 0]
    np.testing.assert_allclose(traits.tone, wanted, atol=0.01)
    assert traits.pose == FacePose.of(FACE)
    assert traits.width == pytest.approx(np.ptp(FACE[:, 0]))
    assert (traits.identity, traits.name) == ("anna", "a.png")


def test_a_face_outside_the_picture() -> None:
    with pytest.raises(NoFaceError):
        FaceTraits.of(np.zeros((50, 50, 3), np.uint8), FACE + 900, "anna")
