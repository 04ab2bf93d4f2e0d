"""The landmarks of a mirrored picture."""

from __future__ import annotations

from torch import Tensor

from graphforensics.regions._checks import landmark_batch, unbatch
from graphforensics.regions.landmark_groups import MIRRORED_LANDMARKS


def mirror_landmarks(landmarks: Tensor, width: int) -> Tensor:
    r"""Return the landmarks of the picture flipped left to right.

    .. math:: (x_i, y_i) \mapsto (W - 1 - x_{m(i)},\; y_{m(i)})

    where :math:`m` (:data:`MIRRORED_LANDMARKS`) exchanges the left and right of the face, so that
    landmark 36 is again the outer corner of the eye on the picture's left. A pixel's centre
    has whole coordinates.

    Args:
        landmarks: In pixels, iBUG order.
        width: Width of the picture in pixels.

    Shapes:
        ``landmarks [68, 2]`` or ``[B, 68, 2]``; the output is like it.

    Raises:
        ValueError: A wrong shape, a width below 1, or landmarks that are not finite.

    Example:
        >>> import torch
        >>> landmarks = torch.rand(68, 2) * 224
        >>> bool(torch.allclose(mirror_landmarks(landmarks, 224)[36, 0], 223 - landmarks[45, 0]))
        True
    """
    if width < 1:
        raise ValueError(f"'width' must be positive (got {width})")
    batch = landmark_batch(landmarks)[:, list(MIRRORED_LANDMARKS)]
    flip, shift = batch.new_tensor([-1, 1]), batch.new_tensor([width - 1, 0])
    return unbatch(batch * flip + shift, landmarks)
