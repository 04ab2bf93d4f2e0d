"""What speaks for a verdict, in one sentence, where that was measured."""

from __future__ import annotations

from typing import cast

from graphforensics.explain.explain import Method, explain
from graphforensics.explain.faithfulness_table import FaithfulnessTable
from graphforensics.explain.sentence import NOTHING, sentence
from graphforensics.inference.examine import Examination
from graphforensics.inference.verdict import Verdict
from graphforensics.models.detector import Detector

#: Methods that say something of regions or relations, the exact ones first.
_METHODS = ("removal", "relation_removal", "shapley", "graph_explainer")
UNMEASURED = (
    "No region is named: no explanation of regions or relations has been measured to be faithful "
    "for this detector."
)


def spoken(model: Detector, examination: Examination, table: FaithfulnessTable) -> str:
    """Return the sentence of the first method that passed and finds something.

    Args:
        model: The detector.
        examination: What it said of the file; the face that decides is spoken of.
        table: Which methods passed.
    """
    worst = examination.worst
    passed = [name for name in _METHODS if table.status(model.name, name) == "passed"]
    if worst is None or not passed:
        return UNMEASURED
    device = next(model.parameters()).device
    pixels = worst.person.inputs[worst.shown].to(device)
    inputs = model.input_spec.normalize(pixels)
    for name in passed:
        found = explain(model, inputs, cast(Method, name))
        spans = _spans(worst) if found.time is not None else None
        fits = spans is not None and found.time is not None and len(spans) == len(found.time)
        told = sentence(found, table, spans if fits else None)
        if told != NOTHING:
            return told
    return NOTHING


def _spans(verdict: Verdict) -> list[tuple[float, float]]:
    times = verdict.person.times[verdict.shown]
    return [(float(run.min()), float(run.max())) for run in times]
