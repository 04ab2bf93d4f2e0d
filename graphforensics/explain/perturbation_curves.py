"""How a score falls and rises as the pixels that an explanation names go and come."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from graphforensics.models.detector import Detector
from graphforensics.models.fast_inference import evaluating


def deletion_curve(detector: Detector, inputs: Tensor, heat: Tensor, steps: int = 10) -> Tensor:
    r"""Return the probability of fake as pixels are taken away, the hottest first.

    A pixel that is away has its channel's mean, 0 after normalisation, in this frame. A faithful
    explanation lets the score of a forgery fall at once: the area below the curve is small.
    "RISE: Randomized Input Sampling for Explanation of Black-box Models" (BMVC 2018).

    Args:
        detector: The detector.
        inputs: One sample, normalised.
        heat: Of each pixel; where values are equal, the first in raster order goes first.
        steps: Number of equal steps. Default: 10.

    Shapes:
        ``inputs [1, *input_spec.shape]``; ``heat`` the same without batch and colours; output
        ``[steps + 1]``, at shares 0, 1 / steps, ..., 1.

    Raises:
        ValueError: A shape does not fit, or ``steps`` is not positive.
    """
    return _curve(detector, inputs, heat, steps, lambda gone: gone)


def insertion_curve(detector: Detector, inputs: Tensor, heat: Tensor, steps: int = 10) -> Tensor:
    """Return the probability of fake as pixels come into an empty crop, the hottest first.

    A faithful explanation lets the score of a forgery rise at once: the area below is large.

    Args:
        detector: The detector.
        inputs: As in :func:`deletion_curve`, as for the next two.
        heat: Of each pixel.
        steps: Number of equal steps. Default: 10.

    Shapes:
        As in :func:`deletion_curve`.

    Raises:
        ValueError: As in :func:`deletion_curve`.
    """
    return _curve(detector, inputs, heat, steps, lambda come: ~come)


def area_under(curve: Tensor) -> float:
    """Return the area below a curve over shares from 0 to 1, by the trapezoid rule.

    Args:
        curve: Of :func:`deletion_curve` or :func:`insertion_curve`.

    Example:
        >>> area_under(torch.tensor([1.0, 0.0, 0.0]))
        0.25
    """
    return float(torch.trapezoid(curve.double()) / (len(curve) - 1))


def _curve(
    detector: Detector,
    inputs: Tensor,
    heat: Tensor,
    steps: int,
    hidden: Callable[[Tensor], Tensor],
) -> Tensor:
    detector.check_inputs(inputs)
    colours = inputs.dim() - (4 if detector.input_spec.kind == "clip" else 3)
    wanted = [size for axis, size in enumerate(inputs.shape[1:], 1) if axis != colours]
    if list(heat.shape) != wanted or len(inputs) != 1:
        raise ValueError(f"'heat' must be {wanted} of one sample (got {list(heat.shape)})")
    if steps < 1:
        raise ValueError(f"'steps' must be positive (got {steps})")
    order = torch.argsort(heat.flatten(), descending=True, stable=True)
    rank = torch.empty_like(order)
    rank[order] = torch.arange(len(order), device=order.device)
    found = []
    with evaluating(detector), torch.no_grad():
        for step in range(steps + 1):
            named = (rank < round(len(rank) * step / steps)).view(heat.shape).to(inputs.device)
            away = hidden(named).unsqueeze(0).unsqueeze(colours)
            said = detector(torch.where(away, 0, inputs)).logit
            found.append(detector.calibrated(said.float()).cpu())
    return torch.cat(found)
