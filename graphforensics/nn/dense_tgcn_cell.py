"""The temporal graph convolution cell on a dense matrix of edges."""

from __future__ import annotations

from torch import Tensor

from graphforensics.nn.dense_propagate import dense_propagate
from graphforensics.nn.tgcn_gates import Propagation, TGCNGates


class DenseTGCNCell(TGCNGates):
    r"""A gated recurrent unit whose input and hidden state are both graph-convolved.

    .. math::
        (\mathbf{G}_r, \mathbf{G}_z, \mathbf{G}_h) &= \mathcal{E} \mathbf{V} \mathbf{W}_i, \qquad
        (\mathbf{H}_r, \mathbf{H}_z, \mathbf{H}_h) = \mathcal{E} \mathbf{V}_h \mathbf{W}_h \\
        \mathbf{r} &= \sigma(\mathbf{G}_r + \mathbf{H}_r + \mathbf{b}_r), \qquad
        \mathbf{z} = \sigma(\mathbf{G}_z + \mathbf{H}_z + \mathbf{b}_z) \\
        \tilde{\mathbf{H}} &= \tanh(\mathbf{G}_h + \mathbf{r} \odot \mathbf{H}_h + \mathbf{b}_h) \\
        \mathbf{V}_h^{\prime} &= \mathbf{z} \odot \mathbf{V}_h
        + (1 - \mathbf{z}) \odot \tilde{\mathbf{H}}

    Eqs. 8 to 10 of "Masked Relation Learning for DeepFake Detection" (IEEE TIFS 2023). Row i of
    :math:`\mathcal{E}` receives. :class:`~graphforensics.nn.TGCNCell` takes a list of edges, has
    the same parameters and gives the same numbers. Neither is the cell of the T-GCN paper, which
    convolves the input and the hidden state concatenated, nor that of
    ``torch_geometric_temporal``, which convolves the input only.

    Args:
        in_channels: Features of a node, C.
        hidden_channels: Features of a node's hidden state, H.
        normalize: Use :math:`\mathbf{D}^{-1/2} (\mathcal{E} + \mathbf{I}) \mathbf{D}^{-1/2}` for
            :math:`\mathcal{E}`, with loops added as in the T-GCN authors' program. Rows with
            a negative sum never give NaN (:func:`~graphforensics.nn.dense_propagate`).
            Default: False, the paper's equations.

    Shapes:
        ``x [B, N, C]`` or ``[N, C]``, ``adj [N, N]`` or ``[B, N, N]``, ``h`` and the output
        ``[B, N, H]`` or ``[N, H]``.

    Raises:
        ValueError: A shape is not one of these.

    Example:
        >>> import torch
        >>> cell = DenseTGCNCell(8, 4)
        >>> h = cell(torch.rand(2, 3, 8), torch.rand(3, 3))
        >>> cell(torch.rand(2, 3, 8), torch.rand(3, 3), h).shape
        torch.Size([2, 3, 4])
    """

    def forward(self, x: Tensor, adj: Tensor, h: Tensor | None = None) -> Tensor:
        """Return the next hidden state."""
        if x.dim() not in (2, 3):
            raise ValueError(f"'x' must be [N, C] or [B, N, C] (got {list(x.shape)})")
        h = self.initial(x, h)
        propagation = self._propagation(adj)
        return self.step(propagation(x @ self.weight_input, None), propagation, h, None)

    def forward_sequence(self, x: Tensor, adj: Tensor, h: Tensor | None = None) -> Tensor:
        """Return the hidden state after every step: ``[B, T, N, C] -> [B, T, N, H]``.

        The input's convolution, most of the work, is one product over all steps.

        Args:
            x: Features over time.
            adj: As in :meth:`forward`, the same for all steps.
            h: Hidden state before the first step, ``[B, N, H]``; zeros by default.

        Raises:
            ValueError: A shape is not the wanted one, or there is no step.
        """
        if x.dim() != 4 or x.size(1) == 0:
            raise ValueError(f"'x' must be [B, T, N, C] with T > 0 (got {list(x.shape)})")
        self.check_channels(x)
        return self.unroll(x, self._propagation(adj), self.initial(x[:, 0], h))

    def _propagation(self, adj: Tensor) -> Propagation:
        return lambda x, _: dense_propagate(x, adj, self.normalize)
