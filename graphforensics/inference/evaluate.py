"""Figures of a detector on face stores."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from graphforensics.data.clip_dataset import ClipDataset
from graphforensics.data.short_tracks import without_short_tracks
from graphforensics.data.split import identity_groups
from graphforensics.data.split_file import read_split
from graphforensics.data.store_check import check_stores
from graphforensics.data.track_table import fingerprint, track_table
from graphforensics.errors import MissingDataError
from graphforensics.inference.evaluation_report import EvaluationReport
from graphforensics.inference.score_clips import score_clips
from graphforensics.metrics import VideoScore, auc, bootstrap_interval, summary, video_scores
from graphforensics.models.detector import Detector


def evaluate(
    model: Detector,
    stores: Iterable[str | Path],
    *,
    labels: str | Path | None = None,
    split: str | Path | None = None,
    part: str | None = None,
    clips: int = 1,
    how: Literal["mean", "max"] = "mean",
    threshold: float = 0.5,
    batch_size: int = 8,
    workers: int = 0,
    seed: int = 0,
    progress: bool = False,
) -> EvaluationReport:
    """Score every labelled video of face stores and compute the figures once over all scores.

    Args:
        model: The detector, on its device.
        stores: Folders of face stores.
        labels: CSV of labels that counts more than what the stores say.
        split: A run's ``split.json``; without one everything in the stores is evaluated.
        part: Part of the split, ``"test"`` by default.
        clips: Samples a face track, evenly over it.
        how: A video's score is the mean of its clips' scores, or their maximum.
        threshold: Scores from here on count as fake, for the accuracy.
        batch_size: Samples at once.
        workers: Processes that load.
        seed: Seed of the bootstrap.
        progress: Show a progress bar on standard error.

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
    roots = list(dict.fromkeys(str(store) for store in stores))
    check_stores(roots, model.input_spec)
    table = without_short_tracks(track_table(roots, labels), model.input_spec)
    table, chosen = _part(table, split, part)
    with_face = table.column("track_id").is_valid()
    tracks, rest = table.filter(with_face), table.filter(pc.invert(with_face))
    if not len(tracks):
        raise MissingDataError(f"no face track to evaluate in {', '.join(roots)}")
    dataset = ClipDataset(tracks, model.input_spec, clips=clips)
    rows = score_clips(model, dataset, batch_size, workers, progress)
    videos = video_scores(rows, how)
    marks, scores = [video.label for video in videos], [video.score for video in videos]
    people = _people(table, videos)
    return EvaluationReport(
        detector=model.name,
        part=chosen,
        fingerprint=fingerprint(table),
        clip=summary([row["label"] for row in rows], [row["score"] for row in rows], threshold),
        video=summary(marks, scores, threshold),
        interval=bootstrap_interval(auc, marks, scores, groups=people, seed=seed),
        videos=videos,
        faceless=_faceless(rest),
    )


def _part(
    table: pa.Table, split: str | Path | None, part: str | None
) -> tuple[pa.Table, str | None]:
    if split is None:
        if part is not None:
            raise ValueError(f"'part' is {part!r}, but no 'split' says who is in it")
        return table, None
    chosen = part or "test"
    positions = read_split(split, table.to_pylist(), required=[chosen])
    if chosen not in positions:
        raise ValueError(f"'part' must be one of {', '.join(positions)} (got {chosen!r})")
    return table.take(pa.array(positions[chosen], pa.int64())), chosen


def _people(table: pa.Table, videos: Sequence[VideoScore]) -> list[int]:
    """Number the group of people that each video shows; the bootstrap draws these."""
    rows = table.to_pylist()
    groups = identity_groups(rows).tolist()
    names = ("dataset", "manipulation", "video")
    known: dict[Any, int] = {
        tuple(row[name] or "" for name in names): group
        for row, group in zip(rows, groups, strict=True)
    }
    return [known[video.dataset, video.manipulation, video.video] for video in videos]


def _faceless(table: pa.Table) -> list[tuple[str, str, str, str]]:
    names = ("source", "label", "status", "reason")
    columns = (pc.fill_null(table.column(name), "").to_pylist() for name in names)
    return list(zip(*columns, strict=True))
