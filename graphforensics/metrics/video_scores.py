"""From the scores of clips or frames to one score a video."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from graphforensics.metrics._checks import Scores, checked

#: What makes two rows the same video. A video's name alone does not: sets re-use names, and
#: every manipulation of FaceForensics++ names its videos alike, in every quality.
VIDEO_KEYS = ("dataset", "manipulation", "video", "quality")

#: How the scores of a video's rows may become the video's.
VideoRule = Literal["mean", "max", "confident"]
#: All of :data:`VideoRule`, the default first.
VIDEO_RULES: tuple[VideoRule, ...] = ("mean", "max", "confident")

# Above and below these a score is certain, and such shares of certain scores decide.
_CERTAIN_FAKE, _CERTAIN_REAL = 0.8, 0.2
_ENOUGH_FAKE, _ENOUGH_REAL = 0.4, 0.9


@dataclass(frozen=True)
class VideoScore:
    """One video's score.

    Args:
        dataset: Name of the data set, empty where unknown.
        manipulation: Name of the manipulation, empty for a real video.
        video: Name of the video within the two above.
        identity: Who is seen; ``None`` where unknown or where the rows name several.
        label: 1 for fake, 0 for real.
        score: The rows' scores, joined by one of :data:`VIDEO_RULES`.
        rows: How many rows went into it.
        quality: Compression of the video, empty where unknown.
    """

    dataset: str
    manipulation: str
    video: str
    identity: str | None
    label: int
    score: float
    rows: int
    quality: str = ""


def video_scores(rows: Iterable[Mapping[str, Any]], how: VideoRule = "mean") -> list[VideoScore]:
    r"""Join rows into videos, grouped by data set, manipulation, video and quality.

    The ``"confident"`` mean of n scores listens to the certain ones where they are many: with
    :math:`F = \{i : p_i > 0.8\}` and :math:`R = \{i : p_i < 0.2\}`,

    .. math:: s = \begin{cases}
        \frac{1}{|F|} \sum_{i \in F} p_i & |F| > 0.4 \, n \\
        \frac{1}{|R|} \sum_{i \in R} p_i & |F| \le 0.4 \, n, \; |R| > 0.9 \, n \\
        \frac{1}{n} \sum_i p_i & \text{otherwise}
        \end{cases}

    It is the rule of the winner of the Deepfake Detection Challenge, less its demand for more
    than eleven certain frames, which few samples a video could never meet.

    Args:
        rows: Mappings with ``label``, ``score`` and ``video``; ``dataset``, ``manipulation``,
            ``quality`` and ``identity`` may be missing, empty or ``None``.
        how: ``"mean"`` as in the papers, ``"max"`` where one forged face in a crowd counts, or
            ``"confident"``.

    Returns:
        One entry a video, in the order of first appearance.

    Raises:
        ValueError: A row lacks ``video``, the rows of one video disagree on the label, a
            score is not finite, or, for the confident mean, no probability, or ``how`` is unknown.

    Source:
        S. Seferbekov, https://github.com/selimsef/dfdc_deepfake_challenge (confident mean).

    Example:
        >>> rows = [
        ...     {"video": "000_003", "manipulation": "Deepfakes", "label": 1, "score": 0.9},
        ...     {"video": "000_003", "manipulation": "Deepfakes", "label": 1, "score": 0.7},
        ...     {"video": "000_003", "manipulation": "Face2Face", "label": 1, "score": 0.4},
        ... ]
        >>> [(entry.manipulation, round(entry.score, 3)) for entry in video_scores(rows)]
        [('Deepfakes', 0.8), ('Face2Face', 0.4)]
    """
    if how not in VIDEO_RULES:
        raise ValueError(f"'how' must be one of {', '.join(VIDEO_RULES)} (got {how!r})")
    videos: dict[tuple[str, str, str, str], list[Mapping[str, Any]]] = {}
    for number, row in enumerate(rows):
        for name in ("video", "label", "score"):
            if row.get(name) is None:
                raise ValueError(f"row {number} has no '{name}'")
        dataset, manipulation, video, quality = (str(row.get(name) or "") for name in VIDEO_KEYS)
        videos.setdefault((dataset, manipulation, video, quality), []).append(row)
    return [_video_score(key, members, how) for key, members in videos.items()]


def _video_score(
    key: tuple[str, str, str, str], members: Sequence[Mapping[str, Any]], how: str
) -> VideoScore:
    named = "/".join(key[:3])
    try:
        labels, scores = checked([m["label"] for m in members], [m["score"] for m in members])
    except ValueError as error:
        raise ValueError(f"video {named}: {error}") from error
    if labels.min() != labels.max():
        raise ValueError(f"video {named}: its rows have both labels, real and fake")
    people = {str(member.get("identity") or "") for member in members} - {""}
    identity = people.pop() if len(people) == 1 else None
    if how == "confident" and not ((scores >= 0) & (scores <= 1)).all():
        raise ValueError(f"video {named}: the confident mean is of probabilities only")
    score = _joined(scores, how)
    return VideoScore(*key[:3], identity, int(labels[0]), score, len(members), key[3])


def _joined(scores: Scores, how: str) -> float:
    if how == "max":
        return float(scores.max())
    chosen = scores
    if how == "confident":
        fake, real = scores > _CERTAIN_FAKE, scores < _CERTAIN_REAL
        if fake.mean() > _ENOUGH_FAKE:
            chosen = scores[fake]
        elif real.mean() > _ENOUGH_REAL:
            chosen = scores[real]
    return float(chosen.mean())
