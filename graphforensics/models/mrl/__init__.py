"""Masked relation learning (MRL, 2023): attention regions over time, relations partly masked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.models.mrl.graph_classifier import MRLGraphClassifier
    from graphforensics.models.mrl.model import MRL
    from graphforensics.models.mrl.output import MRLOutput
    from graphforensics.models.mrl.relation_learner import RelationLearner

__all__ = [
    "MRL",
    "MRLGraphClassifier",
    "MRLOutput",
    "RelationLearner",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "model": "MRL",
        "output": "MRLOutput",
        "graph_classifier": "MRLGraphClassifier",
        "relation_learner": "RelationLearner",
    },
)
