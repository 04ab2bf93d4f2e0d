"""From the bytes of face crops to logits and probabilities, in one module."""

from __future__ import annotations

import dataclasses
import json

import torch
from torch import Tensor, nn

from graphforensics import __version__
from graphforensics.models.detector import Detector
from graphforensics.models.fast_inference import evaluating

#: Names of what goes in and what comes out.
PIXELS, LOGIT, PROBABILITY = "pixels", "logit", "probability"


class PixelVerdict(nn.Module):
    r"""A detector with its normalisation before it and its calibration behind it.

    .. math:: p = \sigma \Big( z \Big( \frac{\mathbf{u} / 255 - \boldsymbol{\mu}}
        {\boldsymbol{\sigma}} \Big) / T \Big)

    :math:`\mathbf{u}` are the bytes of the crops, z the detector's logit, T its temperature, 1
    without a calibration. An exported file has to hold all of it: whoever runs it elsewhere has
    neither the mean of the pixels nor the temperature.

    Args:
        detector: The detector; its weights are shared, and its mode is left alone.

    Shapes:
        ``pixels``: ``uint8 [B, *input_spec.shape]``, RGB. Returns ``logit [B]`` and
        ``probability [B]``, both float32.

    Example:
        >>> from graphforensics.models import Baseline
        >>> model = PixelVerdict(Baseline(encoder="resnet10t", size=64)).eval()
        >>> logit, probability = model(torch.zeros(2, 3, 64, 64, dtype=torch.uint8))
        >>> torch.equal(probability, logit.sigmoid())
        True
    """

    def __init__(self, detector: Detector) -> None:
        super().__init__()
        self.detector = detector

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Judge a batch of crops."""
        output = self.detector(self.detector.input_spec.normalize(pixels))
        logit = output.logit.float()
        return logit, self.detector.calibrated(logit)

    def example(self, batch: int) -> Tensor:
        """Return a batch of drawn bytes, the same in every call.

        Args:
            batch: How many samples.
        """
        shape = (batch, *self.detector.input_spec.shape)
        generator = torch.Generator().manual_seed(0)
        return torch.randint(0, 256, shape, dtype=torch.uint8, generator=generator)

    def judged(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Judge as evaluation does, in float32 and without gradients.

        Args:
            pixels: As in :meth:`forward`.
        """
        with evaluating(self), torch.inference_mode():
            result: tuple[Tensor, Tensor] = self(pixels)
        return result

    def about(self) -> dict[str, str]:
        """Return what a file has to say of itself: detector, version, crops and calibration."""
        known = self.detector.calibration
        told = {
            "detector": self.detector.name,
            "graphforensics_version": __version__,
            "input_spec": json.dumps(dataclasses.asdict(self.detector.input_spec)),
            "config": json.dumps(self.detector.config, sort_keys=True),
        }
        if known is not None:
            calibration = {"temperature": known.temperature, "thresholds": dict(known.thresholds)}
            told["calibration"] = json.dumps(calibration, sort_keys=True)
        return told
