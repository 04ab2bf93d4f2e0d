"""What a region or a relation adds, found by leaving it out."""

from __future__ import annotations

import torch
from torch import Tensor

from graphforensics.explain.graph_reading import GraphReading


def region_removal(reading: GraphReading) -> Tensor:
    r"""Return how far the logit falls when a region is left out.

    .. math:: \phi_n = y(\mathcal{V}) - y(\mathcal{V} \setminus \{n\})

    Args:
        reading: The graph and what reads it.

    Shapes:
        Output ``[N]``, float64.
    """
    return _falls(reading, "nodes", reading.nodes)


def relation_removal(reading: GraphReading) -> Tensor:
    r"""Return how far the logit falls when a relation is cut.

    .. math:: \phi_e = y(\mathcal{E}) - y(\mathcal{E} \setminus \{e\})

    Args:
        reading: The graph and what reads it.

    Shapes:
        Output ``[E]``, float64.
    """
    return _falls(reading, "edges", reading.edge_index.size(1))


def _falls(reading: GraphReading, what: str, count: int) -> Tensor:
    whole = reading.logit()
    found = torch.zeros(count, dtype=torch.float64)
    for place in range(count):
        kept = torch.ones(count, dtype=torch.float64, device=reading.x.device)
        kept[place] = 0
        found[place] = whole - reading.logit(**{what: kept})
    return found
