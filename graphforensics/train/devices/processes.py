"""What the processes of one run tell each other."""

from __future__ import annotations

from typing import Any

import torch
import torch.distributed as dist
from lightning.pytorch.utilities import rank_zero_only


def early_rank() -> int:
    """Return the number that this process will have, also before the processes have met.

    Launchers (Lightning's, torchrun, SLURM's) tell it by environment variables.
    """
    return int(getattr(rank_zero_only, "rank", 0) or 0)


def process_count() -> int:
    """Count the processes that train together; 1 where there is but this."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def process_rank() -> int:
    """Return the number of this process among :func:`process_count`."""
    return dist.get_rank() if process_count() > 1 else 0


def summed(value: int, device: torch.device) -> int:
    """Add up a number of every process.

    Every process must call it.

    Args:
        value: Of this one.
        device: Which the processes speak to each other from.

    Example:
        >>> summed(3, torch.device("cpu"))
        3
    """
    if process_count() == 1:
        return value
    total = torch.tensor(value, device=device)
    dist.all_reduce(total)
    return int(total)


def gathered(value: Any) -> list[Any]:
    """Collect a value of every process, in every process, in the order of their numbers.

    Every process must call it.

    Args:
        value: Plain Python values and tensors on the processor.

    Example:
        >>> gathered({"scores": [0.5]})
        [{'scores': [0.5]}]
    """
    count = process_count()
    if count == 1:
        return [value]
    values: list[Any] = [None] * count
    dist.all_gather_object(values, value)
    return values
