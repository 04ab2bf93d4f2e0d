"""Tables as py-feat and OpenFace write them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from graphforensics.datasets import ActionUnitTable
from graphforensics.errors import MissingDataError
from graphforensics.regions import LANDMARK_GROUPS

PY_FEAT = """,FaceRectX,FaceRectY,FaceRectWidth,FaceRectHeight,AU12,AU01,anger,input,frame
0,10,10,20,20,0.5,0.1,0,a.mp4,0
1,80,10,20,20,0.9,0.2,0,a.mp4,0
2,12,10,20,20,0.6,0.3,0,a.mp4,4
3,,,,,,,,a.mp4,8
"""
OPEN_FACE = """frame, face_id, timestamp, confidence, success, AU01_r, AU26_r, AU01_c
1, 0, 0.0, 0.9, 1, 1.5, 3.0, 1
2, 0, 0.04, 0.9, 1, 2.5, 4.0, 1
"""


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_py_feats_table(tmp_path: Path) -> None:
    table = ActionUnitTable(write(tmp_path / "a.csv", PY_FEAT))
    assert table.units == ("AU01", "AU12")
    left, right = np.array([20.0, 20.0]), np.array([90.0, 20.0])
    frames, centres = np.array([0, 0, 3, 9]), np.array([left, right, left, left])
    # Frame 3 is nearest to 4; of frame 8 nothing is known.
    wanted = [[0.1, 0.5], [0.2, 0.9], [0.3, 0.6], [0.3, 0.6]]
    np.testing.assert_array_equal(table.intensities(frames, centres), wanted)
    with pytest.raises(MissingDataError, match="frame 0 has 2 faces"):
        table.intensities(frames)


def test_open_faces_table_counts_from_one_and_its_presence_is_left_out(tmp_path: Path) -> None:
    table = ActionUnitTable(write(tmp_path / "a.csv", OPEN_FACE))
    assert table.units == ("AU01", "AU26")
    np.testing.assert_array_equal(table.intensities(np.array([0, 1])), [[1.5, 3], [2.5, 4]])


def test_each_landmark_has_the_units_that_move_it(tmp_path: Path) -> None:
    table = ActionUnitTable(write(tmp_path / "a.csv", OPEN_FACE))
    features = table.landmark_features(table.intensities(np.array([0, 1])))
    assert features.shape == (68, 2, 2)
    for number in range(68):
        brow, jaw = number in LANDMARK_GROUPS["brows"], number in LANDMARK_GROUPS["jaw"]
        assert features[number].tolist() == [[1.5 * brow, 3.0 * jaw], [2.5 * brow, 4.0 * jaw]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("frame,anger\n0,1\n", "has no column of an action unit"),
        ("AU01\n0.5\n", "has no column 'frame'"),
        ("frame,AU01\n0,much\n", "line 2: could not convert string to float: 'much'"),
        ("frame,AU01\n0,\n", "has no row with intensities"),
    ],
)
def test_what_does_not_fit_is_told(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path / "a.csv", text)
    with pytest.raises(MissingDataError) as caught:
        ActionUnitTable(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)
