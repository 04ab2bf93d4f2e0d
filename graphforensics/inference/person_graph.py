"""What a detector sees in one person: the verdict and the graph behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence
from graphforensics.inference.person_inputs import PersonInputs
from graphforensics.inference.verdict import Verdict, judge
from graphforensics.models.detector import Detector


@dataclass(frozen=True)
class PersonGraph:
    """One person's graph with what it takes to draw it.

    Args:
        person: Identity within the file.
        frames: Frames in which the person was seen.
        graph: The graph, or the sequence of one snapshot a snippet, of the sample whose score is
            nearest to the mean.
        images: The face in each snapshot, RGB.
        times: Start of each snapshot in seconds.
        probability: Probability of forgery, the mean over all samples; None if the person was not
            seen for long enough.
        so_far: That of the sample shown, after each snapshot; None if the detector reads all at
            once.
        sample: Number of the sample shown.
        scores: Probability of every sample.
    """

    person: int
    frames: int
    graph: FaceGraph | FaceGraphSequence
    images: list[NDArray[np.uint8]]
    times: list[float]
    probability: float | None
    so_far: list[float] | None
    sample: int = 0
    scores: list[float] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return the figures, without the graph, as a dictionary that JSON takes."""
        return {
            "person": self.person,
            "frames": self.frames,
            "probability": self.probability,
            "probability_so_far": self.so_far,
            "times": self.times,
            "sample": self.sample,
            "scores": self.scores,
        }


def person_graph(model: Detector, person: PersonInputs) -> PersonGraph:
    """Judge a person, as detection does, and keep the graph.

    Args:
        model: The detector, on its device.
        person: What :func:`graphforensics.inference.inputs.read_inputs` found.

    Raises:
        GraphForensicsError: The model's score is no number.
    """
    return graph_of(judge(model, person, graph=True))


def graph_of(verdict: Verdict) -> PersonGraph:
    """Gather what it takes to draw a verdict's graph.

    Args:
        verdict: What :func:`~graphforensics.inference.judge` returned with ``graph=True``.

    Raises:
        ValueError: It was judged without.
    """
    graph, person, shown = verdict.graph, verdict.person, verdict.shown
    if graph is None:
        raise ValueError("'verdict' must have been judged with graph=True")
    steps = len(graph) if isinstance(graph, FaceGraphSequence) else 1
    after_each = verdict.so_far(shown)
    crops = person.sample_crops[shown] if person.sample_crops else person.crops
    return PersonGraph(
        person=person.person,
        frames=person.frames,
        graph=graph,
        images=_spread(crops, steps),
        times=_spread(person.times[shown].min(axis=1).tolist(), steps),
        probability=verdict.probability,
        so_far=after_each if steps > 1 and len(after_each) == steps else None,
        sample=shown,
        scores=verdict.scores,
    )


def _spread(given: list[Any], count: int) -> list[Any]:
    """Take ``count`` of the given evenly; a graph of all runs at once gets the middle one."""
    if len(given) == count:
        return given
    return [given[(2 * step + 1) * len(given) // (2 * count)] for step in range(count)]
