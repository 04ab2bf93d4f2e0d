"""Whether an exported program says what the detector says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from torch import Tensor

from graphforensics.errors import CheckpointError
from graphforensics.models.export.pixel_verdict import PixelVerdict

#: Largest difference of a logit that another order of the same sums makes.
TOLERANCE = 1e-3

#: Sizes of the batches that are compared; neither is the one that was traced.
BATCHES = (1, 3)


def check_agreement(
    verdict: PixelVerdict, run: Callable[[Tensor], Tensor], file: Path, batches: tuple[int, ...]
) -> float:
    """Compare an exported program with the detector, on drawn bytes.

    Args:
        verdict: What was exported.
        run: The exported program: from bytes to logits.
        file: Where it was written, for the error.
        batches: Sizes of the batches that it must take.

    Returns:
        The largest difference of a logit.

    Raises:
        CheckpointError: It differs by more than :data:`TOLERANCE` of the logit's size, and 1.
    """
    largest = 0.0
    for size in batches:
        pixels = verdict.example(size)
        wanted = verdict.judged(pixels)[0]
        met = run(pixels)
        if met.shape != wanted.shape:
            raise CheckpointError(
                f"{file}: gives {list(met.shape)} for a batch of {size}, not {list(wanted.shape)}"
            )
        difference = float((met - wanted).abs().max())
        if not difference <= TOLERANCE * max(1.0, float(wanted.abs().max())):
            raise CheckpointError(f"{file}: its logits differ from the detector's by {difference}")
        largest = max(largest, difference)
    return largest
