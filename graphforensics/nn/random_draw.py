"""Random numbers from a generator that may live on another device than the tensors."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Generator, Tensor


def draw_uniform(
    shape: Sequence[int], device: torch.device, generator: Generator | None = None
) -> Tensor:
    """Draw float32 numbers from U[0, 1).

    Args:
        shape: Shape of the result.
        device: Device of the result.
        generator: Source of randomness; the numbers are drawn on its device, so that one seed
            gives the same numbers wherever the model runs. Default: the global one.

    Example:
        >>> seeded = torch.Generator().manual_seed(0)
        >>> draw_uniform((2, 3), torch.device("cpu"), seeded).shape
        torch.Size([2, 3])
    """
    if generator is None:  # a generator of None, named, is one that ONNX cannot express
        return torch.rand(list(shape), device=device)
    return torch.rand(list(shape), generator=generator, device=generator.device).to(device)


def draw_beta(
    concentration: float,
    shape: Sequence[int],
    device: torch.device,
    generator: Generator | None = None,
) -> Tensor:
    """Draw float32 numbers from the symmetric beta distribution.

    Args:
        concentration: Both parameters of the distribution; under 1 the ends are likelier than
            the middle, 1 is uniform.
        shape: Shape of the result.
        device: Device of the result.
        generator: As in :func:`draw_uniform`.

    Example:
        >>> draw_beta(0.5, (4,), torch.device("cpu")).shape
        torch.Size([4])
    """
    where = device if generator is None else generator.device
    # torch.distributions.Beta draws through this very function but passes no generator on.
    both = torch.full([*shape, 2], concentration, device=where)
    return torch._sample_dirichlet(both, generator)[..., 0].to(device)


def draw_order(count: int, device: torch.device, generator: Generator | None = None) -> Tensor:
    """Draw a random order of ``count`` things.

    Example:
        >>> sorted(draw_order(4, torch.device("cpu")).tolist())
        [0, 1, 2, 3]
    """
    where = device if generator is None else generator.device
    return torch.randperm(count, generator=generator, device=where).to(device)
