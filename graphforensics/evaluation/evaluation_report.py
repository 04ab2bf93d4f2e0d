"""What an evaluation came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphforensics._csv import csv_text
from graphforensics._text import shown
from graphforensics.metrics import BootstrapInterval, VideoScore, format_figure
from graphforensics.store.columns import LABELS

_FIGURES = {
    "auc": "AUC",
    "average_precision": "AP",
    "equal_error_rate": "EER",
    "accuracy": "accuracy",
    "tpr_at_fpr_1": "TPR at 1 % FPR",
    "tpr_at_fpr_5": "at 5 %",
    "brier_score": "Brier",
    "calibration_error": "ECE",
}
_ORIGINS = {
    "given": "as given",
    "validation": "learned from validation data",
    "default": "not learned from validation data: see 'graphforensics calibrate'",
}
_WITHOUT_SCORE = {
    "no_face": "without a face",
    "too_short": "with a glimpse of one only",
    "failed": "unreadable",
}
_COLUMNS = (
    "dataset",
    "manipulation",
    "video",
    "quality",
    "identity",
    "label",
    "clips",
    "score",
    "status",
)


@dataclass(frozen=True)
class EvaluationReport:
    """Figures over all scores, and every video's score.

    Args:
        detector: Name of the detector.
        part: Part of the split that was evaluated; ``None`` for everything given.
        fingerprint: Hash of what the stores say of the files evaluated.
        clip: Figures over all samples, each a clip or a frame:
            :func:`graphforensics.metrics.summary`.
        video: Figures over all videos, likewise.
        interval: Bootstrap interval of the video AUC; people are drawn, not videos.
        videos: Every video's score.
        faceless: ``(source, label, status, reason)`` of files without a face track that is long
            enough; they are counted and have no score.
        sample: What a sample is, ``"clip"`` or, of detectors that judge single images, ``"frame"``.
        frames_looked_at: Frames that extraction searched for faces.
        frames_without_face: Frames among them in which none was found: counted, never guessed.
        temperature: What the logits were divided by; ``None`` for an uncalibrated detector.
        threshold_origin: Whether the threshold was ``"given"``, chosen on ``"validation"`` data,
            or is the ``"default"``.
        split: What says who is in the part; ``None`` where everything was measured.
        trained_videos: Videos of people whom the detector was trained on; ``None`` where no run
            says who they are.
    """

    detector: str
    part: str | None
    fingerprint: str
    clip: dict[str, float | int | None]
    video: dict[str, float | int | None]
    interval: BootstrapInterval
    videos: list[VideoScore]
    faceless: list[tuple[str, str, str, str]]
    sample: str = "clip"
    frames_looked_at: int = 0
    frames_without_face: int = 0
    temperature: float | None = None
    threshold_origin: str = "default"
    split: str | None = None
    trained_videos: int | None = None

    @property
    def frame(self) -> dict[str, float | int | None] | None:
        """Figures over all frames; ``None`` for detectors that do not judge single frames."""
        return self.clip if self.sample == "frame" else None

    def to_dict(self) -> dict[str, Any]:
        """Return everything as a dictionary that JSON takes; undefined figures are ``None``."""
        statuses = [status for _, _, status, _ in self.faceless]
        return {
            "detector": self.detector,
            "part": self.part,
            "split": self.split,
            "trained_videos": self.trained_videos,
            "data": self.fingerprint,
            "temperature": self.temperature,
            "threshold_origin": self.threshold_origin,
            "frame": self.frame,
            "clip": None if self.sample == "frame" else self.clip,
            "video": {**self.video, "auc_interval": self.interval.to_dict()},
            "without_score": {name: statuses.count(name) for name in _WITHOUT_SCORE},
            "frames": {
                "looked_at": self.frames_looked_at,
                "without_face": self.frames_without_face,
            },
        }

    def lines(self) -> list[str]:
        """Return the figures as lines of text."""
        statuses = [status for _, _, status, _ in self.faceless]
        told = ", ".join(f"{statuses.count(name)} {word}" for name, word in _WITHOUT_SCORE.items())
        interval = self.interval
        known = "calibrated" if self.temperature is not None else "uncalibrated"
        return [
            *self._warning(),
            self._line(f"{self.sample}s", self.clip),
            self._line("videos", self.video),
            f"video AUC {interval}, {interval.level:.0%} bootstrap over {interval.groups} people",
            f"accuracy at threshold {self.video['threshold']:.4g}, "
            f"{_ORIGINS[self.threshold_origin]}; scores are {known}",
            self._measured(),
            f"{self.frames_looked_at} frames looked at, {self.frames_without_face} without a face",
            f"files without a score: {told}",
        ]

    def csv(self) -> str:
        """Return a table of every video's score; files without a face have an empty one."""
        rows: list[list[Any]] = []
        for video in self.videos:
            label = LABELS[int(video.label)]
            named = (video.dataset, video.manipulation, video.video, video.quality)
            names = (*named, video.identity or "")
            rows.append([*names, label, video.rows, video.score, "ok"])
        for source, label, status, _ in self.faceless:
            rows.append(["", "", source, "", "", label, 0, "", status])
        return csv_text(_COLUMNS, rows)

    def _measured(self) -> str:
        if self.part is None:
            return "measured: everything in the stores"
        return f"measured: part '{self.part}' of {shown(self.split)}"

    def _warning(self) -> list[str]:
        if not self.trained_videos:
            return []
        return [
            f"WARNING: {self.trained_videos} of {len(self.videos)} videos show people whom the "
            "detector was TRAINED ON: the figures flatter it"
        ]

    @staticmethod
    def _line(name: str, figures: dict[str, float | int | None]) -> str:
        told = ", ".join(f"{word} {format_figure(figures[key])}" for key, word in _FIGURES.items())
        return (
            f"{figures['samples']} {name} ({figures['real']} real, {figures['fake']} fake): {told}"
        )
