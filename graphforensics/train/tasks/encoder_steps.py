"""The encoder of a task, held still or trained at a rate of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torch import nn
from torch.nn import Parameter

from graphforensics.nn.encoder.stages import EncoderStage, encoder_stages
from graphforensics.train.config.encoder_options import EncoderOptions


class EncoderSteps:
    """Freeze the early stages of an encoder, and group its parameters by their step size.

    Args:
        encoder: The encoder; ``None`` where there is none.
        options: What is asked for.

    Raises:
        ValueError: Something is asked for that the encoder does not have.
    """

    def __init__(self, encoder: nn.Module | None, options: EncoderOptions) -> None:
        self.stages: list[EncoderStage] = []
        self.rates: list[float] = []
        self._frozen = options.freeze_stages
        if not options.apart:
            return
        if encoder is None:
            raise ValueError(
                "'freeze_stages', 'encoder_rate' and 'stage_rates' must be left out: what is "
                "trained has no encoder"
            )
        self.stages = encoder_stages(encoder)
        self.rates = options.rates(len(self.stages))

    def freeze(self) -> None:
        """Have the frozen stages take no gradient, and put them into evaluation mode."""
        for stage in self.stages[: self._frozen]:
            for parameter in stage.parameters():
                parameter.requires_grad_(False)
        self.hold()

    def hold(self) -> None:
        """Put the frozen stages into evaluation mode, after all was put into training mode."""
        for stage in self.stages[: self._frozen]:
            for part in stage.modules:
                part.eval()

    def release(self) -> None:
        """Let the frozen stages take gradients again."""
        for stage in self.stages[: self._frozen]:
            for parameter in stage.parameters():
                parameter.requires_grad_(True)

    def groups(
        self, parameters: Iterable[Parameter], learning_rate: float
    ) -> list[Parameter] | list[dict[str, Any]]:
        """Return what the optimiser is built of: groups by rate, what is no encoder's first.

        Args:
            parameters: What the task trains.
            learning_rate: The step size.
        """
        every = list(parameters)
        if not self.stages:
            return every
        rates = {
            id(one): 0.0 if number < self._frozen else rate
            for number, (stage, rate) in enumerate(zip(self.stages, self.rates, strict=True))
            for one in stage.parameters()
        }
        found: dict[float, list[Parameter]] = {1.0: []}
        for one in every:
            found.setdefault(rates.get(id(one), 1.0), []).append(one)
        return [
            {"params": members, "lr": learning_rate * rate, "rate": rate}
            for rate, members in found.items()
            if rate and members
        ]
