"""How likely one file is forged."""

from __future__ import annotations

from pathlib import Path

from graphforensics.inference.detection_report import DetectionReport
from graphforensics.inference.examine import examine
from graphforensics.inference.heat_picture import write_heat
from graphforensics.inference.notes import CAVEAT
from graphforensics.media.save_picture import picture_format
from graphforensics.models.detector import Detector
from graphforensics.store.extraction_options import ExtractionOptions

__all__ = ["CAVEAT", "detect"]


def detect(
    path: str | Path,
    model: Detector,
    options: ExtractionOptions | None = None,
    clips: int | None = None,
    threshold: float | None = None,
    heatmap: str | Path | None = None,
) -> DetectionReport:
    """Score every person of a video or an image.

    The file's probability is the highest of its persons', since one forged face makes a forged
    file; a person's is the mean over the samples. When no face is found, or none for long enough,
    there is no probability. The words are those of :class:`~graphforensics.inference.VerdictRule`.

    Args:
        path: Video, animation or image.
        model: The detector, on its device.
        options: How faces are extracted; by default the frames that the detector needs.
        clips: Samples a person, each spread over the whole file; more look at more frames. By
            default eight single frames, or three clips, fewer in a short file
            (:func:`~graphforensics.inference.inputs.default_samples`).
        threshold: Probability that the inconclusive band lies around. By default what was learned
            from validation data (:func:`~graphforensics.evaluation.calibrate`), else 0.5.
        heatmap: Picture to write: where in the most suspicious face the score comes from
            (:func:`~graphforensics.inference.heat_picture.save_heat_picture`); none without a
            score.

    Raises:
        OutputError: The picture cannot be written, or its ending is of no image format.
        UnreadableMediaError: The file is missing, damaged, or holds no picture.
        MissingDataError: The file is a still image and the detector reads clips.
        GraphForensicsError: The network gives something that is no finite number.
        ValueError: ``clips`` is below 1, or ``threshold`` not in (0, 1).

    Example:
        >>> from graphforensics.models import load_detector
        >>> detect("clip.mp4", load_detector("run/best")).verdict  # doctest: +SKIP
        'not forged'
    """
    if heatmap is not None:
        picture_format(heatmap)
    found = examine(path, model, options, clips, threshold, heat=heatmap is not None)
    if heatmap is not None and found.worst is not None:
        write_heat(found.worst, found.rule, model, heatmap)
    return found.report
