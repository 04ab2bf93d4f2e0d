"""How fast the encoder of a detector is trained beside the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphforensics.train.config.optimizer_options import OptimizerOptions
from graphforensics.train.config.setting import setting


@dataclass(frozen=True)
class EncoderOptions(OptimizerOptions):
    """The steps of training, slower or none in the encoder.

    Args:
        freeze_stages: Stages of the encoder, the stem first, that stay as they are: they take no
            step, and their batch normalisation and dropout stay in evaluation mode.
        encoder_rate: Step size of the encoder as a factor of ``learning_rate``.
        stage_rates: Such a factor for each stage of the encoder, the stem first; the last one
            holds for all that are deeper.

    Raises:
        ValueError: A value is out of range or of another type.

    Example:
        >>> EncoderOptions(stage_rates=[0.1, 0.5]).rates(4)
        [0.1, 0.5, 0.5, 0.5]
    """

    freeze_stages: int = setting(0, metavar="N", kw_only=True)
    encoder_rate: float = setting(1.0, metavar="FACTOR", kw_only=True)
    stage_rates: Sequence[float] | None = setting(
        None, metavar="FACTOR", type=float, nargs="+", kw_only=True
    )

    def check(self) -> None:
        """Raise ValueError where a value is out of range."""
        if self.freeze_stages < 0:
            raise ValueError(f"'freeze_stages' must be at least 0 (got {self.freeze_stages})")
        if not 0 < self.encoder_rate < float("inf"):
            raise ValueError(f"'encoder_rate' must be positive (got {self.encoder_rate})")
        rates = self.stage_rates
        if rates is not None and not (rates and all(0 < one < float("inf") for one in rates)):
            raise ValueError(
                f"'stage_rates' must be positive, 'freeze_stages' holds stages still (got {rates})"
            )

    def check_together(self) -> None:
        """Raise ValueError where a rate is given twice."""
        if self.stage_rates is not None and self.encoder_rate != 1:
            raise ValueError(
                f"'encoder_rate' must be 1 with 'stage_rates' (got {self.encoder_rate})"
            )

    @property
    def apart(self) -> bool:
        """Whether the encoder is trained otherwise than the rest."""
        return bool(self.freeze_stages) or self.encoder_rate != 1 or self.stage_rates is not None

    def rates(self, stages: int) -> list[float]:
        """Return each stage's factor of the step size.

        Args:
            stages: How many stages the encoder has.

        Raises:
            ValueError: More stages are named than there are.
        """
        named = [self.encoder_rate] if self.stage_rates is None else list(self.stage_rates)
        for name, count in (("freeze_stages", self.freeze_stages), ("stage_rates", len(named))):
            if count > stages:
                what = "must be at most" if name == "freeze_stages" else "must be no more than"
                raise ValueError(
                    f"'{name}' {what} {stages}, the stages of the encoder (got {count})"
                )
        return named + [named[-1]] * (stages - len(named))
