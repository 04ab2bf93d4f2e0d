"""Graph convolution with learned relations: one step of the TGCN without its memory."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from graphforensics.nn.argument_checks import check_positive
from graphforensics.nn.dense_propagate import dense_propagate
from graphforensics.nn.edge_sum import EdgeSum, check_edges


class RelationConv(nn.Module):
    r"""The graph convolution of eq. 8 with a bias and a ReLU, dense or over edges.

    .. math:: \mathbf{V}^{\prime} = \mathrm{ReLU}(\mathcal{E} \mathbf{V} \mathbf{W} + \mathbf{b})

    It stands in for the TGCN where there is no time: the image variant (RQ3) of "Masked Relation
    Learning for DeepFake Detection" (IEEE TIFS 2023) discards the GRU and keeps the convolution.

    Args:
        in_channels: Features of a node, C.
        out_channels: Features of a node afterwards, H.
        normalize: Add self-loops and normalise the edges with the Laplacian. Default: False.

    Shapes:
        :meth:`forward`: ``x [N, C]`` or ``[N, T, C]``, ``edge_index [2, E]``, ``edge_weight [E]``
        (or ``[E, T]``); output as ``x`` with H channels. :meth:`forward_dense`:
        ``x [..., N, C]``, ``adj [N, N]`` or ``[B, N, N]``.

    Raises:
        ValueError: A number of channels is not positive, or a shape does not fit.

    Example:
        >>> conv = RelationConv(8, 4)
        >>> conv(torch.rand(3, 8), torch.tensor([[0, 1], [1, 2]])).shape
        torch.Size([3, 4])
        >>> conv.forward_dense(torch.rand(2, 3, 8), torch.rand(3, 3)).shape
        torch.Size([2, 3, 4])
    """

    weight: Tensor
    bias: Tensor

    def __init__(self, in_channels: int, out_channels: int, normalize: bool = False) -> None:
        super().__init__()
        check_positive(in_channels=in_channels, out_channels=out_channels)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.normalize = normalize
        self.edge_sum = EdgeSum(normalize)
        self.weight = nn.Parameter(torch.empty(in_channels, out_channels))
        self.bias = nn.Parameter(torch.empty(out_channels))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights anew (Glorot) and set the bias to 0."""
        nn.init.xavier_uniform_(self.weight)
        nn.init.zeros_(self.bias)

    def forward(self, x: Tensor, edge_index: Tensor, edge_weight: Tensor | None = None) -> Tensor:
        """Convolve over a list of edges."""
        check_edges(x, edge_index, edge_weight)
        mixed: Tensor = self.edge_sum(self._project(x), edge_index, edge_weight)
        return torch.relu(mixed + self.bias)

    def forward_dense(self, x: Tensor, adj: Tensor) -> Tensor:
        """Convolve with a dense matrix of edges, row i the receiving node."""
        return torch.relu(dense_propagate(self._project(x), adj, self.normalize) + self.bias)

    def _project(self, x: Tensor) -> Tensor:
        if x.dim() < 2 or x.size(-1) != self.in_channels:
            raise ValueError(
                f"'x' must have {self.in_channels} channels in its last axis (got {list(x.shape)})"
            )
        return x @ self.weight

    def __repr__(self) -> str:
        normalize = ", normalize=True" if self.normalize else ""
        return f"{type(self).__name__}({self.in_channels}, {self.out_channels}{normalize})"
