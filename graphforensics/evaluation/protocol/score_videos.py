"""The rows of one detector."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphforensics.datasets.clip_dataset import ClipDataset
from graphforensics.datasets.perturbation import Perturbation
from graphforensics.evaluation.labelled_tracks import LabelledTracks
from graphforensics.evaluation.protocol.protocol_settings import ProtocolSettings
from graphforensics.evaluation.protocol.score_row import ScoreRow
from graphforensics.evaluation.score_clips import score_clips
from graphforensics.inference.verdict_rule import chosen_threshold
from graphforensics.metrics import VideoScore, video_scores
from graphforensics.models import Detector
from graphforensics.store.columns import LABELS


def score_videos(
    name: str,
    model: Detector,
    groups: Mapping[str, LabelledTracks],
    perturbations: Sequence[Perturbation | None],
    trained_on: Sequence[str],
    settings: ProtocolSettings,
) -> Iterator[ScoreRow]:
    """Score every video of every group through every perturbation.

    Args:
        name: What the detector is called in the tables.
        model: The detector, on its device.
        groups: Name of the data -> its tracks.
        perturbations: What faces go through; ``None`` leaves them as they are.
        trained_on: Conditions that the detector saw in training.
        settings: The same for all.

    Yields:
        A row a video, and a row a file without a face.
    """
    threshold, _ = chosen_threshold(model, settings.how, settings.threshold)
    for perturbation in perturbations:
        for key, group in groups.items():
            shared: dict[str, Any] = {
                "protocol": settings.protocol,
                "model": name,
                "trained_on": ";".join(trained_on),
                "perturbation": "" if perturbation is None else str(perturbation),
                "data": key,
                "threshold": threshold,
                "seed": settings.seed,
                "resamples": settings.resamples,
            }
            yield from _rows(group, _videos(model, group, perturbation, settings), shared)


def _videos(
    model: Detector,
    group: LabelledTracks,
    perturbation: Perturbation | None,
    settings: ProtocolSettings,
) -> list[VideoScore]:
    dataset = ClipDataset(
        group.tracks, model.input_spec, clips=settings.clips, perturbation=perturbation
    )
    scored = score_clips(model, dataset, settings.batch_size, settings.workers, settings.progress)
    return video_scores(scored, settings.how)


def _rows(
    group: LabelledTracks, videos: Sequence[VideoScore], shared: Mapping[str, Any]
) -> Iterator[ScoreRow]:
    for video, people in zip(videos, group.people(videos), strict=True):
        yield ScoreRow(
            dataset=video.dataset,
            manipulation=video.manipulation,
            quality=video.quality,
            video=video.video,
            identity=video.identity or "",
            group=f"{shared['data']}/{people}",
            label=LABELS[int(video.label)],
            clips=video.rows,
            score=video.score,
            **shared,
        )
    for file in group.faceless():
        yield ScoreRow(
            dataset=file["dataset"],
            manipulation=file["manipulation"],
            quality=file["quality"],
            video=file["source"],
            identity=file["identity"],
            group="",
            label=file["label"],
            clips=0,
            score=None,
            status=file["status"],
            **shared,
        )
