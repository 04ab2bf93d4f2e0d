"""Any recurrent graph cell, run over a sequence of graphs."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch_geometric.nn import MessagePassing
from torch_geometric.nn.inits import reset

from graphforensics.nn.argument_checks import check_shape
from graphforensics.nn.dense_tgcn_cell import DenseTGCNCell
from graphforensics.nn.edge_sum import check_edges
from graphforensics.nn.tgcn_cell import TGCNCell


class RecurrentCell(nn.Module):
    r"""Run any recurrent graph cell over time, the edges being the same, or not, at all steps.

    .. math:: (\mathbf{H}^{t+1}, \ldots) =
        \psi(\mathbf{X}^t, \mathcal{E}, \mathbf{H}^t, \ldots)

    The cell is called as ``torch_geometric_temporal``'s are: ``cell(x, edge_index, edge_weight)``
    at the first step, ``cell(x, edge_index, edge_weight, *state)`` at the others, where the
    state is what it returned, a tensor or a tuple of them; the first of them is read out. So its
    ``TGCN`` and ``GConvGRU`` fit (``h``), and so do ``GConvLSTM`` and ``GCLSTM`` (``h, c``). A
    batch of graphs is one large graph.

    Many cells normalise the edges by the root of their sum at each node, which is NaN where it is
    negative, and learned edges may be negative. Such edges are therefore cut, as minimal masking
    cuts the lowest ones; they get no gradient then. ``signed=True`` passes them on as they are.
    Edges of weight 0 are left out of the list, so that every cell sees them cut.

    PyTorch Geometric's explainers find the relations that the cell is given, not its inner
    layers, which add self-loops of their own; those layers' ``explain`` is set to False.

    Args:
        cell: The cell. It must not cache its edges (``cached=True``).
        signed: Give negative weights to the cell. Default: True for
            :class:`~graphforensics.nn.TGCNCell`, which is safe with them, False for any other.

    Shapes:
        :meth:`forward`: ``x [N, T, C]``, ``edge_index [2, E]``, ``edge_weight [E]`` or ``[E, T]``,
        ones by default; output ``[N, T, H]``. :meth:`forward_dense`: ``x [B, T, N, C]``,
        ``adj [N, N]`` or ``[B, N, N]``, row i the receiving node; output ``[B, T, N, H]``.

    Raises:
        ValueError: A shape is not one of these, or the cell cannot be used.

    Example:
        >>> cell = RecurrentCell(TGCNCell(8, 4))
        >>> cell(torch.rand(3, 5, 8), torch.tensor([[0, 1, 2], [1, 2, 0]])).shape
        torch.Size([3, 5, 4])
        >>> cell.forward_dense(torch.rand(2, 5, 3, 8), torch.rand(3, 3)).shape
        torch.Size([2, 5, 3, 4])
    """

    def __init__(self, cell: nn.Module, signed: bool | None = None) -> None:
        super().__init__()
        _check_cell(cell)
        self.cell = cell
        self.signed = isinstance(cell, TGCNCell) if signed is None else signed
        self.edges = _Edges()
        for layer in cell.modules():
            if isinstance(layer, MessagePassing):
                layer.explain = False

    @property
    def in_channels(self) -> int | None:
        """Features of a node that the cell takes, where it says so."""
        return _number(self.cell, "in_channels")

    @property
    def hidden_channels(self) -> int | None:
        """Features of a node's state, where the cell says so."""
        found = _number(self.cell, "hidden_channels")
        return _number(self.cell, "out_channels") if found is None else found

    def reset_parameters(self) -> None:
        """Draw the parameters anew of every part of the cell that can."""
        reset(self.cell)

    def forward(self, x: Tensor, edge_index: Tensor, edge_weight: Tensor | None = None) -> Tensor:
        """Return the state after every step."""
        check_shape("x", x, ("N", "T", self.in_channels or "C"))
        check_edges(x, edge_index, edge_weight)
        weight = x.new_ones(edge_index.size(1)) if edge_weight is None else edge_weight.to(x.dtype)
        weight = self.edges(edge_index, weight if self.signed else weight.relu())
        same = _present(edge_index, weight) if weight.dim() == 1 else None
        state: tuple[Tensor, ...] = ()
        states = []
        for t, now in enumerate(x.unbind(1)):
            edges = _present(edge_index, weight[:, t]) if same is None else same
            state = _state(self.cell(now, *edges, *state), x.size(0))
            states.append(state[0])
        return torch.stack(states, dim=1)

    def forward_dense(self, x: Tensor, adj: Tensor) -> Tensor:
        """Return the state after every step, from a dense matrix of edges."""
        check_shape("x", x, ("B", "T", "N", self.in_channels or "C"))
        batch, nodes = x.size(0), x.size(2)
        check_shape("adj", adj, (nodes, nodes), (batch, nodes, nodes))
        place = torch.arange(batch * nodes, device=x.device).view(batch, nodes)
        source = place[:, None, :].expand(-1, nodes, -1)
        edge_index = torch.stack([source.flatten(), source.transpose(1, 2).flatten()])
        weight = adj.expand(batch, nodes, nodes).flatten()
        states: Tensor = self(x.transpose(1, 2).flatten(0, 1), edge_index, weight)
        return torch.unflatten(states, 0, (batch, nodes)).transpose(1, 2)

    def __repr__(self) -> str:
        name = type(self.cell).__name__
        return (
            f"{type(self).__name__}({name}({self.in_channels}, {self.hidden_channels}), "
            f"signed={self.signed})"
        )


class _Edges(MessagePassing):  # type: ignore[misc]  # MessagePassing is untyped upstream
    """The weights themselves; a place for explainers to mask them and to read them."""

    def __init__(self) -> None:
        super().__init__(node_dim=0)

    def forward(self, edge_index: Tensor, edge_weight: Tensor) -> Tensor:
        weight: Tensor = self.propagate(edge_index, alpha=edge_weight)
        return weight

    def message(self, alpha: Tensor) -> Tensor:
        return alpha

    def aggregate(self, inputs: Tensor) -> Tensor:
        return inputs


def _present(edge_index: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    present = weight != 0
    return edge_index[:, present], weight[present]


def _state(returned: object, nodes: int) -> tuple[Tensor, ...]:
    state = tuple(returned) if isinstance(returned, tuple | list) else (returned,)
    met = [list(part.shape) if isinstance(part, Tensor) else part for part in state]
    if not state or not all(isinstance(part, Tensor) for part in state):
        raise ValueError(f"'cell' must return a tensor or a tuple of them (got {met})")
    if len(met[0]) != 2 or met[0][0] != nodes:
        raise ValueError(f"'cell' must return [N, H] = [{nodes}, H] first (got {met[0]})")
    return state


def _check_cell(cell: nn.Module) -> None:
    if isinstance(cell, DenseTGCNCell):
        raise ValueError(f"'cell' must take a list of edges, as TGCNCell does (got {cell})")
    if any(getattr(layer, "cached", False) for layer in cell.modules()):
        raise ValueError(
            f"'cell' must not cache its edges, which change (got {type(cell).__name__} with "
            f"cached=True)"
        )


def _number(cell: nn.Module, name: str) -> int | None:
    found = getattr(cell, name, None)
    return found if isinstance(found, int) else None
