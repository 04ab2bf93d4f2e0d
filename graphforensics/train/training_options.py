"""How a detector is trained."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Precision = Literal["32", "bf16-mixed"]
_AT_LEAST_ONE = ("epochs", "decay_every", "accumulate")


@dataclass(frozen=True)
class TrainingOptions:
    """The settings of a run; the defaults are MRL's.

    Args:
        epochs: Passes over the training part.
        learning_rate: Adam's step size.
        decay_every: The step size is multiplied by ``decay`` after this many epochs.
        decay: Factor of the step size.
        precision: ``"32"``, or ``"bf16-mixed"`` for half the memory of the activations.
        accumulate: Batches whose gradients are added up for one step.
        clip_gradients: Largest norm of the gradient; ``None`` leaves it as it is.
        seed: Seed of all random numbers.
        max_time: Seconds after which training ends; ``None`` for no limit.

    Raises:
        ValueError: A value is out of range.

    Example:
        >>> TrainingOptions(epochs=3).learning_rate
        0.0001
    """

    epochs: int = 30
    learning_rate: float = 1e-4
    decay_every: int = 5
    decay: float = 0.5
    precision: Precision = "32"
    accumulate: int = 1
    clip_gradients: float | None = None
    seed: int = 0
    max_time: float | None = None

    def __post_init__(self) -> None:
        for name in _AT_LEAST_ONE:
            if getattr(self, name) < 1:
                raise ValueError(f"'{name}' must be at least 1 (got {getattr(self, name)})")
        for name in ("learning_rate", "clip_gradients", "max_time"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ValueError(f"'{name}' must be positive (got {value})")
        if not 0 < self.decay <= 1:
            raise ValueError(f"'decay' must be in (0, 1] (got {self.decay})")
        if self.precision not in ("32", "bf16-mixed"):
            raise ValueError(f"'precision' must be 32 or bf16-mixed (got {self.precision!r})")
        if not 0 <= self.seed < 2**32:
            raise ValueError(f"'seed' must be in [0, 2**32) (got {self.seed})")

    def to_dict(self) -> dict[str, Any]:
        """Return the options as a dictionary that JSON takes."""
        return asdict(self)
