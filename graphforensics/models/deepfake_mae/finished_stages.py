"""Which of a detector's training stages are done, kept with its weights."""

from __future__ import annotations

from typing import Any, Literal, get_args

import torch
from torch import Tensor, nn

Stage = Literal["pretrain", "finetune", "map"]
STAGES: tuple[Stage, ...] = get_args(Stage)


class FinishedStages(nn.Module):
    """Remember which stages were trained, in a buffer that every checkpoint holds.

    Example:
        >>> done = FinishedStages()
        >>> done.add("pretrain")
        >>> "pretrain" in done, "map" in done
        (True, False)
    """

    finished: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("finished", torch.zeros(len(STAGES), dtype=torch.bool))
        # What forward asks must be no tensor: a graph that is compiled cannot branch on one.
        self._names: tuple[Stage, ...] = ()

    def __contains__(self, stage: object) -> bool:
        return stage in self._names

    @property
    def names(self) -> tuple[Stage, ...]:
        """The stages that are done, in their order."""
        return self._names

    def add(self, stage: Stage) -> None:
        """Note that a stage is done; a new autoencoder undoes what was built on the one before."""
        kept = () if stage == "pretrain" else self._names
        self._set({*kept, stage})

    def _set(self, names: set[Stage]) -> None:
        self._names = tuple(stage for stage in STAGES if stage in names)
        flags = torch.tensor([stage in names for stage in STAGES])
        self.finished.copy_(flags)

    def _load_from_state_dict(
        self, state_dict: dict[str, Any], prefix: str, *arguments: Any
    ) -> None:
        super()._load_from_state_dict(state_dict, prefix, *arguments)
        if not self.finished.is_meta:
            flags = self.finished.tolist()
            self._names = tuple(s for s, done in zip(STAGES, flags, strict=True) if done)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self._names)})"
