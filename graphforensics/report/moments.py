"""The moments of a clip that a page lets one scrub through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphforensics.inference.verdict import Verdict
from graphforensics.models.detector import Detector


@dataclass(frozen=True)
class Moment:
    """One point of a face's timeline.

    Args:
        sample: Sample that it belongs to.
        step: Run within the sample.
        start: Time of its first frame in seconds.
        end: Time of its last.
        probability: Score after it; ``None`` where the face was not scored.
        number: Frame that stands for it.
        time: That frame's time in seconds.
        crop: Square of the frame that was judged, x, y and side in pixels of the frame.
        box: Face box ``(x0, y0, x1, y1)`` in pixels of the frame.
        heat: Where the score comes from, from 0 to 1 ``[H, W]``, or ``None``.
    """

    sample: int
    step: int
    start: float
    end: float
    probability: float | None
    number: int
    time: float
    crop: tuple[float, float, float]
    box: tuple[float, float, float, float]
    heat: NDArray[np.float32] | None

    def to_dict(self) -> dict[str, Any]:
        """Return what the page draws, without the heat."""
        return {
            "sample": self.sample,
            "step": self.step,
            "start": round(self.start, 3),
            "end": round(self.end, 3),
            "probability": self.probability,
            "number": self.number,
            "time": round(self.time, 3),
            "crop": [round(value, 1) for value in self.crop],
            "box": [round(value, 1) for value in self.box],
        }


def moments(verdict: Verdict, model: Detector) -> list[Moment]:
    """Return a moment for every run of every sample, by time.

    Of a run of frames the middle one stands for it. A group of single frames has a moment a
    frame, all with the group's score.

    Args:
        verdict: What :func:`~graphforensics.inference.judge` returned.
        model: The detector that judged.
    """
    person, spec = verdict.person, model.input_spec
    found = []
    samples, runs, length = person.numbers.shape
    for sample in range(samples):
        scores = verdict.so_far(sample)
        for run in range(runs):
            middle = length // 2
            times = person.times[sample, run]
            box = person.boxes[sample, run, middle].astype(float).tolist()
            found.append(
                Moment(
                    sample=sample,
                    step=run,
                    start=float(times.min()),
                    end=float(times.max()),
                    probability=scores[min(run, len(scores) - 1)] if scores else None,
                    number=int(person.numbers[sample, run, middle]),
                    time=float(times[middle]),
                    crop=_square(box, spec.margin),
                    box=(box[0], box[1], box[2], box[3]),
                    heat=_heat(verdict, model, sample, run, middle),
                )
            )
    return sorted(found, key=lambda moment: (moment.time, moment.sample))


def _square(box: list[float], margin: float) -> tuple[float, float, float]:
    side = margin * max(box[2] - box[0], box[3] - box[1])
    return (box[0] + box[2] - side) / 2, (box[1] + box[3] - side) / 2, side


def _heat(
    verdict: Verdict, model: Detector, sample: int, run: int, middle: int
) -> NDArray[np.float32] | None:
    if verdict.heat is None:
        return None
    place = {"clip": (sample, run, middle), "frames": (sample, run), "image": (sample,)}
    heat: NDArray[np.float32] = verdict.heat[place[model.input_spec.kind]]
    return heat
