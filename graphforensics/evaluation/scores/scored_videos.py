"""Which expected videos a table scores, and how."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from graphforensics.errors import MissingDataError
from graphforensics.evaluation.scores.expected import ExpectedVideo, Key, video_key
from graphforensics.evaluation.scores.score_table import TableRow, VideoTable
from graphforensics.metrics.video_scores import VideoRule, video_scores
from graphforensics.store.columns import label_number

#: Which end of the scores is high.
Polarity = Literal["fake", "real"]


@dataclass(frozen=True)
class ScoredVideos:
    """What one table says of the expected videos.

    Args:
        scores: Number of the expected video -> its score; higher is more likely fake.
        failed: Numbers of videos that the table names without a number for a score.
        missing: Numbers of videos that it does not name.
        unexpected: Names that the table has and the list of videos lacks.
        probable: Whether all scores are in [0, 1].
    """

    scores: dict[int, float]
    failed: list[int]
    missing: list[int]
    unexpected: list[str] = field(default_factory=list)
    probable: bool = True


def scored_videos(
    table: VideoTable,
    expected: Sequence[ExpectedVideo],
    places: Sequence[int],
    polarity: Polarity = "fake",
    how: VideoRule = "mean",
) -> ScoredVideos:
    """Find each row's video, turn the scores, and join the rows of a video.

    A row's name is that of a video where both are equal, or where one is the end of the other's
    path (``anna`` of ``fake/anna.mp4``) and of no other video's.

    Args:
        table: The table of scores.
        expected: The videos.
        places: Numbers of the columns beside the name that tell videos apart.
        polarity: Which end of the scores is high; ``"real"`` turns them: :math:`1 - s` where all
            are in [0, 1], else :math:`-s`.
        how: How the rows of a video are joined.

    Raises:
        MissingDataError: A row's name could be several videos.
    """
    finder = _Finder(expected)
    members: dict[int, list[TableRow]] = {}
    unexpected: dict[str, None] = {}
    for row in table.rows:
        number = finder.find(table.path, row, places)
        if number is None:
            unexpected.setdefault(row.name)
        else:
            members.setdefault(number, []).append(row)
    numbers = [row.score for rows in members.values() for row in rows if row.score is not None]
    probable = all(0 <= score <= 1 for score in numbers)
    scores = {
        number: _joined(expected[number], rows, polarity, probable, how)
        for number, rows in sorted(members.items())
        if any(row.score is not None for row in rows)
    }
    return ScoredVideos(
        scores=scores,
        failed=sorted(set(members) - set(scores)),
        missing=[number for number in range(len(expected)) if number not in members],
        unexpected=list(unexpected),
        probable=probable,
    )


def turned(score: float, polarity: Polarity, probable: bool) -> float:
    """Return a score, or a threshold, so that higher is more likely fake."""
    if polarity == "fake":
        return score
    return 1 - score if probable else -score


def _joined(
    video: ExpectedVideo,
    rows: Iterable[TableRow],
    polarity: Polarity,
    probable: bool,
    how: VideoRule,
) -> float:
    label = label_number(video.label)
    known = [
        {"video": video.name, "label": label, "score": turned(row.score, polarity, probable)}
        for row in rows
        if row.score is not None
    ]
    return video_scores(known, how)[0].score


class _Finder:
    """Finds a video by its name, or by an end of its path."""

    def __init__(self, expected: Sequence[ExpectedVideo]) -> None:
        self.names = [video.name for video in expected]
        self.exact: dict[Key, int] = {}
        self.ends: dict[Key, list[int]] = {}
        for number, video in enumerate(expected):
            place, name = video.key
            self.exact[place, name] = number
            for end in _ends(name):
                self.ends.setdefault((place, end), []).append(number)

    def find(self, path: str, row: TableRow, places: Sequence[int]) -> int | None:
        place, name = tuple(row.place[number] for number in places), video_key(row.name)
        if (place, name) in self.exact:
            return self.exact[place, name]
        found = self.ends.get((place, name), [])
        if not found:
            ends = [(place, end) for end in _ends(name)]
            found = [self.exact[end] for end in ends if end in self.exact][:1]
        if len(found) > 1:
            raise MissingDataError(
                f"{path}: {row.name} may be {self.names[found[0]]} or {self.names[found[1]]}; "
                "name videos by their paths, or add the columns dataset, manipulation, quality"
            )
        return found[0] if found else None


def _ends(name: str) -> list[str]:
    """Return the proper ends of a path, the longest first."""
    parts = name.strip("/").split("/")
    return ["/".join(parts[start:]) for start in range(1, len(parts))]
