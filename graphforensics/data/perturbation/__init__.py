"""What happens to videos on their way: seven perturbations in five strengths, and patches."""

from graphforensics.data.perturbation.perturbation import (
    KINDS,
    LEVELS,
    Perturbation,
    parse_perturbation,
)
from graphforensics.data.perturbation.perturbed_track import PerturbedTrack

__all__ = ["KINDS", "LEVELS", "Perturbation", "PerturbedTrack", "parse_perturbation"]
