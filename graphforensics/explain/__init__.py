"""Explanations of verdicts, and measures of how faithful they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.explain.attention_rollout import attention_rollout
    from graphforensics.explain.explain import METHODS, explain
    from graphforensics.explain.explanation import Explanation
    from graphforensics.explain.faithfulness_table import FaithfulnessTable
    from graphforensics.explain.grad_cam import grad_cam
    from graphforensics.explain.localisation import heat_iou, pointing_game
    from graphforensics.explain.perturbation_curves import deletion_curve, insertion_curve
    from graphforensics.explain.rank_agreement import rank_agreement
    from graphforensics.explain.sanity_check import sanity_check
    from graphforensics.explain.sentence import sentence

__all__ = [
    "METHODS",
    "Explanation",
    "FaithfulnessTable",
    "attention_rollout",
    "deletion_curve",
    "explain",
    "grad_cam",
    "heat_iou",
    "insertion_curve",
    "pointing_game",
    "rank_agreement",
    "sanity_check",
    "sentence",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "attention_rollout": "attention_rollout",
        "explain": "METHODS explain",
        "explanation": "Explanation",
        "faithfulness_table": "FaithfulnessTable",
        "grad_cam": "grad_cam",
        "localisation": "heat_iou pointing_game",
        "perturbation_curves": "deletion_curve insertion_curve",
        "rank_agreement": "rank_agreement",
        "sanity_check": "sanity_check",
        "sentence": "sentence",
    },
)
