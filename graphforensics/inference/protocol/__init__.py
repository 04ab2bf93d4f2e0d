"""Protocols: several detectors under several conditions, one table."""

from graphforensics.inference.protocol.protocol_report import ProtocolReport, table_from_scores
from graphforensics.inference.protocol.run_protocol import run_protocol
from graphforensics.inference.protocol.score_row import PROTOCOLS, ScoreRow, read_scores

__all__ = [
    "PROTOCOLS",
    "ProtocolReport",
    "ScoreRow",
    "read_scores",
    "run_protocol",
    "table_from_scores",
]
