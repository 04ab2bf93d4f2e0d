"""The optimiser of a run, by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

import torch
from torch.nn import Parameter

OptimizerName = Literal["adam", "adamw", "sgd"]
OPTIMIZERS: tuple[str, ...] = get_args(OptimizerName)


def check_optimizer(
    name: str, momentum: float, betas: tuple[float, float], weight_decay: float
) -> None:
    """Raise ValueError unless :func:`build_optimizer` takes these settings."""
    if name not in OPTIMIZERS:
        raise ValueError(f"'optimizer' must be one of {', '.join(OPTIMIZERS)} (got {name!r})")
    if not 0 <= momentum < 1:
        raise ValueError(f"'momentum' must be in [0, 1) (got {momentum})")
    if momentum and name != "sgd":
        raise ValueError(f"'momentum' must be 0 with {name}, which has 'betas' (got {momentum})")
    if len(betas) != 2 or not all(0 <= beta < 1 for beta in betas):
        raise ValueError(f"'betas' must be two numbers in [0, 1) (got {betas})")
    if not weight_decay >= 0:
        raise ValueError(f"'weight_decay' must be at least 0 (got {weight_decay})")


def build_optimizer(
    parameters: Iterable[Parameter],
    name: OptimizerName = "adam",
    learning_rate: float = 1e-4,
    momentum: float = 0.0,
    betas: tuple[float, float] = (0.9, 0.999),
    weight_decay: float = 0.0,
) -> torch.optim.Optimizer:
    """Return PyTorch's optimiser of that name.

    Args:
        parameters: What is trained.
        name: ``"adam"``, ``"adamw"`` or ``"sgd"``.
        learning_rate: Step size.
        momentum: Of ``"sgd"``; 0 for the others.
        betas: Decay of the two running means of ``"adam"`` and ``"adamw"``.
        weight_decay: Added to the gradient (``"adam"``, ``"sgd"``) or applied by itself
            (``"adamw"``).

    Raises:
        ValueError: The name is unknown, or a number is out of range.

    Example:
        >>> weight = torch.nn.Parameter(torch.ones(2))
        >>> type(build_optimizer([weight], "sgd", 0.1, momentum=0.9)).__name__
        'SGD'
    """
    check_optimizer(name, momentum, betas, weight_decay)
    if name == "sgd":
        return torch.optim.SGD(
            parameters, lr=learning_rate, momentum=momentum, weight_decay=weight_decay
        )
    kind = torch.optim.AdamW if name == "adamw" else torch.optim.Adam
    return kind(parameters, lr=learning_rate, betas=betas, weight_decay=weight_decay)
