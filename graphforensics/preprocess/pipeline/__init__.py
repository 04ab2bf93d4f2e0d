"""From many files to a face store, in worker processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.preprocess.pipeline.extract import extract
    from graphforensics.preprocess.pipeline.extract_tracks import extract_tracks
    from graphforensics.preprocess.pipeline.extraction_summary import ExtractionSummary

__all__ = [
    "ExtractionSummary",
    "extract",
    "extract_tracks",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "extract": "extract",
        "extract_tracks": "extract_tracks",
        "extraction_summary": "ExtractionSummary",
    },
)
