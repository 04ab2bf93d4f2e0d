"""Write a detector as a program of ``torch.export``, and see that it says the same."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from graphforensics._files import whole_file
from graphforensics.errors import CheckpointError
from graphforensics.models.detector import Detector
from graphforensics.models.export.agreement import BATCHES, check_agreement
from graphforensics.models.export.pixel_verdict import PixelVerdict
from graphforensics.models.fast_inference import evaluating


def write_program(detector: Detector, file: str | Path) -> float:
    """Write a detector as a ``torch.export`` program: bytes in, logits and probabilities out.

    ``torch.export.load(file).module()`` runs it where torch is installed and this library is not.
    The batch is of any size. The file is loaded and compared with the detector before it takes its
    place. What it says of itself is in its extra file ``about.json``.

    Args:
        detector: On the processor; see :class:`~graphforensics.models.export.PixelVerdict`.
        file: Where to, by custom with the suffix ``.pt2``.

    Returns:
        The largest difference of a logit between the program and the detector.

    Raises:
        CheckpointError: The detector cannot be traced, or the file says something else.
        OutputError: The file cannot be written.

    Example:
        >>> from graphforensics.models import Baseline
        >>> difference = write_program(Baseline(size=64), "model.pt2")  # doctest: +SKIP
    """
    file = Path(file)
    verdict = PixelVerdict(detector)
    try:
        with evaluating(verdict), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            shapes = ({0: torch.export.Dim.DYNAMIC},)
            program = torch.export.export(verdict, (verdict.example(2),), dynamic_shapes=shapes)
    except Exception as error:
        # The tracer has errors of many kinds, of many lines.
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        raise CheckpointError(f"{file}: the detector cannot be exported: {reason}") from error
    with whole_file(file) as place:
        with open(place, "wb") as stream:
            about = {"about.json": json.dumps(verdict.about())}
            torch.export.save(program, stream, extra_files=about)
        return check_agreement(verdict, _loaded(place), file, BATCHES)


def _loaded(file: Path) -> Callable[[Tensor], Tensor]:
    with open(file, "rb") as stream:
        module = torch.export.load(stream).module()

    def run(pixels: Tensor) -> Tensor:
        with torch.inference_mode():
            logit: Tensor = module(pixels)[0]
        return logit

    return run
