"""How long, in which precision and around which extras a run goes through its epochs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from graphforensics.train.config.part import Part
from graphforensics.train.config.setting import setting

Precision = Literal["auto", "32", "bf16-mixed"]


@dataclass(frozen=True)
class LoopOptions(Part):
    """The epochs of a run.

    Args:
        epochs: Passes over the training part.
        precision: ``"32"``; ``"bf16-mixed"`` for half the memory of the activations; ``"auto"``
            for ``"bf16-mixed"`` where the device computes in it, and ``"32"`` elsewhere.
        accumulate: Batches whose gradients are added up for one step.
        clip_gradients: Largest norm of the gradient; ``None`` leaves it as it is.
        max_time: Seconds after which training ends; ``None`` for no limit.
        ema: Share of the running mean of the weights that a step keeps, such as 0.999;
            validation and the saved best epoch then use the mean. ``None`` for no mean.
        compile: Backend of ``torch.compile``, such as ``"inductor"``; ``None`` not to compile.

    Raises:
        ValueError: A value is out of range or of another type.

    Example:
        >>> LoopOptions(epochs=3).precision
        'auto'
    """

    epochs: int = setting(30, place="trainer.max_epochs")
    precision: Precision = setting("auto", place="trainer.precision", kw_only=True)
    accumulate: int = setting(1, place="trainer.accumulate_grad_batches", kw_only=True, metavar="N")
    clip_gradients: float | None = setting(
        None, place="trainer.gradient_clip_val", kw_only=True, metavar="NORM"
    )
    max_time: float | None = setting(None, kw_only=True, metavar="SECONDS")
    ema: float | None = setting(None, kw_only=True, metavar="SHARE")
    compile: str | None = setting(
        None, kw_only=True, nargs="?", const="inductor", metavar="BACKEND"
    )

    def check(self) -> None:
        """Raise ValueError where a value is out of range."""
        for name in ("epochs", "accumulate"):
            if getattr(self, name) < 1:
                raise ValueError(f"'{name}' must be at least 1 (got {getattr(self, name)})")
        for name in ("clip_gradients", "max_time"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ValueError(f"'{name}' must be positive (got {value})")
        if self.ema is not None and not 0 < self.ema < 1:
            raise ValueError(f"'ema' must be in (0, 1) (got {self.ema})")
