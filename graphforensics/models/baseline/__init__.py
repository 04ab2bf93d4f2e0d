"""The plain twin of every detector: an encoder, a linear head, and nothing between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.models.baseline.graph_classifier import BaselineGraphClassifier
    from graphforensics.models.baseline.model import Baseline
    from graphforensics.models.baseline.output import BaselineOutput

__all__ = ["Baseline", "BaselineGraphClassifier", "BaselineOutput"]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "model": "Baseline",
        "output": "BaselineOutput",
        "graph_classifier": "BaselineGraphClassifier",
    },
)
