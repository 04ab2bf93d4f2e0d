"""Local relation learning (LRL, Chen et al., 2021): how alike the patches of a face are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.models.lrl.graph_classifier import LRLGraphClassifier
    from graphforensics.models.lrl.model import LRL
    from graphforensics.models.lrl.output import LRLOutput

__all__ = [
    "LRL",
    "LRLGraphClassifier",
    "LRLOutput",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "model": "LRL",
        "output": "LRLOutput",
        "graph_classifier": "LRLGraphClassifier",
    },
)
