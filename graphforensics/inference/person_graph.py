"""What a detector sees in one person: the verdict and the graph behind it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence
from graphforensics.errors import GraphForensicsError

if TYPE_CHECKING:
    from graphforensics.inference.person_inputs import PersonInputs
    from graphforensics.models.detector import Detector


@dataclass(frozen=True)
class PersonGraph:
    """One person's graph with what it takes to draw it.

    Args:
        person: Identity within the file.
        frames: Frames in which the person was seen.
        graph: The graph, or the sequence of one snapshot a snippet.
        images: The face in each snapshot, RGB.
        times: Start of each snapshot in seconds.
        probability: Probability of forgery, None if the person was not seen for long enough.
        so_far: The same after each snapshot, None if the detector reads all at once.
    """

    person: int
    frames: int
    graph: FaceGraph | FaceGraphSequence
    images: list[NDArray[np.uint8]]
    times: list[float]
    probability: float | None
    so_far: list[float] | None

    def to_dict(self) -> dict[str, Any]:
        """Return the figures, without the graph, as a dictionary that JSON takes."""
        return {
            "person": self.person,
            "frames": self.frames,
            "probability": self.probability,
            "probability_so_far": self.so_far,
            "times": self.times,
        }


def person_graph(model: Detector, person: PersonInputs) -> PersonGraph:
    """Run a detector on the first sample of a person, as detection does.

    Args:
        model: The detector, on its device.
        person: What :func:`graphforensics.inference.inputs.read_inputs` found.

    Raises:
        GraphForensicsError: The model's score is no number.
    """
    device = next(model.parameters()).device
    inputs = model.input_spec.normalize(person.inputs[:1].to(device))
    output = model.predict(inputs)
    score = float(model.calibrated(output.logit.double())[0])
    if math.isnan(score):
        raise GraphForensicsError("the model's score is not a number")
    graphs = model.graph(inputs) if model.graph_apart else output.graph
    graph = graphs.to("cpu")[0]
    steps = len(graph) if isinstance(graph, FaceGraphSequence) else 1
    after_each: Tensor | None = getattr(output, "snippet_logits", None)
    read_in_order = person.enough and steps > 1 and after_each is not None
    so_far = model.calibrated(after_each.double())[0].tolist() if read_in_order else None  # type: ignore[union-attr]
    return PersonGraph(
        person=person.person,
        frames=person.frames,
        graph=graph,
        images=_spread(person.crops, steps),
        times=_spread(person.times[0].min(axis=1).tolist(), steps),
        probability=score if person.enough else None,
        so_far=so_far,
    )


def _spread(given: list[Any], count: int) -> list[Any]:
    """Take ``count`` of the given evenly; a graph of all runs at once gets the middle one."""
    if len(given) == count:
        return given
    return [given[(2 * step + 1) * len(given) // (2 * count)] for step in range(count)]
