"""Grad-CAM in two parts, for a pass through the network that is needed anyway."""

# Own code because: captum's LayerGradCam, which :func:`grad_cam` uses, runs the network by itself,
# and a verdict runs it once for score, graph and heat. A test holds the two together.

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional


@contextmanager
def watched_maps(layer: nn.Module) -> Iterator[list[Tensor]]:
    """Collect what a layer gives, the last of several outputs, while the context lasts.

    Args:
        layer: A part of the network.
    """
    seen: list[Tensor] = []

    def keep(_module: nn.Module, _given: object, output: Tensor | Sequence[Tensor]) -> None:
        seen.append(output if isinstance(output, Tensor) else output[-1])

    handle = layer.register_forward_hook(keep)
    try:
        yield seen
    finally:
        handle.remove()


def activation_heat(logit: Tensor, seen: Sequence[Tensor], inputs: Tensor, sign: int = 1) -> Tensor:
    r"""Return the heat of each frame from the feature maps of a pass; see :func:`grad_cam`.

    Args:
        logit: The verdicts, computed with gradients.
        seen: What :func:`watched_maps` collected of the pass; the last counts.
        inputs: What the detector was given.
        sign: 1 for what speaks for "fake", -1 for "real".

    Shapes:
        ``logit [B]``; ``inputs`` and output as in :func:`~graphforensics.explain.grad_cam`; not
        normalised.

    Raises:
        ValueError: There are no feature maps, or the verdict does not depend on them.
    """
    if not seen or seen[-1].dim() not in (4, 5):
        shape = list(seen[-1].shape) if seen else None
        raise ValueError(f"'layer' must give feature maps [B, C, (D,) H, W] (got {shape})")
    maps = seen[-1]
    (gradient,) = torch.autograd.grad(logit.sum(), maps, allow_unused=True)
    if gradient is None:
        raise ValueError("'layer' must take part in the verdict: no gradient reaches it")
    maps, gradient = maps.detach().float(), gradient.float()
    weights = gradient.flatten(2).mean(-1).view(*maps.shape[:2], *(1,) * (maps.dim() - 2))
    return enlarged(torch.relu(sign * (weights * maps).sum(1)), inputs)


def scaled_to_one(heat: Tensor) -> Tensor:
    """Scale each sample so that its largest value is 1; one without any evidence stays 0."""
    peak = heat.flatten(1).amax(1).view(-1, *(1,) * (heat.dim() - 1))
    return heat / torch.where(peak == 0, 1, peak)


def enlarged(heat: Tensor, inputs: Tensor) -> Tensor:
    """Bring the heat of a feature map to the size of the input.

    Args:
        heat: ``[B, (D,) h, w]``, B times the frames or snippets of a sample.
        inputs: What the detector was given.
    """
    # Clips have their frames behind the colours, frames and images have none there.
    clips = inputs.dim() == 6
    size = inputs.shape[-3:] if clips else inputs.shape[-2:]
    if clips and heat.dim() == 3:
        # A layer that sees frames one by one.
        heat = torch.unflatten(heat, 0, (-1, inputs.size(-3)))
    mode = "trilinear" if clips else "bilinear"
    heat = heat if clips or heat.dim() == 3 else heat.flatten(0, 1)
    grown = functional.interpolate(heat.unsqueeze(1).float(), size, mode=mode, align_corners=False)
    leading = inputs.shape[:2] if inputs.dim() > 4 else inputs.shape[:1]
    return grown.reshape(*leading, *size)
