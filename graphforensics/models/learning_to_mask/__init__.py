"""Learning to Mask (Fei et al., 2022): a teacher hides the easy evidence from a student."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.models.learning_to_mask.graph_classifier import (
        LearningToMaskGraphClassifier,
    )
    from graphforensics.models.learning_to_mask.model import LearningToMask
    from graphforensics.models.learning_to_mask.output import LearningToMaskOutput

__all__ = [
    "LearningToMask",
    "LearningToMaskGraphClassifier",
    "LearningToMaskOutput",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "model": "LearningToMask",
        "output": "LearningToMaskOutput",
        "graph_classifier": "LearningToMaskGraphClassifier",
    },
)
