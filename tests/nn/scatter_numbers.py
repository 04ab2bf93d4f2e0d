"""What the layers that add up along edges say, with torch-scatter or without it.

``python -m tests.nn.scatter_numbers FILE`` writes it as if torch-scatter were not installed.
"""

from __future__ import annotations

import sys

import torch
from torch import Tensor


def numbers() -> dict[str, Tensor]:
    """Outputs and gradients on seeded graphs."""
    from torch_geometric.data import Data

    from graphforensics.nn import EdgeSum, RelationConv, TGCNCell, masked_edge_dropout
    from graphforensics.nn import relation_importance as importance
    from graphforensics.transforms import SymmetrizeRelations

    torch.manual_seed(0)
    batch = torch.arange(3).repeat_interleave(4)
    edge_index = torch.randint(0, 4, (2, 30)) + torch.randint(0, 3, (30,)) * 4
    x, weight = torch.rand(12, 5, requires_grad=True), torch.rand(30, requires_grad=True)
    graph_of_edge = batch[edge_index[0]]
    by_messages = EdgeSum(normalize=True)
    by_messages.fuse = False
    found = {
        "messages": by_messages(x, edge_index, weight),
        "cell": TGCNCell(5, 3)(x, edge_index, weight),
        "convolution": RelationConv(5, 3, normalize=True)(x, edge_index, weight),
        "importance": importance(x, edge_index, batch),
        "range": masked_edge_dropout(weight, graph_of_edge, 0.4),
        "quantile": masked_edge_dropout(weight, graph_of_edge, 0.4, threshold="quantile"),
    }
    graph = Data(x=x.detach(), edge_index=edge_index, edge_weight=weight.detach())
    found["symmetrised"] = SymmetrizeRelations(reduce="max")(graph).edge_weight
    slopes = [torch.autograd.grad(out.sum(), weight, retain_graph=True, allow_unused=True)[0]
              for out in found.values() if out.requires_grad]  # fmt: skip
    for number, slope in enumerate(slopes):
        found[f"slope {number}"] = torch.zeros(()) if slope is None else slope
    return {name: out.detach() for name, out in found.items()}


if __name__ == "__main__":
    # An import of a module that is None fails as one of a module that is not there.
    sys.modules["torch_scatter"] = None  # type: ignore[assignment]
    import torch_geometric.typing

    if torch_geometric.typing.WITH_TORCH_SCATTER:
        raise SystemExit("torch-scatter was found all the same")
    torch.set_num_threads(1)
    torch.save(numbers(), sys.argv[1])
