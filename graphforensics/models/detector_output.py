"""What a detector says about a batch."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor
from torch_geometric.data import Batch


@dataclass
class DetectorOutput:
    """A verdict on each sample; detectors add what they saw on the way.

    Args:
        logit: ``[B]``, positive is fake.
    """

    logit: Tensor

    @property
    def probability(self) -> Tensor:
        """Probability of fake, ``[B]``."""
        return self.logit.float().sigmoid()

    @property
    def graph(self) -> Batch:
        """The graphs that the verdict was read from, a batch of face graphs or sequences."""
        raise AttributeError(f"{type(self).__name__} holds no graph")
