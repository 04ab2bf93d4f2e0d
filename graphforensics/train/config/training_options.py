"""How a detector is trained."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from graphforensics.train.config.optimizer import OptimizerName, check_optimizer

Precision = Literal["32", "bf16-mixed"]
PseudoFakeKind = Literal["whole", "partial"]
_AT_LEAST_ONE = ("epochs", "decay_every", "accumulate")
#: What a :class:`~graphforensics.train.DetectionTask` takes of these settings.
_OF_THE_TASK = (
    "learning_rate",
    "decay_every",
    "decay",
    "optimizer",
    "momentum",
    "betas",
    "weight_decay",
    "pseudo_fakes",
    "seed",
)


@dataclass(frozen=True)
class TrainingOptions:
    """The settings of a run; the defaults are MRL's.

    Args:
        epochs: Passes over the training part.
        learning_rate: Step size.
        decay_every: The step size is multiplied by ``decay`` after this many epochs.
        decay: Factor of the step size.
        precision: ``"32"``, or ``"bf16-mixed"`` for half the memory of the activations.
        accumulate: Batches whose gradients are added up for one step.
        clip_gradients: Largest norm of the gradient; ``None`` leaves it as it is.
        seed: Seed of all random numbers.
        max_time: Seconds after which training ends; ``None`` for no limit.
        optimizer: ``"adam"``, ``"adamw"`` or ``"sgd"``.
        momentum: Of ``"sgd"``.
        betas: Of ``"adam"`` and ``"adamw"``.
        weight_decay: Of every optimiser.
        ema: Share of the running mean of the weights that a step keeps, such as 0.999;
            validation and the saved best epoch then use the mean. ``None`` for no mean.
        compile: Backend of ``torch.compile``, such as ``"inductor"``; ``None`` not to compile.
        pseudo_fakes: Train on self-blended copies of real faces alone, with the ``"whole"`` hull
            of the face or a ``"partial"`` one; ``None`` trains on the fakes of the data.

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
    optimizer: OptimizerName = "adam"
    momentum: float = 0.0
    betas: tuple[float, float] = (0.9, 0.999)
    weight_decay: float = 0.0
    ema: float | None = None
    compile: str | None = None
    pseudo_fakes: PseudoFakeKind | None = None

    def __post_init__(self) -> None:
        # JSON has lists only.
        object.__setattr__(self, "betas", tuple(self.betas))
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
        if self.ema is not None and not 0 < self.ema < 1:
            raise ValueError(f"'ema' must be in (0, 1) (got {self.ema})")
        if self.pseudo_fakes not in (None, "whole", "partial"):
            raise ValueError(f"'pseudo_fakes' must be whole or partial (got {self.pseudo_fakes!r})")
        check_optimizer(self.optimizer, self.momentum, self.betas, self.weight_decay)

    def of_the_task(self) -> dict[str, Any]:
        """Return the keywords that a :class:`~graphforensics.train.DetectionTask` takes."""
        return {name: getattr(self, name) for name in _OF_THE_TASK}

    def to_dict(self) -> dict[str, Any]:
        """Return the options as a dictionary that JSON takes."""
        return asdict(self)
