"""What the dense and the sparse TGCN cell share: parameters, gates, the loop over time."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from graphforensics.nn.argument_checks import check_positive

#: Sums over neighbours; the number of the time step, or None for all steps at once.
Propagation = Callable[[Tensor, "int | None"], Tensor]


class TGCNGates(nn.Module):
    """The parameters and the gates of MRL's eqs. 8 to 10; subclasses say how to sum neighbours.

    :class:`~graphforensics.nn.DenseTGCNCell` prints the equations; :meth:`step` computes them.

    Args:
        in_channels: Features of a node, C.
        hidden_channels: Features of a node's hidden state, H.
        normalize: Normalise the edges with the Laplacian, self-loops added.

    Raises:
        ValueError: A number of channels is not positive.
    """

    weight_input: Tensor
    weight_hidden: Tensor
    bias: Tensor

    def __init__(self, in_channels: int, hidden_channels: int, normalize: bool = False) -> None:
        super().__init__()
        check_positive(in_channels=in_channels, hidden_channels=hidden_channels)
        self.in_channels = in_channels
        self.hidden_channels = hidden_channels
        self.normalize = normalize
        self.weight_input = nn.Parameter(torch.empty(in_channels, 3 * hidden_channels))
        self.weight_hidden = nn.Parameter(torch.empty(hidden_channels, 3 * hidden_channels))
        self.bias = nn.Parameter(torch.empty(3 * hidden_channels))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights anew (Glorot, each gate for itself) and set the biases to 0."""
        for weight in (self.weight_input, self.weight_hidden):
            for gate in weight.data.chunk(3, dim=1):
                nn.init.xavier_uniform_(gate)
        nn.init.zeros_(self.bias)

    def step(self, convolved: Tensor, propagation: Propagation, h: Tensor, t: int | None) -> Tensor:
        """Return the next hidden state, eqs. 9 and 10, from the convolved input of eq. 8."""
        size = self.hidden_channels
        # Summing the neighbours' states before they are projected moves a third of the numbers.
        hidden = propagation(h, t) @ self.weight_hidden
        convolved = convolved + self.bias
        opened = torch.sigmoid(convolved[..., : 2 * size] + hidden[..., : 2 * size])
        reset, update = opened.chunk(2, dim=-1)
        candidate = torch.tanh(convolved[..., 2 * size :] + reset * hidden[..., 2 * size :])
        return candidate + update * (h - candidate)

    def unroll(self, x: Tensor, propagation: Propagation, h: Tensor) -> Tensor:
        """Run over axis 1, the time, with the input's convolution done for all steps at once."""
        convolved = propagation(x @ self.weight_input, None)
        states = []
        for t, step in enumerate(convolved.unbind(1)):
            h = self.step(step, propagation, h, t)
            states.append(h)
        return torch.stack(states, dim=1)

    def check_channels(self, x: Tensor) -> None:
        """Raise ValueError unless the last axis of ``x`` is that of the channels."""
        if x.size(-1) != self.in_channels:
            raise ValueError(
                f"'x' must have {self.in_channels} channels in its last axis (got {list(x.shape)})"
            )

    def initial(self, x: Tensor, h: Tensor | None) -> Tensor:
        """Return ``h``, checked, or the zeros that the recurrence starts from."""
        self.check_channels(x)
        wanted = (*x.shape[:-1], self.hidden_channels)
        if h is None:
            return x.new_zeros(wanted)
        if tuple(h.shape) != wanted:
            raise ValueError(f"'h' must be {list(wanted)} (got {list(h.shape)})")
        return h

    def __repr__(self) -> str:
        normalize = ", normalize=True" if self.normalize else ""
        return f"{type(self).__name__}({self.in_channels}, {self.hidden_channels}{normalize})"
