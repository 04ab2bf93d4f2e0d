"""What extraction met in one file."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass
class ExtractionReport:
    """Counts that :func:`extract_tracks` fills in as it goes.

    Args:
        frames: Frames looked at.
        faceless: Frames among them in which no face was found.
        faces: Faces yielded, over all frames and persons.
        persons: Identities found.
        undecoded: Frames that were wanted but are damaged beyond decoding.
        truncated: Why decoding ended before the file's end, or ``None``.
        notes: What was done to stored frames before they were looked at (deinterlaced, pixels made
            square, turned), or ``None``.
        hint: What may help where no face was found, or ``None``.
    """

    frames: int = 0
    faceless: int = 0
    faces: int = 0
    persons: int = 0
    undecoded: int = 0
    truncated: str | None = None
    notes: str | None = None
    hint: str | None = None

    def add_note(self, note: str) -> None:
        """Append to what was done."""
        self.notes = note if self.notes is None else f"{self.notes}; {note}"

    def no_face(self) -> str:
        """Say that no face was found, and what may help."""
        return "no face found" if self.hint is None else f"no face found; {self.hint}"

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as a dictionary that JSON takes."""
        return asdict(self)
