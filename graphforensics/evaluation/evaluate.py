"""Figures of a detector on face stores."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from graphforensics.datasets.clip_dataset import ClipDataset
from graphforensics.datasets.perturbation import Perturbation
from graphforensics.evaluation.evaluation_report import EvaluationReport
from graphforensics.evaluation.labelled_tracks import LabelledTracks, labelled_tracks
from graphforensics.evaluation.run_split import RunSplit
from graphforensics.evaluation.score_clips import score_clips
from graphforensics.inference.verdict_rule import (
    DEFAULT_THRESHOLD,
    chosen_threshold,
    known_temperature,
)
from graphforensics.metrics import VideoRule, bootstrap_interval, summary, video_scores
from graphforensics.metrics.ranking import rank_auc
from graphforensics.models.detector import Detector

__all__ = ["DEFAULT_THRESHOLD", "chosen_threshold", "evaluate"]


def evaluate(
    model: Detector,
    stores: Iterable[str | Path],
    *,
    labels: str | Path | None = None,
    split: str | Path | None = None,
    part: str | None = None,
    clips: int = 1,
    how: VideoRule = "mean",
    threshold: float | None = None,
    batch_size: int = 8,
    workers: int = 0,
    seed: int = 0,
    progress: bool = False,
    perturbation: Perturbation | None = None,
    run: RunSplit | None = None,
) -> EvaluationReport:
    """Score every labelled video of face stores and compute the figures once over all scores.

    Args:
        model: The detector, on its device.
        stores: Folders of face stores.
        labels: CSV of labels that counts more than what the stores say.
        split: A run's ``split.json``, or ``"official"``; without one everything in the stores is
            evaluated.
        part: Part of the split, ``"test"`` by default.
        clips: Samples a face track, evenly over it.
        how: A video's score is the mean of its clips' scores, their maximum, or their confident
            mean (:func:`~graphforensics.metrics.video_scores`).
        threshold: Scores from here on count as fake, for the accuracy. By default what was chosen
            on validation data (:func:`~graphforensics.evaluation.calibrate`), else 0.5.
        batch_size: Samples at once.
        workers: Processes that load.
        seed: Seed of the bootstrap.
        progress: Show a progress bar on standard error.
        perturbation: What every face goes through first.
        run: The split of the run that the detector comes from
            (:func:`~graphforensics.evaluation.run_split.run_split`): videos of people whom it was
            trained on are counted and told.

    Returns:
        The figures; those that one class leaves undefined are ``None``. Files without a face are
        counted and listed, and have no score.

    Raises:
        StoreError: A store is damaged, or was cut for another kind of detector.
        MissingDataError: A label is missing, the split does not fit, or there is no face track.
        ValueError: ``part`` was given without ``split`` or is unknown, or a number is out of range.

    Example:
        >>> from graphforensics.models import load_detector
        >>> report = evaluate(load_detector("run/best"), ["faces"])  # doctest: +SKIP
        >>> report.video["auc"]  # doctest: +SKIP
        0.91
    """
    data = labelled_tracks(stores, model.input_spec, labels, split, part)
    dataset = ClipDataset(data.tracks, model.input_spec, clips=clips, perturbation=perturbation)
    rows = score_clips(model, dataset, batch_size, workers, progress)
    report = _report(model, data, rows, how, threshold, seed)
    trained = None if run is None else run.trained_videos(data.tracks)
    return replace(report, split=None if split is None else str(split), trained_videos=trained)


def _report(
    model: Detector,
    data: LabelledTracks,
    rows: list[dict[str, Any]],
    how: VideoRule,
    threshold: float | None,
    seed: int,
) -> EvaluationReport:
    videos = video_scores(rows, how)
    marks, scores = [video.label for video in videos], [video.score for video in videos]
    clip_threshold, _ = chosen_threshold(model, "clip", threshold)
    video_threshold, origin = chosen_threshold(model, how, threshold)
    looked, without = data.frames()
    names = ("source", "label", "status", "reason")
    return EvaluationReport(
        detector=model.name,
        part=data.part,
        fingerprint=data.fingerprint,
        clip=summary([r["label"] for r in rows], [r["score"] for r in rows], clip_threshold),
        video=summary(marks, scores, video_threshold),
        interval=bootstrap_interval(rank_auc, marks, scores, groups=data.people(videos), seed=seed),
        videos=videos,
        faceless=[
            (row[names[0]], row[names[1]], row[names[2]], row[names[3]]) for row in data.faceless()
        ],
        sample="frame" if model.input_spec.kind == "image" else "clip",
        frames_looked_at=looked,
        frames_without_face=without,
        temperature=known_temperature(model),
        threshold_origin=origin,
    )
