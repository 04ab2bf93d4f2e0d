"""What happens to videos on their way: seven perturbations in five strengths, and patches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.datasets.perturbation.perturbation import (
        KINDS,
        LEVELS,
        Perturbation,
        parse_perturbation,
    )
    from graphforensics.datasets.perturbation.perturbed_track import PerturbedTrack

__all__ = [
    "KINDS",
    "LEVELS",
    "Perturbation",
    "PerturbedTrack",
    "parse_perturbation",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "perturbation": "KINDS LEVELS Perturbation parse_perturbation",
        "perturbed_track": "PerturbedTrack",
    },
)
