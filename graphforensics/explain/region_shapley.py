"""Each region's fair share of a verdict."""

from __future__ import annotations

import torch
from torch import Tensor

from graphforensics.explain.graph_reading import GraphReading

#: More regions than that have too many orders to go through all of them.
_EXACT = 5


def region_shapley(reading: GraphReading, orders: int = 20, seed: int = 0) -> Tensor:
    r"""Return the Shapley value of each region, by captum.

    .. math:: \phi_n = \frac{1}{N!} \sum_{\pi} \big( y(\pi_{\le n}) - y(\pi_{< n}) \big)

    over all orders :math:`\pi` of the regions, :math:`\pi_{\le n}` being those that come up to
    region n. With more than five regions the mean is over ``orders`` random orders. In both cases
    the values add up to the logit with all regions less that with none.

    Args:
        reading: The graph and what reads it.
        orders: Number of random orders. Default: 20.
        seed: Seed of their drawing; the global generator is left as it was. Default: 0.

    Shapes:
        Output ``[N]``, float64.

    Raises:
        ValueError: ``orders`` is not positive.

    Source:
        L. Shapley, A value for n-person games, 1953; ``captum.attr.ShapleyValues``.
    """
    # Imported here: it takes longer than all else in this room.
    from captum.attr import ShapleyValues, ShapleyValueSampling

    if orders < 1:
        raise ValueError(f"'orders' must be positive (got {orders})")

    def value(kept: Tensor) -> Tensor:
        return torch.tensor([reading.logit(nodes=row) for row in kept], dtype=torch.float64)

    everything = torch.ones(1, reading.nodes, dtype=torch.float64)
    if reading.nodes <= _EXACT:
        found: Tensor = ShapleyValues(value).attribute(everything)
        return found[0]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        found = ShapleyValueSampling(value).attribute(everything, n_samples=orders)
    return found[0]
