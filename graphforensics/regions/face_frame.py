"""A face's own axes and unit of length."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from graphforensics.regions._checks import is_finite, landmark_batch, refuse
from graphforensics.regions.landmark_groups import LANDMARK_GROUPS

_INNER_CORNERS = (39, 42)


class FaceFrame(NamedTuple):
    r"""Where right and down are for a face, and how long its unit is.

    The unit is the distance of the inner eye corners,
    :math:`d = \lVert p_{42} - p_{39} \rVert` (landmarks counted from 0), in which the usual
    rules place action units. Right is the direction from the centre of the eye on the picture's
    left to that of the other, down is at a right angle to it: both tilt with the face.

    Attributes:
        unit: ``[B]``, pixels.
        right: ``[B, 2]``, of length 1.
        down: ``[B, 2]``, of length 1.

    Example:
        >>> landmarks = torch.zeros(68, 2)
        >>> landmarks[36:42, 0], landmarks[42:48, 0] = 10.0, 30.0
        >>> frame = FaceFrame.from_landmarks(landmarks)
        >>> frame.unit.tolist(), frame.right.tolist(), frame.down.abs().tolist()
        ([20.0], [[1.0, 0.0]], [[0.0, 1.0]])
    """

    unit: Tensor
    right: Tensor
    down: Tensor

    @classmethod
    def from_landmarks(cls, landmarks: Tensor) -> FaceFrame:
        """Measure faces.

        Args:
            landmarks: ``[68, 2]`` or ``[B, 68, 2]``, in pixels, iBUG order.

        Raises:
            ValueError: A wrong shape, landmarks that are not finite, or eyes that coincide;
                under ``torch.compile`` and ``torch.export`` the frame of such a face is NaN.
        """
        batch = landmark_batch(landmarks)
        inner, outer = (batch[:, corner] for corner in _INNER_CORNERS)
        unit = (outer - inner).norm(dim=1)
        left, right = (batch[:, list(LANDMARK_GROUPS[eye])].mean(1) for eye in _EYES)
        axis = right - left
        length = axis.norm(dim=1)
        # Below a thousandth of a pixel rounding alone decides what the direction is.
        flat = torch.minimum(unit, length) < 1e-3
        refuse(flat, "'landmarks' must have eyes apart from each other")
        unit = torch.where(flat | ~is_finite(batch), torch.nan, unit)
        # A face without a unit has no axes either.
        axis = axis / length.unsqueeze(1) + 0 * unit.unsqueeze(1)
        return cls(unit, axis, torch.stack([-axis[:, 1], axis[:, 0]], dim=1))

    def offset(self, steps: Tensor) -> Tensor:
        """Return steps (right, down) ``[..., 2]`` in units as pixels ``[B, ..., 2]``."""
        axes = torch.stack([self.right, self.down], dim=1) * self.unit.view(-1, 1, 1)
        return torch.einsum("...i,bij->b...j", steps, axes)


_EYES = ("left_eye", "right_eye")
