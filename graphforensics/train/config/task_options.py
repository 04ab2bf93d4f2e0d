"""What the task of a run is told beside its detector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from graphforensics.train.config.optimizer import OptimizerOptions
from graphforensics.train.config.setting import setting

PseudoFakeKind = Literal["whole", "partial"]


@dataclass(frozen=True)
class TaskOptions(OptimizerOptions):
    """The steps of training, and the fakes that are made on the way.

    Args:
        pseudo_fakes: Train on self-blended copies of real faces alone, with the ``"whole"`` hull
            of the face or a ``"partial"`` one; ``None`` trains on the fakes of the data.
        seed: Seed of all random numbers.

    Raises:
        ValueError: A value is out of range or of another type.

    Example:
        >>> TaskOptions(pseudo_fakes="whole").seed
        0
    """

    pseudo_fakes: PseudoFakeKind | None = setting(
        None, nargs="?", const="whole", choices=("whole", "partial", "none")
    )
    seed: int = setting(0, place="seed_everything")

    def check(self) -> None:
        """Raise ValueError where the seed is out of range."""
        if not 0 <= self.seed < 2**32:
            raise ValueError(f"'seed' must be in [0, 2**32) (got {self.seed})")
