"""Detectors as programs that run without this library: ONNX and ``torch.export``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.models.export.pixel_verdict import PixelVerdict
    from graphforensics.models.export.write_onnx import write_onnx
    from graphforensics.models.export.write_program import write_program

__all__ = ["PixelVerdict", "write_onnx", "write_program"]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "pixel_verdict": "PixelVerdict",
        "write_onnx": "write_onnx",
        "write_program": "write_program",
    },
)
