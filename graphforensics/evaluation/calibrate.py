"""Temperature and thresholds from validation data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import torch
from scipy.special import expit

from graphforensics.datasets.clip_dataset import ClipDataset
from graphforensics.errors import MissingDataError
from graphforensics.evaluation.labelled_tracks import LabelledTracks, labelled_tracks
from graphforensics.evaluation.score_clips import score_clips
from graphforensics.metrics import (
    LEAST_VIDEOS,
    VIDEO_RULES,
    best_threshold,
    calibration_error,
    defined,
    fit_temperature,
    inconclusive_band,
    log_loss,
    video_scores,
)
from graphforensics.metrics.temperature import BOUNDS
from graphforensics.metrics.threshold import Goal
from graphforensics.metrics.video_scores import VIDEO_KEYS
from graphforensics.models.calibration import Calibration
from graphforensics.models.detector import Detector


def calibrate(
    model: Detector,
    stores: Iterable[str | Path],
    *,
    labels: str | Path | None = None,
    split: str | Path | None = None,
    part: str | None = None,
    clips: int = 1,
    goal: Goal = "accuracy",
    manipulations: Sequence[str] | None = None,
    batch_size: int = 8,
    workers: int = 0,
    progress: bool = False,
) -> Calibration:
    """Fit a temperature and choose thresholds on validation data; the detector then has them.

    The temperature makes the labels of single samples most likely
    (:func:`~graphforensics.metrics.fit_temperature`); it stays 1 where they are told apart without
    an error, or worse than by chance, since no finite temperature then suits. With it the
    thresholds are chosen (:func:`~graphforensics.metrics.best_threshold`), for single samples and
    for each way to join them to a video's score, and around each the band that is inconclusive
    (:func:`~graphforensics.metrics.inconclusive_band`). No test data may go in.

    At least 20 real and 20 fake videos are needed
    (:data:`~graphforensics.metrics.LEAST_VIDEOS`).

    Args:
        model: The detector, on its device. Its :attr:`~graphforensics.models.Detector.calibration`
            is replaced; ``save_pretrained`` and :meth:`Calibration.write` keep it.
        stores: Folders of face stores.
        labels: CSV of labels that counts more than what the stores say.
        split: A run's ``split.json``, or ``"official"``; without one everything in the stores is
            validation data.
        part: Part of the split, ``"val"`` by default.
        clips: Samples a face track, evenly over it.
        goal: What the thresholds are best for, ``"accuracy"`` or ``"balanced_accuracy"``.
        manipulations: Take the fakes of these only, those that the detector was trained on;
            all by default.
        batch_size: Samples at once.
        workers: Processes that load.
        progress: Show a progress bar on standard error.

    Returns:
        The calibration, still without the hash of the weights' file.

    Raises:
        StoreError: A store is damaged, or was cut for another kind of detector.
        MissingDataError: A label is missing, the split does not fit, there is no face track, or
            all are of one class, or there are too few videos of one.
        ValueError: ``part`` was given without ``split`` or is unknown, or a number is out of range.

    Example:
        >>> from graphforensics.models import load_detector
        >>> model = load_detector("run/best")  # doctest: +SKIP
        >>> calibrate(model, ["faces"], split="run/split.json").temperature  # doctest: +SKIP
        1.83
    """
    data = labelled_tracks(stores, model.input_spec, labels, split, part, "val", manipulations)
    counts = _require_videos(data)
    dataset = ClipDataset(data.tracks, model.input_spec, clips=clips)
    rows = score_clips(model, dataset, batch_size, workers, progress)
    marks, logits = [row["label"] for row in rows], [row["logit"] for row in rows]
    temperature = fit_temperature(marks, logits)
    if math.isnan(temperature):
        raise MissingDataError(
            f"the validation data ({len(rows)} samples) are of one class, or the detector says "
            "the same of all: nothing to calibrate with"
        )
    fitted = temperature not in BOUNDS
    temperature = temperature if fitted else 1.0
    # Probabilities under the new temperature, by the detector's own arithmetic.
    model.calibration = Calibration(temperature)
    scored = score_rows(model, rows)
    about = _about(data, rows, scored, temperature)
    settings = {"fitted": fitted, "clips": clips, "goal": goal, "manipulations": manipulations}
    thresholds, bands = _thresholds(scored, goal)
    model.calibration = Calibration(
        temperature, thresholds, about={**about, **counts, **settings}, bands=bands
    )
    return model.calibration


def score_rows(model: Detector, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows of :func:`score_clips` with the probabilities of the detector's calibration."""
    logits = torch.tensor([row["logit"] for row in rows], dtype=torch.float64)
    scores = model.calibrated(logits).tolist()
    return [{**row, "score": score} for row, score in zip(rows, scores, strict=True)]


def _require_videos(data: LabelledTracks) -> dict[str, int]:
    """Count the videos of each kind.

    Raises:
        MissingDataError: There are too few of one.
    """
    videos = {
        (row["label"], *(row[name] for name in VIDEO_KEYS)) for row in data.tracks.to_pylist()
    }
    counts = {
        f"{kind}_videos": sum(label == kind for label, *_ in videos) for kind in ("real", "fake")
    }
    if min(counts.values()) < LEAST_VIDEOS:
        raise MissingDataError(
            f"the validation data hold {counts['real_videos']} real and {counts['fake_videos']} "
            f"fake videos; a threshold takes at least {LEAST_VIDEOS} of each: without one "
            "of its own the detector is measured against 0.5, and its score is uncalibrated"
        )
    return counts


def _thresholds(
    rows: list[dict[str, Any]], goal: Goal
) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
    levels = {"clip": ([row["label"] for row in rows], [row["score"] for row in rows])}
    for how in VIDEO_RULES:
        videos = video_scores(rows, how)
        levels[how] = ([video.label for video in videos], [video.score for video in videos])
    thresholds = {name: best_threshold(*level, goal) for name, level in levels.items()}
    bands = {name: inconclusive_band(*level, thresholds[name]) for name, level in levels.items()}
    return thresholds, bands


def _about(
    data: LabelledTracks,
    rows: list[dict[str, Any]],
    scored: list[dict[str, Any]],
    temperature: float,
) -> dict[str, Any]:
    marks, logits = [row["label"] for row in rows], [row["logit"] for row in rows]
    return {
        "data": data.fingerprint,
        "part": data.part,
        "samples": len(rows),
        "videos": len(video_scores(rows)),
        "fakes": sum(marks),
        "log_loss": [log_loss(marks, logits), log_loss(marks, logits, temperature)],
        "calibration_error": [
            defined(calibration_error(marks, expit(logits))),
            defined(calibration_error(marks, [row["score"] for row in scored])),
        ],
    }
