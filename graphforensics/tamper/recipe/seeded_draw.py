"""Random numbers that depend on a sample's own seed alone."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

_WORD = 0xFFFFFFFF
#: 2^32 divided by the golden ratio: steps of it spread evenly.
_STEP = 0x9E3779B9
#: More would not fit the two words that are hashed.
_LAST_SEED = 2**63 - 1


def seeded_uniform(seeds: Tensor, count: int, stream: int = 0) -> Tensor:
    r"""Draw numbers from U[0, 1), each sample's from its own seed.

    .. math:: u_{b k} = 2^{-24} \big\lfloor 2^{-8}\,
        m\big(m(s_b^{\text{low}} + k \varphi) + s_b^{\text{high}} + t \varphi\big) \big\rfloor

    with a mixing function m of 32-bit words (that of MurmurHash3): integers only, so that the
    numbers are the same on every device, with any number of threads, and whatever else is in
    the batch. Not for secrets.

    Args:
        seeds: One a sample.
        count: How many numbers a sample.
        stream: Another stream t gives the same seeds other numbers.

    Shapes:
        ``seeds [B]``, ``int64``; the output is ``[B, count]``, ``float32``.

    Example:
        >>> both = seeded_uniform(torch.tensor([7, 8]), 3)
        >>> bool((both[1:] == seeded_uniform(torch.tensor([8]), 3)).all())
        True
    """
    steps = torch.arange(1, count + 1, device=seeds.device) * _STEP
    low, high = (seeds & _WORD).unsqueeze(1), (seeds >> 32 & _WORD).unsqueeze(1)
    mixed = _mix(_mix(low + steps) + high + stream * _STEP)
    return (mixed >> 8).float() * 2.0**-24


def draw_seeds(count: int, generator: Generator | None = None) -> Tensor:
    """Draw seeds ``[count]`` on the CPU; without a generator from torch's global one.

    Example:
        >>> draw_seeds(2, torch.Generator().manual_seed(0)).shape
        torch.Size([2])
    """
    where = None if generator is None else generator.device
    return torch.randint(_LAST_SEED, (count,), generator=generator, device=where).cpu()


def _mix(words: Tensor) -> Tensor:
    """Spread every bit of 32-bit words, kept in 64 bits, over all of them."""
    words = words & _WORD
    words = (words ^ (words >> 16)) * 0x85EBCA6B & _WORD
    words = (words ^ (words >> 13)) * 0xC2B2AE35 & _WORD
    return words ^ (words >> 16)
