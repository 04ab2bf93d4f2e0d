"""How the autoencoders of face swaps are trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

#: Pixels that one place of the code stands for.
_STRIDE = 16


@dataclass(frozen=True)
class AutoencoderSettings:
    """Size and training of a pair's autoencoder.

    Args:
        size: Side of the faces that it draws, in pixels; face-swap programs have 64 to 128.
            Default: 96.
        steps: Steps of training, each on a batch of either person. Default: 2000.
        batch: Faces of a person in a step. Default: 8.
        learning_rate: Adam's; it falls to a tenth in the last third. Default: 5e-4.
        save_every: Steps after which the state is written. Default: 50.
        seed: Of the first weights and the samples. Default: 0.
        device: What it is trained on: ``"cpu"``, ``"cuda"``, ... Default: ``"cpu"``.

    Raises:
        ValueError: A number is out of range, or there is no such device.
    """

    size: int = 96
    steps: int = 2000
    batch: int = 8
    learning_rate: float = 5e-4
    save_every: int = 50
    seed: int = 0
    device: str = "cpu"

    def __post_init__(self) -> None:
        if not (32 <= self.size <= 256 and self.size % _STRIDE == 0):
            raise ValueError(
                f"'autoencoder_size' must be a multiple of 16 from 32 to 256 (got {self.size})"
            )
        for name in ("steps", "batch", "save_every"):
            if getattr(self, name) < 1:
                value = getattr(self, name)
                raise ValueError(f"'autoencoder_{name}' must be at least 1 (got {value})")
        if not self.learning_rate > 0:
            raise ValueError(
                f"'autoencoder_learning_rate' must be positive (got {self.learning_rate})"
            )
        _check_device(self.device)

    def to_dict(self) -> dict[str, Any]:
        """Return what decides about the weights, as a dictionary that JSON takes."""
        return {
            "size": self.size,
            "steps": self.steps,
            "batch": self.batch,
            "learning_rate": self.learning_rate,
            "seed": self.seed,
        }


def _check_device(name: str) -> None:
    try:
        torch.empty(0, device=name)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise ValueError(f"'autoencoder_device': there is no {name!r} here") from error
