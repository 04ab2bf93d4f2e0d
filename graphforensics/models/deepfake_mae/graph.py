"""How well the parts of a face tell each other: the graph of a masked autoencoder."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor
from torch_geometric.data import Batch

from graphforensics.data.face_graph import FaceGraph
from graphforensics.models.masked_autoencoder import MaskedAutoencoder
from graphforensics.nn.argument_checks import check_shape
from graphforensics.nn.precision import widened
from graphforensics.regions.facial_parts import FACIAL_PARTS
from graphforensics.regions.region_centers import region_centers

Evidence = Literal["both_others", "one_other"]

_PARTS = len(FACIAL_PARTS)
#: Source and target of every relation: each part to each other one.
_PAIRS = [(i, j) for j in range(_PARTS) for i in range(_PARTS) if i != j]


def part_consistency(
    autoencoder: MaskedAutoencoder,
    images: Tensor,
    parts: Tensor,
    evidence: Evidence = "both_others",
) -> Tensor:
    r"""Say how well each part is restored from others.

    .. math:: A_{ji} = 1 - \frac{\sum_{p \in j} \lVert \hat{\mathbf{x}}_p - \mathbf{x}_p \rVert^2}
        {\sum_{p \in j} \lVert \mathbf{x}_p - \bar{\mathbf{x}}_j \rVert^2}

    over the pixels of part j, all of which is hidden, :math:`\bar{\mathbf{x}}_j` being its mean
    colour: 1 is perfect, 0 is no better than that colour, and it can be worse.

    Args:
        autoencoder: What restores.
        images: Faces.
        parts: Which patches belong to each part.
        evidence: ``"both_others"``: i and the third part are seen, so that both relations to j
            are the same number; ``"one_other"``: i alone is. Patches of no part are
            always seen. Default: ``"both_others"``.

    Shapes:
        ``images [B, 3, size, size]``, ``parts [B, 3, P]`` (bool); output ``[B, 3, 3]``, row j the
        part that is restored, 0 on the diagonal and where a part is empty or of one colour.

    Raises:
        ValueError: A shape is another.
    """
    check_shape("parts", parts, (len(images), _PARTS, autoencoder.grid**2))
    weight = torch.zeros(len(images), _PARTS, _PARTS, device=images.device)
    for number in range(_PARTS):
        if evidence == "both_others":
            hidden = parts[:, number]
        else:
            others = [other for other in range(_PARTS) if other != number]
            hidden = parts[:, others].any(1) & ~parts[:, number]
        drawn = autoencoder.draw(images, hidden)
        for source, target in _PAIRS:
            if number == (target if evidence == "both_others" else source):
                pixels = autoencoder.pixel_mask(parts[:, target] & hidden)
                weight[:, target, source] = _explained(images, drawn, pixels)
    return weight


def consistency_graphs(tokens: Tensor, parts: Tensor, weight: Tensor) -> Batch:
    """Return one graph of three parts for each group of frames, averaged over the frames.

    Args:
        tokens: The encoder's, the class token left out.
        parts: Which patches belong to each part.
        weight: Of :func:`part_consistency`.

    Shapes:
        ``tokens [B, F, P, C]``, ``parts [B, F, 3, P]`` (bool), ``weight [B, F, 3, 3]``; a batch of
        :class:`~graphforensics.data.FaceGraph` of kind ``"part"`` with 3 nodes and 6 relations.
    """
    share = parts.to(tokens) / parts.sum(3, keepdim=True).clamp(min=1)
    nodes = (share @ tokens).mean(1)
    grid = round(parts.size(3) ** 0.5)
    maps = parts.flatten(0, 1).to(tokens).unflatten(2, (grid, grid))  # type: ignore[no-untyped-call]
    pos = region_centers(maps).view(*parts.shape[:3], 2).mean(1)
    edge_index = torch.tensor(_PAIRS, device=tokens.device).T.contiguous()
    mean = weight.mean(1)
    return Batch.from_data_list(
        [
            FaceGraph(
                x=nodes[face],
                edge_index=edge_index,
                edge_weight=mean[face, edge_index[1], edge_index[0]],
                pos=pos[face],
                region_id=torch.arange(_PARTS, device=tokens.device),
                kind="part",
            )
            for face in range(len(nodes))
        ]
    )


def _explained(images: Tensor, drawn: Tensor, pixels: Tensor) -> Tensor:
    images, count = widened(images), pixels.sum((2, 3), keepdim=True).clamp(min=1)
    seen = torch.where(pixels, images, 0)
    mean = seen.sum((2, 3), keepdim=True) / count
    spread = torch.where(pixels, images - mean, 0).square().sum((1, 2, 3))
    error = torch.where(pixels, drawn - images, 0).square().sum((1, 2, 3))
    return torch.where(spread > 0, 1 - error / torch.where(spread > 0, spread, 1), 0)
