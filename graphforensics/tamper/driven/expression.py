"""What a face does, apart from where it is and which way it looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graphforensics.regions.mean_face import mean_face
from graphforensics.tamper.partner.face_pose import mouth_openness

#: Points that expressions hardly move: ends of the jaw, bridge and base of the nose, corners of the
#: eyes.
_STILL = (0, 16, 27, 28, 29, 30, 33, 36, 39, 42, 45)
_TIP, _CORNERS = 30, (36, 39, 42, 45)
#: Share of the frames, those with the mouth most closed, whose mean is the face at rest.
_AT_REST = 0.2
#: Frames from which on the influence of pose is estimated.
_ENOUGH = 16
#: Ridge of that estimate, in squared sides of the face's box: a head that is still tells nothing.
_RIDGE = 2e-4


class Expressions(NamedTuple):
    r"""The landmarks of a clip's face in the face's own coordinates.

    .. math:: x_t = S_t^{-1}(\ell_t), \qquad e_t = x_t - \bar{x} - B (p_t - \bar{p})

    with the similarity :math:`S_t` that takes the mean face to the landmarks, by points that
    expressions do not move, the face at rest :math:`\bar{x}`, and the influence B of turning
    the head, estimated by ridge regression of x on the place p of the nose's tip between the eyes.

    Attributes:
        shape: :math:`x_t`, in sides of the face's box, ``[T, 68, 2]``.
        calm: :math:`x_t - e_t`: the face at rest, turned as it is, ``[T, 68, 2]``.
        scale: Pixels of a side and direction of its right, as a complex number, ``[T]``.
        middle: Where the origin lies, in pixels, as a complex number, ``[T]``.
    """

    shape: NDArray[np.float64]
    calm: NDArray[np.float64]
    scale: NDArray[np.complex128]
    middle: NDArray[np.complex128]

    @classmethod
    def of(cls, landmarks: Sequence[NDArray[np.floating]]) -> Expressions:
        """Measure a face in all frames in which it is seen.

        Args:
            landmarks: ``[68, 2]`` each, in pixels, at least one.
        """
        points = np.asarray(landmarks, np.float64)
        scale, middle = _similarity(points)
        shape = _real((_complex(points) - middle[:, None]) / scale[:, None])
        return cls(shape, _calm(shape), scale, middle)

    @property
    def moved(self) -> NDArray[np.float64]:
        """The expression :math:`e_t`, ``[T, 68, 2]``."""
        return self.shape - self.calm

    def place(self, shape: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return other shapes ``[T, 68, 2]`` where this face is, in pixels."""
        return _real(_complex(shape) * self.scale[:, None] + self.middle[:, None])


def _similarity(
    points: NDArray[np.float64],
) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """Fit the mean face to landmarks by least squares over the still points."""
    mean = (mean_face(1000, 1.0).double().numpy() + 0.5) / 1000 - 0.5
    model = _complex(mean)[list(_STILL)]
    seen = _complex(points)[:, list(_STILL)]
    centre = model.mean()
    away = model - centre
    scale = (seen * away.conj()).sum(axis=1) / (np.abs(away) ** 2).sum()
    return scale, seen.mean(axis=1) - scale * centre


def _calm(shape: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the face at rest, turned as in each frame."""
    opened = [mouth_openness(one) for one in shape]
    resting = np.argsort(opened, kind="stable")[: max(1, round(_AT_REST * len(shape)))]
    rest = shape[resting].mean(axis=0)
    if len(shape) < _ENOUGH:
        return np.repeat(rest[None], len(shape), axis=0)
    turn = shape[:, _TIP] - shape[:, list(_CORNERS)].mean(axis=1)
    around = turn - turn.mean(axis=0)
    moved = (shape - shape.mean(axis=0)).reshape(len(shape), -1)
    gram = around.T @ around / len(shape) + _RIDGE * np.eye(2)
    follow = np.linalg.solve(gram, around.T @ moved / len(shape))
    since = turn - turn[resting].mean(axis=0)
    return np.asarray(rest + (since @ follow).reshape(shape.shape))


def _complex(points: NDArray[np.float64]) -> NDArray[np.complex128]:
    return np.asarray(points[..., 0] + 1j * points[..., 1])


def _real(points: NDArray[np.complex128]) -> NDArray[np.float64]:
    return np.stack([points.real, points.imag], axis=-1)
