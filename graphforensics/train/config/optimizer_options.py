"""The optimiser of a run, by name."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

from graphforensics.train.config.part import Part
from graphforensics.train.config.setting import setting

if TYPE_CHECKING:
    import torch
    from torch.nn import Parameter

OptimizerName = Literal["adam", "adamw", "sgd"]
Schedule = Literal["step", "cosine"]
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
        schedule: How the step size falls: ``"step"``, by ``decay`` every ``decay_every`` epochs, or
            ``"cosine"``, along half a cosine to 0 at the end of training.
        warmup_epochs: Epochs in which the step size rises to ``learning_rate`` first, in equal
            steps.
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
    schedule: Schedule = setting("step", kw_only=True)
    warmup_epochs: int = setting(0, metavar="N", kw_only=True)

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
        if self.warmup_epochs < 0:
            raise ValueError(f"'warmup_epochs' must be at least 0 (got {self.warmup_epochs})")

    def check_together(self) -> None:
        """Raise ValueError for what the optimiser does not have."""
        if self.momentum and self.optimizer != "sgd":
            raise ValueError(
                f"'momentum' must be 0 with {self.optimizer}, which has 'betas' "
                f"(got {self.momentum})"
            )

    def step_factor(self, epoch: int, epochs: int | None) -> float:
        r"""Return what the step size is multiplied by in an epoch.

        With w epochs of warm-up of E in all, epoch e from 0:

        .. math:: f(e) = \frac{e + 1}{w + 1} \;(e < w), \qquad
            f(e) = \frac{1}{2} \Big( 1 + \cos \pi \frac{e - w}{E - w} \Big)

        or, with ``schedule="step"``, ``decay`` to the power of the periods that are over,
        counted from the end of the warm-up.

        Args:
            epoch: Its number.
            epochs: How many there are; ``None`` where no one knows.

        Raises:
            ValueError: The schedule is ``"cosine"`` and no one knows, or the warm-up is as long as
                training.

        Example:
            >>> options = OptimizerOptions(schedule="cosine", warmup_epochs=1)
            >>> [round(options.step_factor(epoch, 5), 3) for epoch in range(5)]
            [0.5, 1.0, 0.854, 0.5, 0.146]
        """
        if epochs is not None and self.warmup_epochs >= max(epochs, 1):
            raise ValueError(
                f"'warmup_epochs' must be fewer than the {epochs} epochs of training "
                f"(got {self.warmup_epochs})"
            )
        if epoch < self.warmup_epochs:
            return (epoch + 1) / (self.warmup_epochs + 1)
        done = epoch - self.warmup_epochs
        if self.schedule == "step":
            return float(self.decay ** (done // self.decay_every))
        if epochs is None:
            raise ValueError(
                "'schedule' must be step where training has no last epoch (got cosine)"
            )
        # Lightning asks for the epoch after the last one, too.
        share = min(done / (epochs - self.warmup_epochs), 1.0)
        return 0.5 * (1 + math.cos(math.pi * share))

    def build(
        self, parameters: Iterable[Parameter] | Iterable[dict[str, Any]]
    ) -> torch.optim.Optimizer:
        """Return PyTorch's optimiser.

        Args:
            parameters: What is trained, or groups of it with step sizes of their own.

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
