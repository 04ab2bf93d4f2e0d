"""The fastest exact-enough way through a network on the device at hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn


@contextmanager
def fast_inference(device: torch.device) -> Iterator[None]:
    """Compute without gradients, in bfloat16 where the device computes in it.

    Parameters keep their type and so do the values outside convolutions and products.

    Args:
        device: Where the inputs lie.

    Example:
        >>> with fast_inference(torch.device("cpu")):
        ...     torch.is_inference_mode_enabled()
        True
    """
    enabled = computes_bfloat16(device)
    with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=enabled):
        yield


def computes_bfloat16(device: torch.device) -> bool:
    """Say whether bfloat16 is an arithmetic of the device, not an emulation that slows it.

    Args:
        device: A device; on others than processors and CUDA the answer is no.
    """
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    if device.type != "cpu":
        return False
    # torch 2.6 knows the single questions only, later ones have the whole list.
    listed: Mapping[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    old = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    asked = (getattr(torch.cpu, name, bool)() for name in old)
    return bool(listed.get("avx512_bf16") or listed.get("amx_bf16") or any(asked))


def fast_layout(inputs: Tensor) -> Tensor:
    """Return the same values laid out with the channels of each picture or clip side by side.

    Args:
        inputs: A batch of images, of frames, or of clips.

    Shapes:
        ``inputs [B, C, H, W]``, ``[B, T, C, H, W]`` or ``[B, T, C, D, H, W]``; the output likewise.

    Example:
        >>> fast_layout(torch.rand(2, 5, 3, 4, 8, 8)).stride()[2]
        1
    """
    clips = inputs.dim() == 6
    layout = torch.channels_last_3d if clips else torch.channels_last
    leading = inputs.shape[: inputs.dim() - (4 if clips else 3)]
    folded = inputs.flatten(0, len(leading) - 1).contiguous(memory_format=layout)
    return torch.unflatten(folded, 0, leading)


@contextmanager
def evaluating(module: nn.Module) -> Iterator[None]:
    """Put a module into evaluation mode and every part back into its own mode afterwards.

    Args:
        module: The module.
    """
    modes = {part: part.training for part in module.modules()}
    module.eval()
    try:
        yield
    finally:
        for part, training in modes.items():
            part.training = training
