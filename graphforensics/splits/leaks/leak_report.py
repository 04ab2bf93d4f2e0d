"""What two parts of a data set have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

# More lines than this of one kind go to the JSON only.
_LISTED = 10


@dataclass(frozen=True)
class SharedName:
    """A person, a file or a video that is in several parts.

    Args:
        kind: ``"identity"``, ``"file"`` (equal bytes or equal names), ``"video"``, or ``"origin"``
            (a forgery in one part, what it was made from in another).
        name: Which.
        files: Part -> a file of it.
    """

    kind: Literal["identity", "file", "video", "origin"]
    name: str
    files: Mapping[str, str]

    def __str__(self) -> str:
        where = " and ".join(f"in {part} ({file})" for part, file in self.files.items())
        return f"{self.kind} {self.name} is {where}"


@dataclass(frozen=True)
class NearDuplicate:
    """Two almost equal frames of videos of two parts.

    Args:
        first_part: Part of the first.
        first: Its video.
        first_frame: Its frame number.
        second_part: Part of the second.
        second: Its video.
        second_frame: Its frame number.
        distance: How many bits of their perceptual hashes differ.
        matches: How many frames of the one video have a counterpart in the other; these two are the
            closest.
    """

    first_part: str
    first: str
    first_frame: int
    second_part: str
    second: str
    second_frame: int
    distance: int
    matches: int = 1

    def __str__(self) -> str:
        return (
            f"frame {self.first_frame} of {self.first} ({self.first_part}) is almost frame "
            f"{self.second_frame} of {self.second} ({self.second_part}), {self.distance} bits apart"
            + (f", and {self.matches - 1} more of their frames" if self.matches > 1 else "")
        )


@dataclass(frozen=True)
class LeakReport:
    """What the parts of a data set share.

    Args:
        videos: Part -> number of videos.
        shared: People, files and videos in several parts.
        unknown: Part -> number of videos of which nobody says who is seen.
        near_duplicates: Almost equal frames of two parts.
        frames: Number of frames that were compared.
        unread: Files that no frame could be read of, with the reason.
    """

    videos: Mapping[str, int]
    shared: tuple[SharedName, ...] = ()
    unknown: Mapping[str, int] = field(default_factory=dict)
    near_duplicates: tuple[NearDuplicate, ...] = ()
    frames: int = 0
    unread: tuple[tuple[str, str], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the report as a dictionary that JSON takes."""
        return asdict(self)

    def lines(self) -> list[str]:
        """Return the report as lines of text."""
        counts = ", ".join(f"{part} {count}" for part, count in self.videos.items())
        lines = [f"videos: {counts}", *_some("shared", [str(name) for name in self.shared])]
        if not self.shared:
            lines.append("shared: nobody and nothing is in two parts, as far as is known")
        lines += [
            f"unknown: of {count} videos of {part} nobody says who is seen"
            for part, count in self.unknown.items()
            if count
        ]
        if self.frames:
            lines.append(f"near-duplicates: {len(self.near_duplicates)} pairs of videos")
            lines += _some("near-duplicate", [str(pair) for pair in self.near_duplicates])
        return lines + _some("unread", [f"{file}: {reason}" for file, reason in self.unread])


def _some(kind: str, words: list[str]) -> list[str]:
    lines = [f"{kind}: {word}" for word in words[:_LISTED]]
    rest = len(words) - _LISTED
    return [*lines, f"{kind}: and {rest} more"] if rest > 0 else lines
