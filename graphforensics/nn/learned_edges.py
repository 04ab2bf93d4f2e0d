"""A relation between every two regions, learned once for all faces."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from graphforensics.nn.argument_checks import check_positive


class LearnedEdges(nn.Module):
    r"""One trainable directed weight for each pair of nodes.

    .. math:: \mathcal{E} \in \mathbb{R}^{N \times N}, \qquad
        \mathcal{E}_{ij} \sim \mathcal{N}(0, 1) \text{ before training}

    Section III-C of "Masked Relation Learning for DeepFake Detection" (IEEE TIFS 2023).
    :math:`\mathcal{E}_{ij}` is how strongly node i listens to node j.

    Args:
        num_nodes: Number of nodes N.

    Shapes:
        Output ``[N, N]``; :attr:`edge_index` ``[2, N * N]`` and :attr:`edge_weight` ``[N * N]`` are
        in the flattened matrix's order.

    Raises:
        ValueError: ``num_nodes`` is not positive.

    Example:
        >>> edges = LearnedEdges(3)
        >>> edges().shape, edges.edge_index[:, 5].tolist()  # row 1, column 2
        (torch.Size([3, 3]), [2, 1])
    """

    weight: Tensor

    def __init__(self, num_nodes: int) -> None:
        super().__init__()
        check_positive(num_nodes=num_nodes)
        self.num_nodes = num_nodes
        self.weight = nn.Parameter(torch.empty(num_nodes, num_nodes))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights anew from N(0, 1)."""
        nn.init.normal_(self.weight)

    @property
    def edge_index(self) -> Tensor:
        """Source (row 0) and target (row 1) of each weight of the flattened matrix."""
        nodes = torch.arange(self.num_nodes, device=self.weight.device)
        return torch.stack([nodes.repeat(self.num_nodes), nodes.repeat_interleave(self.num_nodes)])

    @property
    def edge_weight(self) -> Tensor:
        """The weights in the order of :attr:`edge_index`, ``[N * N]``."""
        return self.weight.flatten()

    def forward(self) -> Tensor:
        """Return the matrix, row i the receiving node."""
        return self.weight

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.num_nodes})"
