"""A loader whose workers begin when the first batch is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch.utils.data import DataLoader

# Own code because: Lightning makes the iterator of a resumed run before it tells the sampler which
# epoch the run goes on with, and PyTorch's workers ask for the order as soon as there is an
# iterator: the first epoch after resuming would be the first one of all again.


class LazyLoader(DataLoader[Any]):
    """PyTorch's loader, but its iterators ask for nothing before they are asked for a batch.

    Args:
        *arguments: As PyTorch's.
        **settings: As PyTorch's.

    Example:
        >>> from graphforensics.datasets.epoch_sampler import EpochSampler
        >>> order = EpochSampler(2)
        >>> batches = iter(LazyLoader({(4, 0): 1, (4, 1): 2}, sampler=order, batch_size=2))
        >>> order.set_epoch(4)
        >>> sorted(next(batches).tolist())
        [1, 2]
    """

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        # As a generator: nothing runs before the first batch is wanted.
        yield from super().__iter__()
