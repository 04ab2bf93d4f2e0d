import numpy as np
import pytest
from skimage.transform import SimilarityTransform, warp

from graphforensics.errors import NoFaceError
from graphforensics.regions.mean_face import mean_face
from graphforensics.tamper.autoencoder.aligned_face import align_face, similarity, unalign


def test_the_similarity_is_scikit_image_s() -> None:
    rng = np.random.default_rng(0)
    source, target = rng.normal(size=(2, 9, 2))
    known = SimilarityTransform()
    known.estimate(source, target)
    np.testing.assert_allclose(similarity(source, target), known.params[:2], atol=1e-9)


def test_a_turned_face_comes_out_upright(photograph) -> None:
    """A face that was turned and enlarged in the picture is the same face in the crop."""
    wanted = mean_face(64, 1.35).double().numpy()
    place = SimilarityTransform(scale=1.5, rotation=0.4, translation=(200, 60))
    face = align_face(photograph, place(wanted), 64)
    np.testing.assert_allclose(face.points, wanted, atol=1e-6)
    np.testing.assert_allclose(face.placing, place.params[:2], atol=1e-9)
    known = warp(photograph / 255, place, output_shape=(64, 64), order=3)
    change = np.abs(face.pixels / 255 - known)
    # The picture is reduced before it is read, which scikit-image does not do.
    assert change.mean() < 0.02
    assert face.mask[30, 31]
    assert not face.mask[0].any()


def test_a_crop_goes_back_to_where_it_came_from(photograph, landmarks) -> None:
    face = align_face(photograph, landmarks, 128)
    back = unalign(face.pixels.astype(np.float32), face.placing, (180, 70), (80, 80))
    change = np.abs(back - photograph[70:150, 180:260])
    assert change.mean() < 4


def test_a_face_at_the_border(photograph, landmarks) -> None:
    cut = np.ascontiguousarray(photograph[:, 215:])
    face = align_face(cut, landmarks - [215, 0], 64)
    assert face.pixels.shape == (64, 64, 3)
    whole = align_face(photograph, landmarks, 64)
    np.testing.assert_allclose(face.points, whole.points, atol=1e-4)
    right = slice(40, 64)
    apart = np.abs(face.pixels[:, right].astype(int) - whole.pixels[:, right])
    assert apart.mean() < 4


def test_no_face(photograph, landmarks) -> None:
    with pytest.raises(NoFaceError, match="outside the picture"):
        align_face(photograph, landmarks + 2000, 64)
    with pytest.raises(NoFaceError, match="in one place"):
        align_face(photograph, np.full((68, 2), 40.0), 64)
