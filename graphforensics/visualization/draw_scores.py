"""Scores against the threshold that the verdict used."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from graphforensics.visualization.palette import INK, MASKED, POSITIVE


def draw_scores(
    axes: Axes,
    scores: Sequence[float],
    threshold: float = 0.5,
    band: tuple[float, float] | None = None,
    verdict: float | None = None,
    label: str = "probability",
    joined: bool = True,
) -> None:
    """Draw a point a score, the threshold, the inconclusive band, and the mean over all samples.

    Args:
        axes: Where to draw; one unit of width a score.
        scores: Probabilities of forgery.
        threshold: What the verdict was measured against. Default: 0.5.
        band: The probabilities that are inconclusive; by default there is no such band.
        verdict: The person's probability, the mean over all samples, drawn at the right end.
        label: What the scores are.
        joined: Whether a line joins the points: they follow each other in time.
    """
    if band is not None:
        axes.axhspan(*band, color=MASKED, alpha=0.18, linewidth=0, gid="band")
    axes.axhline(threshold, color=MASKED, linewidth=1.0, linestyle=":", gid="threshold")
    line = "-" if joined else ""
    steps = range(len(scores))
    axes.plot(
        steps, scores, marker="o", linestyle=line, color=INK, linewidth=1.4, markersize=4,
        gid="verdicts",
    )  # fmt: skip
    for step, value in zip(steps, scores, strict=True):
        _annotate(axes, step, value, INK)
    right = len(scores) - 0.5
    if verdict is not None:
        place = len(scores) - 0.25
        axes.plot([place], [verdict], marker="D", color=POSITIVE, markersize=6, gid="verdict")
        _annotate(axes, place, verdict, POSITIVE)
        axes.annotate(
            "mean", (place, 0), xytext=(0, -3), textcoords="offset points", ha="center", va="top",
            fontsize=7, annotation_clip=False,
        )  # fmt: skip
        right += 0.5
    axes.set(xlim=(-0.5, right), ylim=(0, 1), xticks=[], yticks=[0, threshold, 1])
    axes.set_yticklabels(["not forged  0 %", _threshold(threshold), "forged  100 %"], fontsize=7)
    axes.set_ylabel(label, fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    if band is not None:
        axes.text(
            -0.48, sum(band) / 2, "inconclusive", fontsize=7, color=MASKED, va="center", gid="word"
        )  # fmt: skip


def _threshold(threshold: float) -> str:
    return "50 %" if threshold == 0.5 else f"threshold  {100 * threshold:.3g} %"


def _annotate(axes: Axes, step: float, value: float, color: str) -> None:
    above = value < 0.75
    axes.annotate(
        f"{100 * value:.0f} %",
        (step, value),
        xytext=(0, 5 if above else -6),
        textcoords="offset points",
        ha="center",
        va="bottom" if above else "top",
        fontsize=8,
        color=color,
    )
