"""Pages that show what a verdict rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.report.report_files import report_files
    from graphforensics.report.write_report import model_card, write_report

__all__ = ["model_card", "report_files", "write_report"]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "report_files": "report_files",
        "write_report": "model_card write_report",
    },
)
