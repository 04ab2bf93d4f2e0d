"""What a run of extraction over many files came to."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class ExtractionSummary:
    """Counts over the files of one run.

    Args:
        done: Files extracted in this run that have a face.
        reused: Files whose tracks the store had already.
        no_face: Files that were read well but show no face, of this run or an earlier one.
        failed: ``(path, reason)`` of each file that could not be extracted.
        truncated: ``(path, reason)`` of each file that breaks off; what came before is kept.
        notes: ``(path, note)`` of each file whose frames are not shown as they are stored.
        hints: ``(path, hint)`` of files without a face: what may help.
        unlabelled: Files that the metadata table does not name.
        frames: Frames looked at, over all files.
        faces: Faces stored, over all tracks.
        tracks: Tracks of all files.
    """

    done: int = 0
    reused: int = 0
    no_face: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    truncated: list[tuple[str, str]] = field(default_factory=list)
    unlabelled: list[str] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    hints: list[tuple[str, str]] = field(default_factory=list)
    frames: int = 0
    faces: int = 0
    tracks: int = 0

    @property
    def usable(self) -> int:
        """Files that were read, with or without a face."""
        return self.done + self.reused + len(self.no_face)

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as a dictionary that JSON takes."""
        return asdict(self)

    def lines(self) -> list[str]:
        """Return the summary as lines of text, the figures first."""
        figures = (
            f"{self.usable + len(self.failed)} files: {self.done} extracted, {self.reused} in the "
            f"store already, {len(self.no_face)} without a face, {len(self.failed)} failed; "
            f"{self.tracks} tracks with {self.faces} faces in {self.frames} frames"
        )
        details = [
            *(f"no face: {path}" for path in self.no_face),
            *(f"cut short: {path}: {reason}" for path, reason in self.truncated),
            *(f"without a face: {path}: {hint}" for path, hint in self.hints),
            *(f"shown: {path}: {note}" for path, note in self.notes),
            *(f"not in the metadata: {path}" for path in self.unlabelled),
            *(f"failed: {path}: {reason}" for path, reason in self.failed),
        ]
        return [figures, *details]
