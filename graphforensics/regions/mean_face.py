"""Where the landmarks of an upright face lie on average."""

from __future__ import annotations

import torch
from torch import Tensor

from graphforensics.regions._checks import size_pair

# Sides of the face's box from its middle, x to the right and y down, made symmetric.
_MEAN = (
    (-0.479, -0.185),
    (-0.468, -0.059),
    (-0.448, 0.064),
    (-0.426, 0.187),
    (-0.39, 0.304),
    (-0.325, 0.404),
    (-0.233, 0.484),
    (-0.124, 0.542),
    (0, 0.56),
    (0.124, 0.542),
    (0.233, 0.484),
    (0.325, 0.404),
    (0.39, 0.304),
    (0.426, 0.187),
    (0.448, 0.064),
    (0.468, -0.059),
    (0.479, -0.185),
    (-0.397, -0.293),
    (-0.339, -0.357),
    (-0.253, -0.38),
    (-0.163, -0.37),
    (-0.078, -0.338),
    (0.078, -0.338),
    (0.163, -0.37),
    (0.253, -0.38),
    (0.339, -0.357),
    (0.397, -0.293),
    (0, -0.238),
    (0, -0.161),
    (0, -0.085),
    (0, -0.005),
    (-0.087, 0.068),
    (-0.045, 0.081),
    (0, 0.092),
    (0.045, 0.081),
    (0.087, 0.068),
    (-0.293, -0.21),
    (-0.242, -0.246),
    (-0.178, -0.246),
    (-0.122, -0.203),
    (-0.181, -0.188),
    (-0.245, -0.186),
    (0.122, -0.203),
    (0.178, -0.246),
    (0.242, -0.246),
    (0.293, -0.21),
    (0.245, -0.186),
    (0.181, -0.188),
    (-0.168, 0.248),
    (-0.104, 0.208),
    (-0.044, 0.185),
    (0, 0.197),
    (0.044, 0.185),
    (0.104, 0.208),
    (0.168, 0.248),
    (0.106, 0.287),
    (0.047, 0.303),
    (0, 0.307),
    (-0.047, 0.303),
    (-0.106, 0.287),
    (-0.138, 0.248),
    (-0.045, 0.234),
    (0, 0.237),
    (0.045, 0.234),
    (0.138, 0.248),
    (0.045, 0.239),
    (0, 0.244),
    (-0.045, 0.239),
)


def mean_face(size: int, margin: float = 1.3) -> Tensor:
    r"""Return the 68 landmarks of an average upright face in a square crop around its box.

    .. math:: \ell = \Big( \frac{\mathbf{m}}{\text{margin}} + \frac{1}{2} \Big) \text{size}
        - \frac{1}{2}

    with :math:`\mathbf{m}` in sides of the box from its middle: the mean over 153 people in upright
    photographs and videos (FRLL, Young Adult White Faces, LipNet's samples; all CC BY), as
    :func:`~graphforensics.preprocess.extract_tracks` finds them with the detector ``"hog"``; their
    landmarks were off by 0.014 sides across and 0.020 sides down (standard deviation, mean over
    the landmarks). It stands in where a face's own landmarks are not known.

    Args:
        size: Side of the crop in pixels.
        margin: Side of the crop over the side of the face's box. Default: 1.3.

    Shapes:
        Output ``[68, 2]``, float32, in pixels, iBUG order.

    Raises:
        ValueError: A number is not positive.

    Example:
        >>> mean_face(224)[30].tolist()  # the tip of the nose is near the middle
        [111.5, 110.63845825195312]
    """
    side, _ = size_pair("size", size)
    if not margin > 0:
        raise ValueError(f"'margin' must be positive (got {margin})")
    return (torch.tensor(_MEAN) / margin + 0.5) * side - 0.5
