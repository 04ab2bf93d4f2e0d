"""What a run of forging over many files came to."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class ForgeSummary:
    """Counts over the files of one run.

    Args:
        done: Forgeries made in this run, one a source and method.
        reused: Forgeries that were there already.
        skipped: ``(path, reason)`` of each file that was left out on purpose.
        failed: ``(path, reason)`` of each file that could not be forged.
        truncated: ``(path, reason)`` of each file that breaks off; what came before is forged.
        frames: Frames of all pairs.
        forged_frames: Frames among them with a forged face.
        methods: Method -> forgeries that are there, of this run or an earlier one.
        metadata: The table of the whole set, for ``graphforensics extract --metadata``.
    """

    done: int = 0
    reused: int = 0
    skipped: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    truncated: list[tuple[str, str]] = field(default_factory=list)
    frames: int = 0
    forged_frames: int = 0
    methods: dict[str, int] = field(default_factory=dict)
    metadata: str = ""

    @property
    def usable(self) -> int:
        """Pairs that are there, of this run or an earlier one."""
        return self.done + self.reused

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as a dictionary that JSON takes."""
        return asdict(self)

    def lines(self) -> list[str]:
        """Return the summary as lines of text, the figures first."""
        figures = (
            f"{self.usable + len(self.failed)} files: {self.done} forged, {self.reused} there "
            f"already, {len(self.failed)} failed, {len(self.skipped)} left out; a forged face in "
            f"{self.forged_frames} of {self.frames} frames"
        )
        if len(self.methods) > 1:
            figures += "; " + ", ".join(f"{name} {count}" for name, count in self.methods.items())
        details = [
            *(f"left out: {path}: {reason}" for path, reason in self.skipped),
            *(f"cut short: {path}: {reason}" for path, reason in self.truncated),
            *(f"failed: {path}: {reason}" for path, reason in self.failed),
        ]
        return [figures, *details]
