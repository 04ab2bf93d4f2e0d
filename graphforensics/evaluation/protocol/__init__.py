"""Protocols: several detectors under several conditions, one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.evaluation.protocol.protocol_report import ProtocolReport, table_from_scores
    from graphforensics.evaluation.protocol.run_protocol import run_protocol
    from graphforensics.evaluation.protocol.score_row import PROTOCOLS, ScoreRow, read_scores

__all__ = [
    "PROTOCOLS",
    "ProtocolReport",
    "ScoreRow",
    "read_scores",
    "run_protocol",
    "table_from_scores",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "protocol_report": "ProtocolReport table_from_scores",
        "run_protocol": "run_protocol",
        "score_row": "PROTOCOLS ScoreRow read_scores",
    },
)
