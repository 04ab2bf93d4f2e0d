"""Where the points of a drawn face lie: 68 landmarks in dlib's order, and a few more."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from graphforensics.datasets.drawn.face_look import FaceLook
from graphforensics.datasets.drawn.face_motion import FacePose
from graphforensics.regions.landmark_groups import LANDMARK_GROUPS, MIRRORED_LANDMARKS

#: Points of :func:`face_points` after the 68 landmarks, by name.
EXTRA_POINTS = {"skull": slice(68, 85), "irises": slice(85, 87), "ears": slice(87, 89)}

# Left half of an average face: number of the landmark, x from the middle, y from the eyes'
# height, z towards the viewer, in half widths of the face.
# fmt: off
_HALF = (
    (0, -1.0, -0.02, -0.4), (1, -0.99, 0.25, -0.35), (2, -0.95, 0.52, -0.28),
    (3, -0.88, 0.80, -0.18), (4, -0.76, 1.06, -0.02), (5, -0.58, 1.26, 0.16),
    (6, -0.38, 1.40, 0.30), (7, -0.18, 1.49, 0.40), (8, 0.0, 1.52, 0.43),
    (17, -0.84, -0.26, 0.20), (18, -0.70, -0.36, 0.38), (19, -0.53, -0.39, 0.50),
    (20, -0.36, -0.36, 0.58), (21, -0.20, -0.29, 0.62), (27, 0.0, -0.02, 0.62),
    (28, 0.0, 0.16, 0.72), (29, 0.0, 0.34, 0.83), (30, 0.0, 0.50, 0.94),
    (31, -0.21, 0.60, 0.62), (32, -0.11, 0.65, 0.70), (33, 0.0, 0.68, 0.75),
    (36, -0.63, 0.01, 0.32), (37, -0.52, -0.06, 0.43), (38, -0.37, -0.06, 0.46),
    (39, -0.25, 0.03, 0.44), (40, -0.37, 0.07, 0.46), (41, -0.52, 0.07, 0.43),
    (48, -0.38, 0.97, 0.48), (49, -0.24, 0.91, 0.60), (50, -0.09, 0.875, 0.68),
    (51, 0.0, 0.895, 0.69), (57, 0.0, 1.13, 0.62), (58, -0.13, 1.12, 0.61),
    (59, -0.26, 1.06, 0.56), (60, -0.32, 0.975, 0.50), (61, -0.12, 0.965, 0.63),
    (62, 0.0, 0.97, 0.65), (66, 0.0, 0.985, 0.65), (67, -0.12, 0.98, 0.63),
)
# fmt: on
_CENTRE_OF_TURN = -0.55


def _average() -> NDArray[np.float64]:
    points = np.zeros((68, 3))
    for number, x, y, z in _HALF:
        points[MIRRORED_LANDMARKS[number]] = -x, y, z
        points[number] = x, y, z
    return points


_AVERAGE = _average()
_EYES = (LANDMARK_GROUPS["left_eye"], LANDMARK_GROUPS["right_eye"])


def face_points(look: FaceLook, pose: FacePose) -> NDArray[np.float64]:
    """Place the points of a face.

    Args:
        look: Whose face.
        pose: At which moment.

    Returns:
        68 landmarks in dlib's (iBUG 300-W) order, 17 points of the skull's outline from ear to
        ear, two irises and two ears, ``[89, 2]``: x to the right and y down, in half widths of an
        average face, from the point between the eyes of a head at rest.
    """
    solid = _extended(look, _expressed(look, pose, _shaped(look)))
    return _seen(solid, pose)


def _shaped(look: FaceLook) -> NDArray[np.float64]:
    """Give the average face a person's proportions, ``[68, 3]``."""
    points = _AVERAGE.copy()
    low = np.clip((points[:17, 1] - 0.3) / 0.8, 0, 1)
    points[:17, 0] *= 1 + (look.jaw - 1) * low
    below = np.clip((points[:, 1] - 0.98) / 0.5, 0, None)
    points[:17, 1] += 0.5 * (look.chin - 1) * below[:17]
    _shape_eyes(look, points)
    nose = points[27:36]
    nose[:, 1] *= look.nose_length
    nose[4:, 0] *= look.nose_width
    mouth = points[48:]
    mouth[:, 0] *= look.mouth_width
    line = 0.972
    mouth[:, 1] = line + (mouth[:, 1] - line) * look.lips + 0.3 * (look.nose_length - 1)
    points[:, 0] *= look.width
    shaped: NDArray[np.float64] = points
    return shaped


