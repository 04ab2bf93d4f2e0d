"""How frames are laid out in a sample."""

from __future__ import annotations

from torch import Tensor

from graphforensics.data.input_spec import InputSpec


def arrange(values: Tensor, spec: InputSpec) -> Tensor:
    """Lay the values of single frames out as a sample of ``spec``.

    Args:
        values: What belongs to each frame, run by run; ``[n, C, H, W]`` for pictures, ``[n, ...]``
            for anything else, n the number of frames of a sample.
        spec: What the detector takes.

    Returns:
        For ``"image"`` what is left without the first axis; for ``"frames"`` ``values``; for
        ``"clip"`` ``[T, C, D, H, W]`` of pictures and ``[T, D, ...]`` of anything else.

    Raises:
        ValueError: The number of frames is another.

    Example:
        >>> import torch
        >>> spec = InputSpec("clip", size=8, snippets=2, frames=3)
        >>> arrange(torch.zeros(6, 1, 8, 8), spec).shape, arrange(torch.zeros(6, 68, 2), spec).shape
        (torch.Size([2, 1, 3, 8, 8]), torch.Size([2, 3, 68, 2]))
    """
    wanted = spec.snippets * spec.frames if spec.kind == "clip" else spec.frames
    wanted = 1 if spec.kind == "image" else wanted
    if len(values) != wanted:
        raise ValueError(f"'values' must have {wanted} frames (got {len(values)})")
    if spec.kind == "image":
        return values[0]
    if spec.kind == "frames":
        return values
    split = values.view(spec.snippets, spec.frames, *values.shape[1:])
    return split.transpose(1, 2).contiguous() if values.dim() == 4 else split
