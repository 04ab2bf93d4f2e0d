"""Whether an explanation depends on what the detector learned."""

from __future__ import annotations

from copy import deepcopy

import torch
from torch import Tensor, nn

from graphforensics.explain.explain import Method, explain
from graphforensics.explain.rank_agreement import rank_agreement
from graphforensics.models.detector import Detector


def sanity_check(
    detector: Detector, inputs: Tensor, method: Method = "grad_cam", seed: int = 0
) -> float:
    """Return how alike the heat is to that of the same detector with random weights.

    An explanation of what was learned must change: values near 0 are good, values near 1 say that
    it shows the picture or the architecture. "Sanity Checks for Saliency Maps" (NeurIPS 2018).

    Args:
        detector: The detector; it is left as it is.
        inputs: One sample, normalised.
        method: One of :data:`~graphforensics.explain.METHODS`. Default: ``"grad_cam"``.
        seed: Seed of the random weights. Default: 0.

    Returns:
        Spearman's rank correlation over the pixels; NaN where one heat has one value, or none.

    Raises:
        ValueError: As :func:`~graphforensics.explain.explain` does.
    """
    learned = explain(detector, inputs, method, seed=seed).still()
    drawn = explain(with_random_weights(detector, seed), inputs, method, seed=seed).still()
    if learned is None or drawn is None:
        return float("nan")
    return rank_agreement(learned, drawn)


def with_random_weights(detector: Detector, seed: int = 0) -> Detector:
    """Return a copy whose learned weights are shuffled, each tensor within itself.

    Shuffled weights have the spread that the learned ones have, so that the copy's activations
    neither vanish nor explode; what BatchNorm counted stays.

    Args:
        detector: The detector.
        seed: Seed of the shuffling. Default: 0.
    """
    generator = torch.Generator().manual_seed(seed)
    copy = deepcopy(detector)
    with torch.no_grad():
        for parameter in copy.parameters():
            _shuffle(parameter, generator)
    return copy


def _shuffle(parameter: nn.Parameter, generator: torch.Generator) -> None:
    order = torch.randperm(parameter.numel(), generator=generator).to(parameter.device)
    parameter.copy_(parameter.flatten()[order].view_as(parameter))
