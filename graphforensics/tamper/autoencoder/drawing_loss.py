"""How far drawn faces are from those that they are to be."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

#: Weight of what lies around the face, and of the structural part.
_AROUND, _STRUCTURE = 0.2, 0.5
_WINDOW = 7
#: The usual constants of the index for values in [0, 1].
_C1, _C2 = 0.01**2, 0.03**2


def drawing_loss(drawn: Tensor, wanted: Tensor, masks: Tensor) -> Tensor:
    r"""Return the mean absolute error and half the structural dissimilarity, mostly of the face.

    .. math:: L = \frac{\sum_x w(x) \big(|\hat y - y| + \tfrac12 d(x)\big)}{\sum_x w(x)}, \quad
        d = \tfrac12 \Big(1 - \frac{(2 \mu_{\hat y} \mu_y + c_1)(2 \sigma_{\hat y y} + c_2)}
        {(\mu_{\hat y}^2 + \mu_y^2 + c_1)(\sigma_{\hat y}^2 + \sigma_y^2 + c_2)}\Big)

    with w = 1 in the face and 0.2 around it, and moments over 7 by 7 pixels. Z. Wang et al., Image
    quality assessment, IEEE Transactions on Image Processing 13 (2004), equation 13.

    Args:
        drawn: ``[B, 3, H, W]`` in [0, 1].
        wanted: The same.
        masks: The face, ``[B, 1, H, W]`` from 0 to 1.

    Example:
        >>> face = torch.rand(1, 3, 16, 16)
        >>> float(drawing_loss(face, face, torch.ones(1, 1, 16, 16)).detach().abs() < 1e-6)
        1.0
    """
    weight = _AROUND + (1 - _AROUND) * masks
    error = (drawn - wanted).abs() + _STRUCTURE * _dissimilarity(drawn, wanted)
    return (error.mean(1, keepdim=True) * weight).sum() / weight.sum()


def _dissimilarity(one: Tensor, other: Tensor) -> Tensor:
    products = torch.cat([one, other, one * one, other * other, one * other], 1)
    means = F.avg_pool2d(products, _WINDOW, 1, _WINDOW // 2, count_include_pad=False)
    first, second, square, squared, product = means.chunk(5, 1)
    variances = square - first.square() + squared - second.square()
    covariance = product - first * second
    likeness = (2 * first * second + _C1) * (2 * covariance + _C2)
    likeness = likeness / ((first.square() + second.square() + _C1) * (variances + _C2))
    return (1 - likeness) / 2
