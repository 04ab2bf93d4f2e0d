"""What DeepfakeMAE says about a batch."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from graphforensics.models.detector_output import DetectorOutput


@dataclass
class DeepfakeMAEOutput(DetectorOutput):
    """The verdict of :class:`~graphforensics.models.DeepfakeMAE` and those it is the mean of.

    Args:
        logit: ``[B]``, positive is fake: the logit of the mean of the branches' probabilities.
        finetune_logit: The fine-tuning network's, ``[B]``; None where that branch does not count.
        map_logit: The mapping network's, ``[B]``: the logit of the mean of its probabilities of
            the frames; None where that branch does not count.
        frame_logits: The mapping network's of each frame, ``[B, F]``, or None.
        mapped: The faces that it drew, ``[B, F, 3, s, s]``, or None.
    """

    finetune_logit: Tensor | None = None
    map_logit: Tensor | None = None
    frame_logits: Tensor | None = None
    mapped: Tensor | None = None


def mean_logit(logits: Tensor, dim: int) -> Tensor:
    r"""Return the logit of the mean of probabilities, exact where they are near 0 or 1.

    .. math:: \mathrm{logit} \Big( \frac{1}{n} \sum_i \sigma(y_i) \Big)
        = \log \sum_i \sigma(y_i) - \log \sum_i \sigma(-y_i)

    Args:
        logits: Any shape.
        dim: The axis to average over.

    Example:
        >>> mean_logit(torch.tensor([-100.0, 100.0]), 0).item()
        0.0
    """
    return torch.logsumexp(logsigmoid(logits), dim) - torch.logsumexp(logsigmoid(-logits), dim)


# torch.export gives back only such dataclasses as outputs that it was told of.
torch.export.register_dataclass(DeepfakeMAEOutput)
