"""What a detector says of one person: judged here, and nowhere else."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import fmean

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence
from graphforensics.errors import GraphForensicsError
from graphforensics.explain.activation_heat import activation_heat, scaled_to_one, watched_maps
from graphforensics.inference.detection_report import SnippetVerdict
from graphforensics.inference.person_inputs import PersonInputs
from graphforensics.inference.spread import Spread
from graphforensics.models.detector import Detector
from graphforensics.models.detector_output import DetectorOutput
from graphforensics.models.fast_inference import computes_bfloat16, evaluating, fast_layout

#: Samples that the network sees at once; more would cost memory and save no time.
_BATCH = 8


@dataclass(frozen=True)
class Verdict:
    """What a detector says of one person, and what it saw on the way.

    Args:
        person: The person and the pixels that were judged.
        logits: The network's output for each sample, positive is fake; none where the person was
            not seen for long enough.
        scores: The samples' probabilities of fake, calibrated where the detector is.
        snippets: The score after every run of frames, sample by sample.
        graph: The graph of sample :attr:`shown`, on the CPU; ``None`` if not asked for.
        shown: The sample whose score is nearest to the mean, which stands for all in pictures.
        heat: Grad-CAM's heat for "fake" of every sample ``[n, ...]``, without the axis of colours,
            its peak 1 in each; ``None`` if not asked for.
        forged_map: The detector's own probabilities of forged pixels ``[n, size, size]``, if it
            has learned any.
    """

    person: PersonInputs
    logits: list[float]
    scores: list[float]
    snippets: list[SnippetVerdict] = field(default_factory=list)
    graph: FaceGraph | FaceGraphSequence | None = None
    shown: int = 0
    heat: NDArray[np.float32] | None = None
    forged_map: NDArray[np.float32] | None = None

    @property
    def logit(self) -> float | None:
        """Mean of the logits, ``None`` where there is none."""
        return fmean(self.logits) if self.logits else None

    @property
    def probability(self) -> float | None:
        """Mean of the samples' probabilities, ``None`` where there is none; never a guess."""
        return fmean(self.scores) if self.scores else None

    @property
    def spread(self) -> Spread | None:
        """How far the samples lie apart."""
        return Spread.of(self.scores) if self.scores else None

    def so_far(self, sample: int) -> list[float]:
        """Return the scores after each run of one sample."""
        return [snippet.probability for snippet in self.snippets if snippet.clip == sample]


def judge(
    model: Detector, person: PersonInputs, *, graph: bool = False, heat: bool = False
) -> Verdict:
    """Judge all samples of one person; each goes through the network once, whatever is asked for.

    Only detectors with :attr:`~graphforensics.models.Detector.graph_apart` compute more for the
    graph, of the one sample that is shown.

    Args:
        model: The detector, on its device.
        person: One entry of :func:`~graphforensics.inference.read_inputs`.
        graph: Keep the graph.
        heat: Keep the heat, and the detector's own map; that takes gradients and their memory.

    Raises:
        GraphForensicsError: The network gives something that is no finite number.

    Example:
        >>> from graphforensics.models import load_detector
        >>> model = load_detector("run/best")  # doctest: +SKIP
        >>> judge(model, people[0]).probability  # doctest: +SKIP
        0.71
    """
    if not (person.enough or graph or heat):
        return Verdict(person, [], [])
    device = next(model.parameters()).device
    passes = []
    for pixels in person.inputs.split(_BATCH):
        inputs = model.input_spec.normalize(pixels.to(device))
        passes.append(_hot(model, inputs) if heat else _Pass(model.predict(inputs)))
    logits = [
        value for one in passes for value in finite(one.output.logit, f"face {person.person}")
    ]
    scores = _probabilities(model, torch.tensor(logits, dtype=torch.float64))
    shown = min(range(len(scores)), key=lambda n: abs(scores[n] - fmean(scores)))
    return Verdict(
        person=person,
        logits=logits if person.enough else [],
        scores=scores if person.enough else [],
        snippets=_snippets(model, passes, person) if person.enough else [],
        graph=_graph(model, passes, person, shown) if graph else None,
        shown=shown,
        heat=_joined([one.heat for one in passes]),
        forged_map=_joined([one.forged_map for one in passes]),
    )


def finite(logits: Tensor, whose: str) -> list[float]:
    """Return logits as numbers.

    Args:
        logits: Of any shape.
        whose: What they were computed of, for the message.

    Raises:
        GraphForensicsError: One is NaN or infinite: no word could be true of it.
    """
    values: list[float] = logits.detach().cpu().double().flatten().tolist()
    for value in values:
        if not math.isfinite(value):
            raise GraphForensicsError(
                f"{whose}: the model's score is not a number ({value}); its weights are damaged, "
                "or training diverged"
            )
    return values


@dataclass(frozen=True)
class _Pass:
    """What one pass through the network gave."""

    output: DetectorOutput
    heat: Tensor | None = None
    forged_map: Tensor | None = None


def _hot(model: Detector, inputs: Tensor) -> _Pass:
    """Judge with gradients, with the arithmetic of :meth:`Detector.predict`."""
    given = fast_layout(inputs).requires_grad_()
    with evaluating(model), _gradients(inputs.device), watched_maps(model.feature_layer) as seen:
        output: DetectorOutput = model(given)
        heat = scaled_to_one(activation_heat(output.logit, seen, inputs))
        own = model.forged_map(output)
    return _Pass(output, heat, None if own is None else own.detach().float())


@contextmanager
def _gradients(device: torch.device) -> Iterator[None]:
    enabled = computes_bfloat16(device)
    with torch.enable_grad(), torch.autocast(device.type, torch.bfloat16, enabled=enabled):
        yield


def _joined(parts: list[Tensor | None]) -> NDArray[np.float32] | None:
    there = [part.float().cpu() for part in parts if part is not None]
    joined: NDArray[np.float32] | None = torch.cat(there).numpy() if there else None
    return joined


def _probabilities(model: Detector, logit: Tensor) -> list[float]:
    values: list[float] = model.calibrated(logit).flatten().tolist()
    return values


def _snippets(model: Detector, passes: list[_Pass], person: PersonInputs) -> list[SnippetVerdict]:
    found = []
    rows = [row for one in passes for row in _after_each(one.output)]
    for clip, row in enumerate(rows):
        whose = f"face {person.person}"
        scores = _probabilities(model, torch.tensor(finite(row, whose), dtype=torch.float64))
        times = person.times[clip]
        if len(scores) != len(times):
            # A detector that reads all runs at once has one score for all of them.
            times, scores = times.reshape(1, -1), scores[-1:]
        found += [
            SnippetVerdict(clip, float(run.min()), float(run.max()), score)
            for run, score in zip(times, scores, strict=True)
        ]
    return found


def _after_each(output: DetectorOutput) -> Tensor:
    """Return the logits after each run, ``[B, T]``, or ``[B, 1]`` of all runs together."""
    after_each: Tensor | None = getattr(output, "snippet_logits", None)
    return output.logit[:, None] if after_each is None else after_each


def _graph(
    model: Detector, passes: list[_Pass], person: PersonInputs, shown: int
) -> FaceGraph | FaceGraphSequence:
    if model.graph_apart:
        device = next(model.parameters()).device
        pixels = person.inputs[shown : shown + 1].to(device)
        found = model.graph(model.input_spec.normalize(pixels))[0]
    else:
        found = passes[shown // _BATCH].output.graph[shown % _BATCH]
    graph: FaceGraph | FaceGraphSequence = found.detach().to("cpu")
    return graph
