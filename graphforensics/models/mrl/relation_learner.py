"""Relate the regions and read the verdict out of the graph."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, pairwise, repeat
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from graphforensics.nn.argument_checks import called_here, check_positive, check_word
from graphforensics.nn.dense_tgcn_cell import DenseTGCNCell
from graphforensics.nn.edge_threshold import EdgeThreshold
from graphforensics.nn.learned_edges import LearnedEdges
from graphforensics.nn.masked_edge_dropout import MaskedEdgeDropout, MaskStrategy
from graphforensics.nn.recurrent_cell import RecurrentCell
from graphforensics.nn.relation_conv import RelationConv

Relation = Literal["tgcn", "gcn", "none"]


class RelationLearner(nn.Module):
    r"""The masked relation learner of MRL: learned edges, a mask, a TGCN and a classifier.

    .. math::
        \mathcal{E}^{\prime} &= \mathrm{mask}(\mathcal{E}), \qquad
        \mathbf{H}^{t+1} = \psi(\langle \mathbf{V}^t, \mathcal{E}^{\prime} \rangle, \mathbf{H}^t) \\
        \mathrm{logit} &= \mathrm{MLP}(\mathrm{flatten}(\mathbf{H}^{T}))

    Eqs. 1, 2 and 6 to 11 of "Masked Relation Learning for DeepFake Detection" (IEEE TIFS 2023).

    Args:
        in_channels: Features of a region, C.
        regions: Number of regions N. Default: 12.
        hidden_channels: Features of a region's hidden state, H, and inside the classifier; None
            makes the classifier one linear layer (without a graph only). Default: 128.
        relation: ``"tgcn"``; ``"gcn"``, the graph convolution without its memory; ``"none"``, no
            graph, the regions' own features are classified. The latter two judge each
            snippet by itself and average. Default: ``"tgcn"``.
        cells: Number of cells, or convolutions, stacked. Default: 1.
        normalize: Normalise the edges with the Laplacian. Default: False.
        mask_rate: As in :class:`~graphforensics.nn.MaskedEdgeDropout`. Default: 0.5.
        mask_strategy: Likewise. Default: ``"minimal"``.
        threshold: Likewise. Default: ``"range"``.
        mask_at_inference: Likewise. Default: False.
        dropout: Rate of dropout inside the classifier. Default: 0.
        recurrent: A recurrent graph cell that takes the TGCN's place;
            :class:`~graphforensics.nn.RecurrentCell` says what it may be and what becomes of
            negative edges. Wants ``relation="tgcn"``, one cell, and ``normalize=False``, since a
            cell normalises in its own way. Default: None, the paper's TGCN.

    Shapes:
        ``features [B, T, N, C]``, output ``[B, T]``: the verdict after every snippet.

    Raises:
        ValueError: A word is unknown, a number is out of its range, or a shape does not fit.

    Example:
        >>> learner = RelationLearner(16, regions=4, hidden_channels=8)
        >>> learner(torch.rand(2, 5, 4, 16)).shape
        torch.Size([2, 5])
    """

    def __init__(
        self,
        in_channels: int,
        regions: int = 12,
        hidden_channels: int | None = 128,
        relation: Relation = "tgcn",
        cells: int = 1,
        normalize: bool = False,
        mask_rate: float = 0.5,
        mask_strategy: MaskStrategy = "minimal",
        threshold: EdgeThreshold = "range",
        mask_at_inference: bool = False,
        dropout: float = 0.0,
        recurrent: nn.Module | None = None,
    ) -> None:
        super().__init__()
        check_word("relation", relation, get_args(Relation))
        check_positive(cells=cells)
        self.relation: Relation = relation
        self.regions = regions
        self.in_channels = in_channels
        self.hidden_channels = hidden_channels
        self.edges = None if relation == "none" else LearnedEdges(regions)
        with called_here(rate="mask_rate", strategy="mask_strategy"):
            self.mask = MaskedEdgeDropout(mask_rate, mask_strategy, threshold, mask_at_inference)
        width = in_channels
        widths: Iterable[int] = [in_channels]
        if relation != "none":
            if hidden_channels is None:
                raise ValueError("'hidden_channels' must be a number where there is a graph")
            # Not a list: a checkpoint may ask for more cells than memory could hold the widths of.
            width = hidden_channels
            widths = chain(widths, repeat(hidden_channels, cells))
        layer = DenseTGCNCell if relation == "tgcn" else RelationConv
        self.cells = nn.ModuleList(
            layer(before, after, normalize) for before, after in pairwise(widths)
        )
        self.classifier = _classifier(regions * width, hidden_channels, dropout)
        if recurrent is not None:
            self.use_cell(recurrent)

    @property
    def recurrent(self) -> nn.Module | None:
        """The cell that takes the TGCN's place, None where there is none."""
        first = next(iter(self.cells), None)
        return first.cell if isinstance(first, RecurrentCell) else None

    def use_cell(self, cell: nn.Module) -> None:
        """Put another recurrent cell in the TGCN's place; edges and classifier stay.

        Args:
            cell: As ``recurrent`` in the constructor.

        Raises:
            ValueError: There is no TGCN to replace, or the cell has other numbers of channels.
        """
        self._check_replaceable()
        wrapped = cell if isinstance(cell, RecurrentCell) else RecurrentCell(cell)
        wanted = (self.in_channels, self.hidden_channels)
        met = (wrapped.in_channels, wrapped.hidden_channels)
        if any(one not in (None, other) for one, other in zip(met, wanted, strict=True)):
            raise ValueError(f"'recurrent' must map {_arrow(wanted)} channels (got {_arrow(met)})")
        self.cells = nn.ModuleList([wrapped.to(next(self.parameters()))])

    def reset_parameters(self) -> None:
        """Draw edges, cells and classifier anew."""
        for module in (self.edges, *self.cells, *self.classifier):
            if isinstance(module, _WITH_PARAMETERS):
                module.reset_parameters()

    def forward(self, features: Tensor) -> Tensor:
        """Return the verdict after every snippet; the last is the clip's."""
        return self.read_out(self.relate(features))

    def relate(self, features: Tensor) -> Tensor:
        """Return the hidden state of every region after every snippet, ``[B, T, N, H]``."""
        if features.dim() != 4 or tuple(features.shape[2:]) != (self.regions, self.in_channels):
            raise ValueError(
                f"'features' must be [B, T, {self.regions}, {self.in_channels}] "
                f"(got {list(features.shape)})"
            )
        if self.edges is None:
            return features
        edge_weight = self.mask(self.edges())
        for cell in self.cells:
            if isinstance(cell, DenseTGCNCell):
                features = cell.forward_sequence(features, edge_weight)
            elif isinstance(cell, RecurrentCell | RelationConv):
                features = cell.forward_dense(features, edge_weight)
        return features

    def read_out(self, hidden: Tensor) -> Tensor:
        """Classify the flattened regions after every snippet, ``[B, T, N, H] -> [B, T]``."""
        if self.relation != "none" and hidden.size(-1) != self.hidden_channels:
            raise ValueError(
                f"'hidden' must be [B, T, {self.regions}, {self.hidden_channels}], which "
                f"'recurrent' must return (got {list(hidden.shape)})"
            )
        logits: Tensor = self.classifier(hidden.flatten(2)).squeeze(-1)
        if self.relation == "tgcn":
            return logits
        seen = torch.arange(1, logits.size(1) + 1, device=logits.device, dtype=logits.dtype)
        return logits.cumsum(1) / seen

    def kept_edges(self) -> Tensor | None:
        """Tell which edges training keeps, ``[N, N]``; all where they are drawn at random."""
        if self.edges is None:
            return None
        if self.mask.strategy == "random":
            return torch.ones_like(self.edges(), dtype=torch.bool)
        return self.mask.kept(self.edges())

    def _check_replaceable(self) -> None:
        if self.relation != "tgcn":
            raise ValueError(f"'recurrent' must go with relation='tgcn' (got {self.relation!r})")
        if len(self.cells) != 1:
            raise ValueError(f"'cells' must be 1 with 'recurrent' (got {len(self.cells)})")
        if getattr(self.cells[0], "normalize", False):
            raise ValueError("'normalize' must be False with 'recurrent' (got True)")

    def __repr__(self) -> str:
        recurrent = self.recurrent
        return (
            f"{type(self).__name__}({self.in_channels}, regions={self.regions}, "
            f"hidden_channels={self.hidden_channels}, "
            f"relation={self.relation!r}, cells={len(self.cells)}"
            + ("" if recurrent is None else f", recurrent={type(recurrent).__name__}")
            + ")"
        )


#: What :meth:`RelationLearner.reset_parameters` draws anew.
_WITH_PARAMETERS = (LearnedEdges, DenseTGCNCell, RecurrentCell, RelationConv, nn.Linear)


def _arrow(channels: tuple[int | None, int | None]) -> str:
    return f"{channels[0]} -> {channels[1]}"


def _classifier(in_features: int, hidden: int | None, dropout: float) -> nn.Sequential:
    if hidden is None:
        return nn.Sequential(nn.Dropout(dropout), nn.Linear(in_features, 1))
    return nn.Sequential(
        nn.Linear(in_features, hidden), nn.ReLU(), nn.Dropout(dropout), nn.Linear(hidden, 1)
    )
