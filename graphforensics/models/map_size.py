"""How many places the map of an encoder has."""

from __future__ import annotations

from copy import deepcopy

import torch

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
    # A copy of the modules alone: what is tied in the network is tied in it, too.
    tensors = [*encoder.parameters(), *encoder.buffers()]
    sketch = deepcopy(encoder, {id(tensor): tensor.to("meta") for tensor in tensors})
    image = torch.empty(1, 3, size, size, device="meta")
    try:
        with torch.no_grad():
            maps = sketch.eval()(image)
    except (RuntimeError, AssertionError, ValueError) as error:
        # The encoder speaks of images; what the network said stands behind it.
        reason = (str(error.__cause__ or error).splitlines() or ["unknown"])[0]
        raise ValueError(f"'size' must suit {encoder.name!r} (got {size}: {reason})") from error
    return int(maps[-1].shape[-2]), int(maps[-1].shape[-1])
