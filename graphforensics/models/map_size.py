"""How many places the map of an encoder has."""

from __future__ import annotations

import torch
from torch.func import functional_call

from graphforensics.models.fast_inference import evaluating
from graphforensics.nn.encoder import TimmEncoder


def map_size(encoder: TimmEncoder, size: int) -> tuple[int, int]:
    """Return height and width of the deepest map of a square image.

    The network itself is asked, on tensors without content: not all networks round alike.

    Args:
        encoder: The network; it may itself be without content.
        size: Side of the image in pixels.

    Raises:
        ValueError: The network does not take images of this size.

    Example:
        >>> map_size(TimmEncoder("resnet10t"), 224)
        (7, 7)
    """
    tensors = dict(encoder.named_parameters()) | dict(encoder.named_buffers())
    shapes = {name: tensor.to("meta") for name, tensor in tensors.items()}
    image = torch.empty(1, 3, size, size, device="meta")
    try:
        with evaluating(encoder), torch.no_grad():
            maps = functional_call(encoder, shapes, (image,))
    except (RuntimeError, AssertionError) as error:
        reason = (str(error).splitlines() or ["unknown"])[0]
        raise ValueError(f"'size' must suit {encoder.name!r} (got {size}: {reason})") from error
    return int(maps[-1].shape[-2]), int(maps[-1].shape[-1])
