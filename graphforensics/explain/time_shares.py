"""What each snippet or frame adds to a verdict."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor

from graphforensics.models.baseline.model import Baseline
from graphforensics.models.detector import Detector
from graphforensics.models.fast_inference import evaluating


def time_shares(detector: Detector, inputs: Tensor) -> Tensor | None:
    r"""Return what each snippet, or each frame, adds to the logit.

    A detector with a memory (MRL) says a logit after each snippet: the share of a snippet is
    :math:`y_t - y_{t-1}` with :math:`y_0 = 0`. The baseline's logit is the mean of its snippets':
    a share is :math:`y_t / T`. In both cases the shares add up to the logit. Of single frames
    (DeepfakeMAE) it is how far the logit falls when the frame is replaced by its neighbour.

    Args:
        detector: The detector.
        inputs: One sample ``[1, *input_spec.shape]``, normalised.

    Shapes:
        ``[T]`` of a clip, ``[F]`` of frames, float64; None of an image.
    """
    kind = detector.input_spec.kind
    if kind == "image":
        return None
    with evaluating(detector), torch.no_grad():
        output = detector(inputs)
        whole = output.logit.double().cpu()
        after_each = getattr(output, "snippet_logits", None)
        if after_each is not None and isinstance(detector, Baseline):
            each = cast(Tensor, after_each)[0].double().cpu()
            return each / len(each)
        if after_each is not None:
            states = cast(Tensor, after_each)[0].double().cpu()
            return torch.diff(states, prepend=torch.zeros(1, dtype=torch.float64))
        without = [detector(_replaced(inputs, place)).logit for place in range(inputs.size(1))]
    falls: Tensor = whole - torch.cat(without).double().cpu()
    return falls


def _replaced(inputs: Tensor, place: int) -> Tensor:
    """Return the sample with one frame replaced by the one after it, the last by the one before."""
    frames = inputs.size(1)
    other = place + 1 if place + 1 < frames else max(place - 1, 0)
    changed = inputs.clone()
    changed[:, place] = inputs[:, other]
    return changed