def _shape_eyes(look: FaceLook, points: NDArray[np.float64]) -> None:
    for side, eye in zip((-1, 1), _EYES, strict=True):
        corners = points[list(eye)]
        centre = corners.mean(axis=0)
        moved = centre * [look.eye_gap, 1, 1]
        corners = moved + (corners - centre) * [look.eye_size, look.eye_size, 1]
        corners[:, 1] -= look.eye_tilt * side * (corners[:, 0] - moved[0]) / 0.2
        points[list(eye)] = corners
    brows = points[17:27]
    brows[:, 0] *= 1 + 0.6 * (look.eye_gap - 1)
    bend = np.array([0.0, 0.05, 0.06, 0.03, 0.0, 0.0, 0.03, 0.06, 0.05, 0.0])
    brows[:, 1] = brows[:, 1] * look.brow_height - bend * (look.brow_arch - 1)


def _expressed(look: FaceLook, pose: FacePose, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Open the mouth, smile and blink."""
    for eye in _EYES:
        upper, lower = list(eye[1:3]), list(eye[4:6])
        closed = points[lower, 1][::-1] - 0.01
        points[upper, 1] += pose.blink * (closed - points[upper, 1])
    drop = 0.32 * pose.mouth
    points[4:13, 1] += drop * 0.6 * np.sin(np.linspace(0, np.pi, 9))
    points[[55, 56, 57, 58, 59, 65, 66, 67], 1] += drop
    points[[48, 54, 60, 64], 1] += 0.35 * drop - 0.07 * pose.smile
    points[[48, 60], 0] += 0.08 * pose.mouth - 0.07 * pose.smile
    points[[54, 64], 0] -= 0.08 * pose.mouth - 0.07 * pose.smile
    points[[50, 51, 52], 1] += 0.02 * pose.smile
    return points


def _extended(look: FaceLook, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Append the skull's outline, the irises and the ears."""
    angle = np.linspace(np.pi, 0, 17)
    crown = 1.12 * look.forehead
    x = np.cos(angle) * 1.0 * look.width
    skull = np.stack([x, -0.02 - crown * np.sin(angle) ** 0.8, -0.4 + 0.3 * np.sin(angle)], axis=1)
    irises = np.stack([points[list(eye)].mean(axis=0) for eye in _EYES])
    irises[:, 2] += 0.02
    ears = np.array([[-1.04 * look.width, 0.22, -0.55], [1.04 * look.width, 0.22, -0.55]])
    return np.concatenate([points, skull, irises, ears])


def _seen(solid: NDArray[np.float64], pose: FacePose) -> NDArray[np.float64]:
    """Turn the head about its neck and look at it from far away."""
    around_y = np.array(
        [
            [np.cos(pose.yaw), 0, np.sin(pose.yaw)],
            [0, 1, 0],
            [-np.sin(pose.yaw), 0, np.cos(pose.yaw)],
        ]
    )
    around_x = np.array(
        [
            [1, 0, 0],
            [0, np.cos(pose.pitch), np.sin(pose.pitch)],
            [0, -np.sin(pose.pitch), np.cos(pose.pitch)],
        ]
    )
    centre = np.array([0.0, 0.4, _CENTRE_OF_TURN])
    turned = (solid - centre) @ (around_x @ around_y).T + centre
    cos, sin = np.cos(pose.roll), np.sin(pose.roll)
    flat = (turned[:, :2] - [0, 0.8]) @ np.array([[cos, sin], [-sin, cos]]) + [0, 0.8]
    seen: NDArray[np.float64] = flat * pose.zoom + np.array(pose.shift)
    return seen
