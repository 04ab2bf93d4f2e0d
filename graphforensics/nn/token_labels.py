"""Which patch tokens show something tampered with."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from graphforensics.nn.argument_checks import check_floating, check_positive, check_shape


def token_labels(mask: Tensor, size: tuple[int, int], threshold: float = 0.5) -> Tensor:
    r"""Shrink a tampering mask to one label a token.

    .. math:: y_i^{token} = \begin{cases} 1 & y^{\prime}_i > t \\ 0 & y^{\prime}_i \le t
        \end{cases}

    where :math:`\mathbf{y}^{\prime}` is the mask, averaged over each token's area: eq. 18 of
    "AUNet: Learning Relations Between Action Units for Face Forgery Detection" (CVPR 2023). An
    area with a NaN in it is labelled NaN.

    Args:
        mask: How much of each pixel was tampered with, from 0 to 1; real faces have zeros.
        size: Rows and columns of the tokens.
        threshold: The share t. Default: 0.5.

    Shapes:
        ``mask [B, H, W]`` or ``[B, 1, H, W]``, output ``[B, rows * columns]``, raster order.

    Raises:
        ValueError: The mask has another shape or is no float, or the size is not positive.

    Example:
        >>> mask = torch.tensor([[0.9, 0.8], [0.4, 0.0]]).view(1, 2, 2)
        >>> token_labels(mask, (2, 1)).tolist()
        [[1.0, 0.0]]
    """
    check_shape("mask", mask, ("B", "H", "W"), ("B", 1, "H", "W"))
    check_floating("mask", mask)
    check_positive(rows=size[0], columns=size[1])
    plane = mask.unsqueeze(1) if mask.dim() == 3 else mask
    coarse = functional.adaptive_avg_pool2d(plane, size).flatten(1)
    labels = (coarse > threshold).to(mask.dtype)
    return torch.where(coarse.isnan(), coarse, labels)
