"""The map that a detector itself draws on its way to a verdict."""

from __future__ import annotations

import torch
from torch import Tensor

from graphforensics.models.detector import Detector
from graphforensics.models.fast_inference import evaluating
from graphforensics.models.learning_to_mask.model import LearningToMask


def own_map(detector: Detector, inputs: Tensor) -> Tensor | None:
    """Return the detector's own map of one sample, at the size that it has there.

    The mask decoder's probabilities of LRL and of a baseline with masks, the patch tokens' of
    AUNet (:meth:`~graphforensics.models.Detector.forged_pixels`); of Learning to Mask the
    attention of the teacher's class token. Other detectors draw none.

    Args:
        detector: The detector.
        inputs: One sample ``[1, *input_spec.shape]``, normalised.

    Shapes:
        ``[h, w]``, or None.
    """
    if isinstance(detector, LearningToMask):
        looks = detector.attend(inputs).class_attention
        return None if looks is None else looks[0].detach().float()
    with evaluating(detector), torch.no_grad():
        forged = detector.forged_pixels(inputs)
    return None if forged is None else forged[0].detach().float()
