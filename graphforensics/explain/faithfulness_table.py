"""Which methods were measured to be faithful to which detector."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast, get_args

from graphforensics.errors import MissingDataError
from graphforensics.explain.measured_methods import MEASURED

Status = Literal["passed", "failed", "not measured"]


@dataclass(frozen=True)
class FaithfulnessTable:
    """Detector and method -> whether the method beat a random and a centred explanation.

    Args:
        rows: ``{detector: {method: "passed" or "failed"}}``. What is not there is "not measured".

    Raises:
        ValueError: A status is another word.

    Example:
        >>> table = FaithfulnessTable({"lrl": {"own_map": "passed"}})
        >>> table.status("lrl", "own_map"), table.status("mrl", "grad_cam")
        ('passed', 'not measured')
    """

    rows: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for methods in self.rows.values():
            for status in methods.values():
                if status not in get_args(Status):
                    words = ", ".join(get_args(Status))
                    raise ValueError(f"'rows' must say one of {words} (got {status!r})")

    @classmethod
    def default(cls) -> FaithfulnessTable:
        """Return the library's own table, of the weights that come with it."""
        return cls(MEASURED)

    @classmethod
    def read(cls, path: str | Path) -> FaithfulnessTable:
        """Read the table out of the JSON file that ``benchmarks/explanations.py`` writes.

        A method passed for a detector where every row of the two says so.

        Args:
            path: The file.

        Raises:
            MissingDataError: It is no such file.
        """
        try:
            known = json.loads(Path(path).read_text(encoding="utf-8"))["rows"]
            said = [(row["detector"], row["method"], row["status"]) for row in known]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise MissingDataError(
                f"{path}: no table of explanations ({error}); benchmarks/explanations.py --json "
                "writes one"
            ) from error
        return cls(_joined(said))

    def status(self, detector: str, method: str) -> Status:
        """Return ``"passed"``, ``"failed"`` or ``"not measured"``."""
        return cast(Status, self.rows.get(detector, {}).get(method, "not measured"))

    def passed(self, detector: str) -> tuple[str, ...]:
        """Return the methods that passed: those to show without being asked."""
        return tuple(name for name, said in self.rows.get(detector, {}).items() if said == "passed")


def _joined(said: Iterable[tuple[str, str, str]]) -> dict[str, dict[str, str]]:
    rows: dict[str, dict[str, str]] = {}
    order = ("passed", "not measured", "failed")
    for detector, method, status in said:
        if status not in order:
            continue
        before = rows.setdefault(detector, {}).setdefault(method, status)
        rows[detector][method] = max(before, status, key=order.index)
    return rows
