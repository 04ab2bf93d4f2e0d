"""The optimiser of a run, by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, get_args

from graphforensics.train.config.part import Part
from graphforensics.train.config.setting import setting

if TYPE_CHECKING:
    import torch
    from torch.nn import Parameter

OptimizerName = Literal["adam", "adamw", "sgd"]
OPTIMIZERS: tuple[str, ...] = get_args(OptimizerName)


@dataclass(frozen=True)
class OptimizerOptions(Part):
    """The steps of training; a field added here is an option, a place in recipes and a keyword.

    Args:
        learning_rate: Step size.
        decay_every: The step size is multiplied by ``decay`` after this many epochs.
        decay: Factor of the step size.
        optimizer: Name of the optimiser.
        momentum: Of ``"sgd"``.
        betas: Decay of the two running means of ``"adam"`` and ``"adamw"``.
        weight_decay: Added to the gradient (``"adam"``, ``"sgd"``) or applied by itself
            (``"adamw"``).

    Raises:
        ValueError: A value is out of range or of another type.

    Example:
        >>> OptimizerOptions(optimizer="sgd", momentum=0.9).learning_rate
        0.0001
    """

    PLACE: ClassVar[str] = "model.init_args."

    learning_rate: float = setting(1e-4, flag="--lr")
    decay_every: int = setting(5, metavar="N")
    decay: float = 0.5
    optimizer: OptimizerName = "adam"
    momentum: float = 0.0
    betas: tuple[float, float] = setting((0.9, 0.999), metavar=("A", "B"))
    weight_decay: float = setting(0.0, metavar="W")

    def check(self) -> None:
        """Raise ValueError where a value is out of range."""
        if not self.learning_rate > 0:
            raise ValueError(f"'learning_rate' must be positive (got {self.learning_rate})")
        if self.decay_every < 1:
            raise ValueError(f"'decay_every' must be at least 1 (got {self.decay_every})")
        if not 0 < self.decay <= 1:
            raise ValueError(f"'decay' must be in (0, 1] (got {self.decay})")
        if not 0 <= self.momentum < 1:
            raise ValueError(f"'momentum' must be in [0, 1) (got {self.momentum})")
        if not all(0 <= beta < 1 for beta in self.betas):
            raise ValueError(f"'betas' must be two numbers in [0, 1) (got {self.betas})")
        if not self.weight_decay >= 0:
            raise ValueError(f"'weight_decay' must be at least 0 (got {self.weight_decay})")

    def check_together(self) -> None:
        """Raise ValueError for what the optimiser does not have."""
        if self.momentum and self.optimizer != "sgd":
            raise ValueError(
                f"'momentum' must be 0 with {self.optimizer}, which has 'betas' "
                f"(got {self.momentum})"
            )

    def build(self, parameters: Iterable[Parameter]) -> torch.optim.Optimizer:
        """Return PyTorch's optimiser.

        Args:
            parameters: What is trained.

        Example:
            >>> import torch
            >>> weight = torch.nn.Parameter(torch.ones(2))
            >>> type(OptimizerOptions(optimizer="sgd").build([weight])).__name__
            'SGD'
        """
        from torch.optim import SGD, Adam, AdamW

        if self.optimizer == "sgd":
            return SGD(
                parameters,
                lr=self.learning_rate,
                momentum=self.momentum,
                weight_decay=self.weight_decay,
            )
        kind = AdamW if self.optimizer == "adamw" else Adam
        return kind(
            parameters, lr=self.learning_rate, betas=self.betas, weight_decay=self.weight_decay
        )
