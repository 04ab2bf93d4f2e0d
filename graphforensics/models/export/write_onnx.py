"""Write a detector as an ONNX file, and see in onnxruntime that it says the same."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from graphforensics._files import whole_file
from graphforensics._optional import import_optional
from graphforensics.errors import CheckpointError
from graphforensics.models.detector import Detector
from graphforensics.models.export.agreement import BATCHES, check_agreement
from graphforensics.models.export.pixel_verdict import LOGIT, PIXELS, PROBABILITY, PixelVerdict
from graphforensics.models.fast_inference import evaluating


def write_onnx(detector: Detector, file: str | Path) -> float:
    """Write a detector as ONNX: bytes of crops in, logits and probabilities out.

    The batch is of any size. The file's metadata hold the detector's name, its configuration, its
    ``input_spec`` and its calibration as JSON. The file is run by onnxruntime and compared with
    the detector before it takes its place.

    Args:
        detector: On the processor; see :class:`~graphforensics.models.export.PixelVerdict`.
        file: Where to.

    Returns:
        The largest difference of a logit between onnxruntime and torch.

    Raises:
        MissingExtraError: The extra ``export`` is not installed.
        CheckpointError: The detector cannot be translated, or the file says something else.
        OutputError: The file cannot be written.

    Example:
        >>> from graphforensics.models import Baseline
        >>> difference = write_onnx(Baseline(size=64), "model.onnx")  # doctest: +SKIP
    """
    for name in ("onnx", "onnxscript", "onnxruntime"):
        import_optional(name, "export")
    file = Path(file)
    verdict = PixelVerdict(detector)
    program = _translated(verdict, file)
    program.model.metadata_props.update(verdict.about())
    with whole_file(file) as place:
        program.save(str(place), external_data=False)
        return check_agreement(verdict, _runner(place), file, BATCHES)


def _translated(verdict: PixelVerdict, file: Path) -> Any:
    batch = torch.export.Dim.DYNAMIC
    try:
        with evaluating(verdict), warnings.catch_warnings():
            # Notes of the translator for its own developers.
            warnings.simplefilter("ignore")
            return torch.onnx.export(
                verdict,
                (verdict.example(2),),
                input_names=[PIXELS],
                output_names=[LOGIT, PROBABILITY],
                dynamic_shapes=({0: batch},),
                dynamo=True,
                verbose=False,
            )
    except Exception as error:
        # The translator has errors of many kinds, of many lines.
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        raise CheckpointError(f"{file}: the detector cannot be exported: {reason}") from error


def _runner(file: Path) -> Callable[[Tensor], Tensor]:
    runtime = import_optional("onnxruntime", "export")
    session = runtime.InferenceSession(str(file), providers=["CPUExecutionProvider"])

    def run(pixels: Tensor) -> Tensor:
        return torch.from_numpy(session.run([LOGIT], {PIXELS: pixels.numpy()})[0])

    return run
