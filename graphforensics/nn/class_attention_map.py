"""Where in the image the class token looks."""

from __future__ import annotations

import torch
from torch import Tensor

from graphforensics.nn.argument_checks import check_positive, check_shape


def class_attention_map(attention: Tensor, height: int, width: int) -> Tensor:
    r"""Average the heads and fold the class token's row into a map.

    .. math:: \mathbf{A} = \frac{1}{h} \sum_{i=1}^{h} \mathbf{A}_i

    Eq. 2 of "Learning to Mask: Towards Generalized Face Forgery Detection"
    (arXiv 2212.14309v1). The class token is the first; what it gives to itself is left out.

    Args:
        attention: Attention of the heads
            (:class:`~graphforensics.nn.DiverseMultiheadAttention`).
        height: Rows of patch tokens.
        width: Columns of patch tokens.

    Shapes:
        ``attention [B, h, L, L]`` with L = 1 + height * width, output ``[B, height, width]``.

    Raises:
        ValueError: The size is not positive or does not fit the attention.

    Example:
        >>> class_attention_map(torch.eye(5).roll(1, 1).expand(1, 2, 5, 5), 2, 2).tolist()
        [[[1.0, 0.0], [0.0, 0.0]]]
    """
    check_positive(height=height, width=width)
    tokens = 1 + height * width
    check_shape("attention", attention, ("B", "heads", tokens, tokens))
    return torch.unflatten(attention[:, :, 0, 1:].mean(1), 1, (height, width))
